/**
 * Share of the machine that others used, from readings of the processors' clocks.
 */
import test from 'ava'
import { busyElsewhere } from '#bench/harness/load.js'

const before = { busyMs: 1000, totalMs: 10_000 }
const after = { busyMs: 2500, totalMs: 12_000 }

test('what this process did not use itself was used by others', (t) => {
  t.is(busyElsewhere(before, after, 1000, 2), 0.5)
})

test('a process that used all that was busy leaves nothing for others', (t) => {
  t.is(busyElsewhere(before, after, 1600, 2), 0)
})

test('two readings at one instant say nothing of others', (t) => {
  t.is(busyElsewhere(before, before, 0, 2), 0)
})

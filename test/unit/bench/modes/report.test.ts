/** The report of the modes: figures per operation, and who is faster where. */
import test from 'ava'
import type { ModeComparison, ModeFigures } from '#bench/modes/measure.js'
import { describeWinners, formatModes, modeEntries } from '#bench/modes/report.js'
import { drawKey, zipfTable } from '#bench/modes/zipf.js'

const environment = { machine: 'm', hardwareThreads: 2, node: 'v20', commit: 'c' }

function figures(mode: ModeFigures['mode'], nanoseconds: number): ModeFigures {
  const range = { nanoseconds, min: nanoseconds, max: nanoseconds }
  return { mode, ...range, messages: 2, bytes: 64, copies: 0, moves: 1, hits: 0 }
}

function comparison(name: string, delegate: number, ownership: number): ModeComparison {
  const modes = [figures('delegate', delegate), figures('ownership', ownership)]
  return { name, operation: 'one', place: { locales: 2, cores: 1 }, plain: 10, modes }
}

test('the faster mode of a program and place is named, and the slower stays in the table', (t) => {
  const entries = modeEntries([comparison('a', 20, 40), comparison('b', 50, 5)], environment)
  t.deepEqual(
    entries.map(({ name, mode, isFaster, ratio }) => [name, mode, isFaster, ratio]),
    [
      ['a', 'delegate', true, 2],
      ['a', 'ownership', false, 4],
      ['b', 'delegate', false, 5],
      ['b', 'ownership', true, 0.5],
    ],
  )
  t.is(
    describeWinners(entries),
    'delegate is faster in: a (2 x 1)\nownership is faster in: b (2 x 1)',
  )
  t.is(formatModes(entries).split('\n').length, 4 + entries.length)
})

test('a mode that wins nothing is told so', (t) => {
  t.regex(describeWinners(modeEntries([comparison('a', 1, 2)], environment)), /ownership.*nothing/)
})

test('keys are drawn in proportion to their rank', (t) => {
  const table = zipfTable(4, 1)
  const counts = [0, 0, 0, 0]
  for (let i = 0; i < 1000; i++) counts[drawKey(table, ((i + 0.5) / 1000) * 2 ** 32)]!++
  t.deepEqual(counts, [480, 240, 160, 120])
})

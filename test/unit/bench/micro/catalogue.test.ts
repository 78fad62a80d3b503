/**
 * The catalogue of the micro benchmark: complete, and every case beside its baseline.
 */
import test from 'ava'
import { FAMILIES } from '#bench/micro/catalogue.js'

const DEMANDED = [
  'delegate.one-way',
  'delegate.blocking.1',
  'delegate.blocking.256',
  'delegate.object',
  'ring.hand-written',
  'comlink.call',
  'comlink.pipelined',
  'piscina.run',
  'postMessage.pipelined',
  'spawn.bound',
  'spawn.bound.sync',
  'spawn.remote',
  'spawn.unbound',
  'steal',
  'completion.global',
  'barrier',
  'forall.sync',
  'gups.one-way',
  'gups.blocking',
  'uts',
  'bfs.traced',
  'launch.close',
  'counter.combining',
  'vector.combining',
  'own.read.local',
  'own.read.cached',
  'own.borrow.cached',
  'own.share.10MB',
  'piscina.10MB',
  'comlink.10MB',
] as const

test('every demanded case is there and has a baseline', (t) => {
  const reported = FAMILIES.flat().filter(({ baseline }) => baseline !== undefined)
  const names = reported.map(({ name }) => name)
  t.deepEqual(
    DEMANDED.filter((name) => !names.includes(name)),
    [],
  )
})

test('no two cases have one name', (t) => {
  const names = FAMILIES.flat().map(({ name }) => name)
  t.is(new Set(names).size, names.length)
})

test('a baseline is another case of the same family', (t) => {
  for (const family of FAMILIES) {
    for (const { name, baseline } of family) {
      if (baseline === undefined) continue
      t.not(baseline, name)
      t.true(
        family.some((other) => other.name === baseline),
        `${baseline}, for ${name}`,
      )
    }
  }
})

test('a case and its baseline agree on which figure is better', (t) => {
  for (const family of FAMILIES) {
    for (const { name, baseline, better } of family) {
      const other = family.find((candidate) => candidate.name === baseline)
      t.is(other?.better ?? better, better, name)
    }
  }
})

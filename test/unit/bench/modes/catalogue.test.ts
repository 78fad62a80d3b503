/**
 * The comparison of modes: complete, and every program right in both modes, on cores that share
 * memory and on cores that do not.
 */
import test from 'ava'
import { selectByName, UnknownCaseError } from '#bench/harness/select.js'
import { MODE_CASES } from '#bench/modes/catalogue.js'
import { describePlace, MODES, PLACES } from '#bench/modes/mode-case.js'
import type { AnyDefinition } from '#core/message/definition.js'
import { definitions, extensions, residentsOf } from '../../../support/ownership.ts'
import { Cluster } from '../../../support/cluster.ts'
import { seeded } from '../../../support/schedule.ts'

const DEMANDED = [
  'updates',
  're-read',
  'producer-consumer',
  'ping-pong',
  'key-value',
  'bfs',
  'pagerank',
]

/** Operations of a program in these tests; the graph programs do much in each. */
const FEW = 40
const GRAPH_FEW = 2

test('every demanded program is there, once', (t) => {
  t.deepEqual(MODE_CASES.map(({ name }) => name).sort(), DEMANDED.toSorted())
})

test('every demanded place is there', (t) => {
  t.deepEqual(PLACES.map(describePlace), ['1 x 2', '2 x 1', '2 x 2'])
})

test('a program that is not there is refused by name', (t) => {
  t.is(selectByName(MODE_CASES, undefined).length, MODE_CASES.length)
  t.deepEqual(
    selectByName(MODE_CASES, ['bfs']).map(({ name }) => name),
    ['bfs'],
  )
  t.throws(() => selectByName(MODE_CASES, ['dfs']), { instanceOf: UnknownCaseError })
})

for (const one of MODE_CASES) {
  for (const mode of MODES) {
    test(`${one.name} gives the answer of one thread in ${mode} mode`, async (t) => {
      const modules = await Promise.all(one.program.map((url) => import(url) as Promise<object>))
      const exported = modules.flatMap((module) => Object.values(module) as object[])
      const plain = one.openPlain()
      const own = new Set(exported.filter((value) => 'kind' in value) as AnyDefinition[])
      const isGraph = one.name === 'bfs' || one.name === 'pagerank'
      // Their graphs take a while to load, and their kernels have tests of their own.
      for (const [seed, place] of PLACES.slice(isGraph ? -1 : 0).entries()) {
        await using cluster = new Cluster({
          definitions: [...definitions, ...own],
          extensions,
          locales: place.locales,
          coresPerLocale: place.cores,
          schedule: seeded(seed + 1),
        })
        const count = isGraph ? GRAPH_FEW : FEW
        const { answer, cost } = await cluster.run(one.tasks[mode], count)
        const { answer: expected } = await plain(count)
        const error = Math.abs(answer - expected)
        t.true(error <= (one.tolerance ?? 0) * Math.abs(expected), `${answer}, not ${expected}`)
        t.true(cost.messages > 0 && cost.bytes > 0)
        // Graphs are kept from one trial to the next.
        if (!isGraph) t.is(residentsOf(cluster), 0)
      }
    })
  }
}

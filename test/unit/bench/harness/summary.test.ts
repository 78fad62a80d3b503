/**
 * Summary of samples into entries: the shape that readers of the JSON rely on, and its figures.
 */
import test from 'ava'
import fc from 'fast-check'
import type { MicroCase } from '#bench/harness/case.js'
import { median, summarize } from '#bench/harness/summary.js'

const environment = { machine: 'm', hardwareThreads: 2, node: 'v0', commit: 'none' }

function namedCase(name: string, baseline?: string): MicroCase {
  const open = (): never => {
    throw new Error('a summary opens nothing')
  }
  const own = { name, unit: 'M/s', better: 'more', open } as const
  return baseline === undefined ? own : { ...own, baseline }
}

const samples = [
  { case: namedCase('fast', 'slow'), figures: [4, 6, 5] },
  { case: namedCase('slow'), figures: [2, 1, 3, 2] },
]

test('an entry has median, extremes and the ratio to the median of its baseline', (t) => {
  t.deepEqual(
    summarize(samples, () => true, environment),
    [
      {
        name: 'fast',
        unit: 'M/s',
        median: 5,
        min: 4,
        max: 6,
        baseline: { name: 'slow', median: 2 },
        ratio: 2.5,
        better: 'more',
        trials: 3,
        environment,
      },
    ],
  )
})

test('a case that nobody asked for gives no entry', (t) => {
  t.deepEqual(
    summarize(samples, (name) => name !== 'fast', environment),
    [],
  )
})

test('a case whose baseline was not measured beside it is refused', (t) => {
  const lonely = [{ case: namedCase('lonely', 'absent'), figures: [1] }]
  t.throws(() => summarize(lonely, () => true, environment), { message: /absent/ })
})

test('the median has as many figures below it as above it', (t) => {
  const figures = fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 })
  fc.assert(
    fc.property(figures, (values) => {
      const middle = median(values)
      const below = values.filter((value) => value < middle).length
      const above = values.filter((value) => value > middle).length
      return below <= values.length / 2 && above <= values.length / 2
    }),
  )
  t.true(Number.isNaN(median([])))
})

/**
 * Selecting cases by name: baselines come along, strangers are refused.
 */
import test from 'ava'
import type { MicroCase } from '#bench/harness/case.js'
import { selectFamilies } from '#bench/harness/select.js'

function namedCase(name: string, baseline: string): MicroCase {
  const open = (): never => {
    throw new Error('selecting opens nothing')
  }
  return { name, unit: 'M/s', better: 'more', baseline, open }
}

const a = namedCase('a', 'b')
const b = namedCase('b', 'c')
const c = namedCase('c', 'b')
const d = namedCase('d', 'd')
const families = [[a, b, c], [d]]

test('without names every family is whole', (t) => {
  t.deepEqual(selectFamilies(families, undefined), families)
})

test('a selected case brings its baseline and nothing else', (t) => {
  t.deepEqual(selectFamilies(families, ['a']), [[a, b]])
  t.deepEqual(selectFamilies(families, ['a', 'd']), [[a, b], [d]])
})

test('a name that no case has is refused with the names that there are', (t) => {
  t.throws(() => selectFamilies(families, ['a', 'e']), {
    code: 'BENCH_UNKNOWN_CASE',
    message: 'no case is named e; there are a, b, c, d',
  })
})

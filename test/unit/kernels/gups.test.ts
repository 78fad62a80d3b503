/** The sequential run of GUPS, which the distributed one is held against. */
import test from 'ava'
import { shiftFor, updateAll, wordAt, type Variant } from '#kernels/gups/reference.js'

const LOG_SIZE = 6
const words = Uint32Array.from({ length: 1000 }, (_, i) => wordAt(i))

test('words are whole, unsigned, and differ from one another', (t) => {
  t.is(new Set(words).size, words.length)
  t.true(words.every((word) => word >>> 0 === word))
})

test('words pick every element of a small table, and no other', (t) => {
  const picked = new Set(Array.from(words, (word) => word >>> shiftFor(LOG_SIZE)))
  t.deepEqual(
    [...picked].sort((a, b) => a - b),
    Array.from({ length: 2 ** LOG_SIZE }, (_, i) => i),
  )
})

for (const variant of [1, 2, 3] as const satisfies Variant[]) {
  test(`variant ${variant} adds one for each word`, (t) => {
    const table = new Int32Array(2 ** LOG_SIZE)
    updateAll(table, words, variant)
    t.is(
      table.reduce((sum, value) => sum + value, 0),
      words.length,
    )
  })
}

test('variant 4 twice over leaves the table as it was', (t) => {
  const table = new Int32Array(2 ** LOG_SIZE)
  updateAll(table, words, 4)
  t.true(table.some((value) => value !== 0))
  updateAll(table, words, 4)
  t.true(table.every((value) => value === 0))
})

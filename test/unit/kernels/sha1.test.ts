/** SHA-1 of one block, held against node:crypto. */
import { createHash } from 'node:crypto'
import test from 'ava'
import fc from 'fast-check'
import { Sha1 } from '#kernels/uts/sha1.js'

/** The hash of the same words by node:crypto. */
function expectedHash(words: readonly number[]): number[] {
  const bytes = Buffer.alloc(4 * words.length)
  words.forEach((word, i) => bytes.writeInt32BE(word, 4 * i))
  const hash = createHash('sha1').update(bytes).digest()
  return [0, 1, 2, 3, 4].map((i) => hash.readInt32BE(4 * i))
}

const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })

test('the hash of up to 13 words is that of node:crypto', (t) => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 13 }), (words) => {
      const sha1 = new Sha1()
      sha1.digest(words)
      t.deepEqual([...sha1.hash], expectedHash(words))
    }),
  )
})

test('a hash is extended by a word, again and again', (t) => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 5 }), (words) => {
      const sha1 = new Sha1()
      sha1.digest([7])
      let expected = expectedHash([7])
      for (const next of words) {
        sha1.extend(next)
        expected = expectedHash([...expected, next])
      }
      t.deepEqual([...sha1.hash], expected)
    }),
  )
})

test('more words than a block holds are refused', (t) => {
  t.throws(() => new Sha1().digest(new Array<number>(14).fill(0)), { instanceOf: RangeError })
})

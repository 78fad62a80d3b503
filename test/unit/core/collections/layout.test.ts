/** Where values and keys lie: the same on every core, each at one place. */
import test from 'ava'
import fc from 'fast-check'
import { Keys } from '#core/collections/key.js'
import { Codec } from '#core/message/codec.js'
import { BLOCK, BlockLayout, VectorPart } from '#core/collections/vector-part.js'
import { makeElements } from '#core/collections/elements.js'
import { f64 } from '@orujo/core'

test('a position and its place on its core name each other', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(1_000_000), (cores, position) => {
      const layout = new BlockLayout(cores)
      const home = layout.home(position)
      const local = layout.countBelow(position, home)
      t.is(layout.position(local, home), position)
      const below = Array.from({ length: cores }, (_, core) => layout.countBelow(position, core))
      t.is(
        below.reduce((sum, count) => sum + count, 0),
        position,
      )
    }),
  )
})

test('what is stored is read and taken, however often the ring has grown or wrapped', (t) => {
  const part = new VectorPart(f64.code, 0, 1)
  let [low, high] = [0, 0]
  for (let round = 1; round < 60; round++) {
    const values = makeElements(f64.code, (round * 37) % (2 * BLOCK))
    for (let i = 0; i < values.length; i++) values[i] = high + i
    part.store(low, high, values)
    high += values.length
    const taken = Math.min(high - low, (round * 29) % (2 * BLOCK))
    const front = part.take(low, low + taken)
    for (let i = 0; i < taken; i++) if (front[i] !== low + i) t.fail(`round ${round}, value ${i}`)
    low += taken
  }
  for (let local = low; local < high; local++) if (part.at(local) !== local) t.fail(`${local}`)
  t.true(high > 10 * BLOCK)
})

function makeKeys(): Keys {
  const codec = new Codec<undefined>()
  return new Keys((key) => codec.bytes.subarray(0, codec.encodeOne(key, 'a key')))
}

test('keys of equal content are one key, others are not, and texts are no objects', (t) => {
  const keys = makeKeys()
  const key = fc.oneof(
    fc.integer(),
    fc.double(),
    fc.string(),
    fc.array(fc.integer()),
    fc.dictionary(fc.string(), fc.integer(), { noNullPrototype: true }),
  )
  fc.assert(
    fc.property(key, key, fc.integer({ min: 1, max: 7 }), (a, b, cores) => {
      const [one, other] = [keys.identityOf(a), keys.identityOf(b)]
      const again = keys.identityOf(structuredClone(a))
      t.is(new Set([one, again]).size, 1, JSON.stringify(a))
      t.is(keys.homeOf(one, cores), keys.homeOf(again, cores))
      if (typeof a !== typeof b) t.not(one, other)
    }),
  )
  t.not(keys.identityOf([1]), keys.identityOf(keys.identityOf([1])))
})

test('keys spread over the cores', (t) => {
  const keys = makeKeys()
  for (const make of [(i: number) => i, (i: number) => 8 * i, (i: number) => `key ${i}`]) {
    const counts = [0, 0, 0, 0]
    for (let i = 0; i < 4000; i++) counts[keys.homeOf(keys.identityOf(make(i)), 4)]!++
    for (const count of counts) t.true(count > 800 && count < 1200, counts.join())
  }
})

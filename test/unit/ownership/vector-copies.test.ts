/** The copies of vectors on one core: which are found, kept, replaced and evicted. */
import test from 'ava'
import { type Stretch, type StretchCopy, VectorCopies } from '#ownership/vector-copies.js'

const RUN = 7

function stretch(offset: number, bytes: number, color = 0): Stretch {
  return { id: RUN, color, offset, bytes }
}

function fetched(copies: VectorCopies, of: Stretch): Promise<StretchCopy> {
  return copies.get(of, () => Promise.resolve(new Uint8Array(of.bytes)))
}

test('a copy serves whoever asks for a part of it in its colour, and nobody else', async (t) => {
  const copies = new VectorCopies(1000)
  const copy = await fetched(copies, stretch(8, 16))
  t.is(copies.find(stretch(8, 16)), copy)
  t.is(copies.find(stretch(16, 8)), copy)
  t.is(copies.find(stretch(16, 16)), undefined)
  t.is(copies.find(stretch(0, 16)), undefined)
  t.is(copies.find(stretch(16, 8, 1)), undefined)
})

test('whoever asks for a part of what is under way waits for it', async (t) => {
  const copies = new VectorCopies(1000)
  const asked = fetched(copies, stretch(0, 64))
  t.is(await copies.get(stretch(8, 8), () => t.fail()), await asked)
  const other = copies.get(stretch(8, 8, 1), () => Promise.reject(new Error('lost')))
  await t.throwsAsync(other, { message: 'lost' })
  t.truthy(await fetched(copies, stretch(8, 8, 1)))
})

test('a copy takes the place of those that it covers, unless they are read', async (t) => {
  const copies = new VectorCopies(1000)
  const read = await fetched(copies, stretch(0, 8))
  await fetched(copies, stretch(8, 8))
  read.readers++
  await fetched(copies, stretch(0, 32, 1))
  t.is(copies.find(stretch(0, 8)), read)
  t.is(copies.find(stretch(8, 8)), undefined)
  t.is(copies.bytes, 8 + 32)
})

test('copies without readers make room for new ones', async (t) => {
  const copies = new VectorCopies(24)
  const read = await fetched(copies, stretch(0, 8))
  read.readers++
  for (let offset = 8; offset < 80; offset += 8) await fetched(copies, stretch(offset, 8))
  t.is(copies.bytes, 24)
  t.is(copies.find(stretch(0, 8)), read)
  t.truthy(copies.find(stretch(72, 8)))
})

test('of one run there are no more than can be looked through', async (t) => {
  const copies = new VectorCopies(2 ** 20)
  for (let offset = 0; offset < 8 * 1000; offset += 8) await fetched(copies, stretch(offset, 8))
  t.true(copies.bytes <= 8 * 65, `${copies.bytes} bytes`)
})

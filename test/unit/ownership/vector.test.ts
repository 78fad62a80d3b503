/**
 * Owned vectors on one thread, on clusters of several shapes under any schedule.
 */
import {
  type Core,
  type GlobalArray,
  delegate,
  f64,
  free,
  globalArray,
  i32,
  struct,
  task,
  u8,
} from '@orujo/core'
import {
  type ExclusiveRange,
  type OwnedVector,
  type Ref,
  type SharedRange,
  drop,
  gone,
  lend,
  own,
  ownVector,
  scopedTask,
  take,
  vectorOf,
} from '@orujo/ownership'
import { failure } from '../../support/machine.ts'
import { ownershipRule as rule } from '../../support/ownership-rules.ts'

type I32 = typeof i32
type Particle = typeof particle

const particle = struct({ mass: f64, charge: u8 })

const fill = scopedTask('test.fill', async (core: Core, range: ExclusiveRange<I32>, by: number) => {
  await using mut = await range.borrowMut(core)
  for (let i = range.begin; i < range.end; i++) mut.set(i, mut.at(i) + i * by)
  return core.id
})

const total = scopedTask('test.total', async (core: Core, range: SharedRange<I32>) => {
  using ref = await range.borrow(core)
  let sum = 0
  for (const { view } of ref.pieces()) for (let k = 0; k < view.length; k++) sum += view[k]!
  return sum
})

function sumTo(length: number): number {
  return (length * (length - 1)) / 2
}

rule(
  'chunks of a vector are written by all cores at once, and read by all at once',
  async (core, t) => {
    const vector = await ownVector(core, i32, 100)
    {
      await using all = vector.claim(core)
      const chunks = all.chunks(core.cores)
      const cores = await Promise.all(chunks.map((chunk, i) => lend(core, fill, i, chunk, 1)))
      t.deepEqual(cores, [...cores.keys()])
    }
    {
      using all = vector.share(core)
      const targets = Array.from({ length: core.cores }, (_, i) => i)
      const sums = await Promise.all(targets.map((target) => lend(core, total, target, all)))
      t.deepEqual(new Set(sums), new Set([sumTo(100)]))
    }
    drop(core, vector)
  },
  { tasks: [fill, total] },
)

rule(
  'blocks lie where their cores are, so that nothing moves',
  async (core, t) => {
    const vector = await ownVector(core, i32, 100)
    {
      await using all = vector.claim(core)
      const blocks = all.blocks()
      t.is(blocks.length, new Set(blocks.map(({ home }) => home)).size)
      const cores = await Promise.all(blocks.map((block) => lend(core, fill, block.home, block, 2)))
      t.deepEqual(
        cores,
        blocks.map(({ home }) => home),
      )
    }
    t.true(vector.segments <= core.cores)
    const sum = await vector.read(core, (range) => {
      let found = 0
      for (let i = 0; i < vector.length; i++) found += range.at(i)
      return found
    })
    t.is(sum, 2 * sumTo(100))
    drop(core, vector)
  },
  { tasks: [fill] },
)

const sort = scopedTask('test.sort', async (core: Core, range: ExclusiveRange<I32>) => {
  if (range.length <= 4) {
    await using mut = await range.borrowMut(core)
    const values = Array.from({ length: range.length }, (_, k) => mut.at(range.begin + k))
    values.sort((a, b) => a - b)
    for (const [k, value] of values.entries()) mut.set(range.begin + k, value)
    return
  }
  const middle = await partition(core, range)
  const halves = range.split(middle)
  const targets = [core.id, (core.id + 1) % core.cores]
  await Promise.all(halves.map((half, k) => lend(core, sort, targets[k]!, half)))
})

async function partition(core: Core, range: ExclusiveRange<I32>): Promise<number> {
  await using mut = await range.borrowMut(core)
  const values = Array.from({ length: range.length }, (_, k) => mut.at(range.begin + k))
  values.sort((a, b) => a - b)
  const pivot = values[values.length >> 1]!
  const low = values.filter((value) => value < pivot).reverse()
  const high = values.filter((value) => value >= pivot).reverse()
  for (const [k, value] of [...low, ...high].entries()) mut.set(range.begin + k, value)
  return range.begin + Math.max(1, low.length)
}

rule(
  'a borrower splits what it was lent and lends the parts on',
  async (core, t) => {
    const vector = await ownVector(core, i32, 60)
    await vector.write(core, (range) => {
      for (let i = 0; i < 60; i++) range.set(i, (i * 37) % 60)
    })
    {
      await using all = vector.claim(core)
      await lend(core, sort, core.cores - 1, all)
    }
    const sorted = await vector.read(core, (range) => {
      return Array.from({ length: 60 }, (_, i) => range.at(i))
    })
    t.deepEqual(sorted, [...sorted.keys()])
    drop(core, vector)
  },
  { tasks: [sort] },
)

const scale = task('test.scale', async (core: Core, vector: OwnedVector<Particle>) => {
  await vector.write(core, (range) => {
    for (const { view } of range.pieces()) {
      for (let k = 0; k < view.length; k++) view.set(k, { mass: 2 * k, charge: 1 })
    }
  })
  return vector
})

rule(
  'a vector of structs moves to the core that it is sent to, and back with the answer',
  async (core, t) => {
    const made = await ownVector(core, particle, 7)
    const vector = await core.call(scale, core.cores - 1, made)
    if (core.cores > 1) t.is((await failure(() => made.borrow(core)))?.code, 'OWN_MOVED')
    const charges = await vector.read(core, (range) => {
      return Array.from({ length: 7 }, (_, i) => range.at(i).charge)
    })
    t.deepEqual(charges, [1, 1, 1, 1, 1, 1, 1])
    await vector.write(core, (range) => range.set(2, { mass: 9, charge: 3 }))
    const masses = await vector.read(core, (range) => range.at(2).mass + range.at(2).charge)
    t.is(masses, 12)
    drop(core, vector)
  },
  { tasks: [scale] },
)

rule('overlapping exclusive ranges conflict, disjoint ones do not', async (core, t) => {
  const vector = await ownVector(core, i32, 20)
  {
    await using low = await vector.borrowMut(core, { begin: 0, end: 10 })
    await using high = await vector.borrowMut(core, { begin: 10 })
    high.set(10, 1)
    low.set(9, 1)
    const refused = await failure(() => vector.borrow(core, { begin: 5, end: 15 }))
    t.is(refused?.code, 'OWN_BORROWED')
    t.regex(refused!.message, /elements 5 to 15 of .*elements 0 to 10 are borrowed exclusively/)
    t.is(vector.tryBorrowMut(core, { end: 1 }).kind, 'conflict')
    t.is((await failure(() => drop(core, vector)))?.code, 'OWN_BORROWED')
    t.is((await failure(() => vector.resize(core, 30)))?.code, 'OWN_BORROWED')
    t.is((await failure(() => take(vector)))?.code, 'OWN_BORROWED')
  }
  {
    using first = await vector.borrow(core)
    using second = await vector.borrow(core, { begin: 3, end: 4 })
    t.is(first.at(3), second.at(3))
    t.is((await failure(() => vector.borrowMut(core, { begin: 3, end: 4 })))?.code, 'OWN_BORROWED')
  }
  const same = vector
  drop(core, vector)
  t.is((await failure(() => same.borrow(core)))?.code, 'OWN_DROPPED')
  t.is((await failure(() => drop(core, same)))?.code, 'OWN_DROPPED')
})

rule('what has ended gives nothing any more', async (core, t) => {
  const vector = await ownVector(core, i32, 20)
  const ref = await vector.borrow(core)
  ref.release()
  t.is((await failure(() => ref.at(0)))?.code, 'OWN_ESCAPED')
  const mut = await vector.borrowMut(core)
  t.is((await failure(() => mut.at(20)))?.code, 'ORUJO_BAD_ADDRESS')
  t.is((await failure(() => mut.at(1.5)))?.code, 'ORUJO_BAD_ADDRESS')
  await mut.release()
  t.is((await failure(() => mut.set(0, 1)))?.code, 'OWN_ESCAPED')
  const range = vector.claim(core)
  const [low] = range.split(5)
  await range.release()
  t.is((await failure(() => low.borrow(core)))?.code, 'OWN_ESCAPED')
  t.is((await failure(() => vector.borrow(core, { end: 21 })))?.code, 'ORUJO_BAD_ADDRESS')
  const moved = take(vector)
  t.is((await failure(() => vector.borrow(core)))?.code, 'OWN_MOVED')
  t.is((await failure(() => take(vector)))?.code, 'OWN_MOVED')
  t.is((await failure(() => gone(moved)))?.code, 'OWN_KEPT')
  gone(vector)
  drop(core, moved)
})

rule(
  'what is lent cannot be used, nor given back, by the lender',
  async (core, t) => {
    const vector = await ownVector(core, i32, 20)
    const range = vector.claim(core)
    const ended = lend(core, fill, core.cores - 1, range, 1)
    t.is((await failure(() => range.release()))?.code, 'OWN_BORROWED')
    t.is((await failure(() => range.borrow(core)))?.code, 'OWN_BORROWED')
    await ended
    await range.release()
    drop(core, vector)
  },
  { tasks: [fill] },
)

const addOne = delegate('test.add-one', (core: Core, array: GlobalArray<I32>) => {
  const view = array.local(core)
  for (let k = 0; k < view.length; k++) view[k]!++
})

rule(
  'a vector is made of an array, lends one to delegates, and becomes one again',
  async (core, t) => {
    const array = await globalArray(core, i32, 50, { blockBytes: 'contiguous' })
    const vector = await vectorOf(core, array)
    {
      await using all = vector.claim(core)
      const chunks = all.chunks(3)
      await Promise.all(chunks.map((chunk, i) => lend(core, fill, (i + 1) % core.cores, chunk, 1)))
    }
    await vector.withArray(core, async (whole) => {
      for (let dst = 0; dst < core.cores; dst++) await core.call(addOne, dst, whole)
    })
    const values = await vector.read(core, (range) => {
      return Array.from({ length: 50 }, (_, i) => range.at(i))
    })
    t.deepEqual(
      values,
      values.map((_, i) => i + 1),
    )
    const back = await vector.intoArray(core)
    t.is(back, array)
    t.is((await failure(() => vector.borrow(core)))?.code, 'OWN_MOVED')
    await free(core, back)
    const cyclic = await globalArray(core, i32, 5000)
    const refused = await failure(() => vectorOf(core, cyclic).then((one) => drop(core, one)))
    t.is(refused?.code, core.cores === 1 ? undefined : 'ORUJO_OPTION')
    if (core.cores > 1) await free(core, cyclic)
  },
  { tasks: [addOne, fill] },
)

rule('a vector gets longer with zeros, and shorter', async (core, t) => {
  const vector = await ownVector(core, i32, 10)
  await vector.write(core, (range) => {
    for (let i = 0; i < 10; i++) range.set(i, i)
  })
  for (const length of [100, 5, 0, 8]) {
    await vector.resize(core, length)
    t.is(vector.length, length)
    const values = await vector.read(core, (range) => {
      return Array.from({ length }, (_, i) => range.at(i))
    })
    const kept = length === 8 ? 0 : 10
    t.deepEqual(
      values,
      values.map((_, i) => (i < kept ? i : 0)),
    )
  }
  drop(core, vector)
})

rule(
  'elements that are written together get a colour that none of them had',
  async (core, t) => {
    const vector = await ownVector(core, i32, 10 * core.cores)
    const far = core.cores - 1

    const write = (end: number): Promise<void> =>
      vector.write(core, (mut) => mut.pieces().forEach(({ view }) => bumpAll(view)), { end })
    const read = async (end: number): Promise<number> => {
      using share = vector.share(core, { end })
      return await lend(core, total, far, share)
    }

    await write(5)
    t.is(await read(5), 5)
    await write(5)
    // The copy of the version before has more than this, so it stays.
    t.is(await read(3), 6)
    await write(5)
    await write(10)
    t.is(await read(5), 20)
    drop(core, vector)
  },
  { tasks: [total] },
)

function bumpAll(view: Int32Array): void {
  for (let k = 0; k < view.length; k++) view[k]!++
}

const keysOf = scopedTask('test.keys', (_core: Core, box: Ref<{ vector: OwnedVector<I32> }>) => {
  return Object.keys(box.value).join()
})

rule(
  'a vector inside an owned object is refused when that is to be read elsewhere',
  async (core, t) => {
    const vector = await ownVector(core, i32, 10)
    const box = own(core, { vector })
    using ref = await box.borrow(core)
    if (core.cores > 1) {
      const refused = await failure(() => lend(core, keysOf, core.cores - 1, ref))
      t.is(refused?.code, 'OWN_NESTED')
      t.regex(refused!.message, /OwnedVector cannot be inside an owned object/)
    }
    ref.release()
    drop(core, box)
    drop(core, vector)
  },
  { tasks: [keysOf] },
)

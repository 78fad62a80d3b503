/**
 * What must and must not compile with vectors and replicated objects: use after the end, escape
 * from a scope, writing to what is shared, ranges in work that may outlive them.
 */
import { type Core, type GlobalArray, delegate, f64, i32, struct, task } from '@orujo/core'
import {
  drop,
  type ExclusiveRange,
  gone,
  lend,
  move,
  type OwnedVector,
  ownVector,
  type RangeMut,
  type RangeRef,
  type ReplicaMut,
  type ReplicaRef,
  type Replicated,
  replicated,
  replicatedArray,
  scopedTask,
  type SharedRange,
  spawn,
  take,
  vectorOf,
} from '@orujo/ownership'

type F64 = typeof f64
type Vector = OwnedVector<F64>

const point = struct({ x: f64, y: i32 })

interface Settings {
  name: string
  limits: number[]
  table: Map<string, { by: string }>
}

/* After the end: straight on, whatever the owner is asked for. */

export async function afterDrop(core: Core, vector: Vector, set: Replicated<Settings>) {
  drop(core, vector)
  // @ts-expect-error it was dropped
  vector.claim(core)
  // @ts-expect-error nor is it dropped twice
  drop(core, vector)
  drop(core, set)
  // @ts-expect-error it was dropped
  await set.read(core, () => 1)
}

export async function afterMove(core: Core, vector: Vector, set: Replicated<Settings>) {
  const shelf: (Vector | Replicated<Settings>)[] = []
  move(vector, (it) => shelf.push(it))
  // @ts-expect-error it was moved
  await vector.read(core, () => 1)
  // @ts-expect-error nor is it moved twice
  move(vector, (it) => shelf.push(it))
  move(set, (it) => shelf.push(it))
  // @ts-expect-error it was moved
  await set.borrowMut(core)
}

export async function afterTaking(core: Core, vector: Vector, set: Replicated<Settings>) {
  const other: Vector = take(vector)
  gone(vector)
  // @ts-expect-error it was taken
  vector.share(core)
  const again: Replicated<Settings> = take(set)
  gone(set)
  // @ts-expect-error it was taken
  take(set)
  drop(core, other)
  drop(core, again)
}

const keep = task('types.keep', async (core: Core, vector: Vector) => drop(core, vector))

export async function afterSending(core: Core, vector: Vector, other: Vector) {
  await core.call(keep, 1, vector)
  gone(vector)
  // @ts-expect-error it was sent
  await vector.borrow(core)
  const array = await other.intoArray(core)
  gone(other)
  // @ts-expect-error it has become an array
  await other.resize(core, 1)
  return array
}

/* Escape from a scope. */

export async function escapes(core: Core, vector: Vector): Promise<void> {
  // @ts-expect-error a range that is read
  await vector.read(core, (range) => range)
  // @ts-expect-error in a promise
  await vector.read(core, async (range) => range)
  // @ts-expect-error its view
  await vector.read(core, (range) => range.value)
  // @ts-expect-error its views
  await vector.read(core, (range) => range.pieces())
  // @ts-expect-error one of them
  await vector.read(core, (range) => range.pieces()[0]!.view)
  // @ts-expect-error inside of something new
  await vector.read(core, (range) => ({ views: range.pieces().map(({ view }) => view) }))
  // @ts-expect-error a range that is written
  await vector.write(core, (range) => range)
  // @ts-expect-error its view
  await vector.write(core, (range) => range.value)
  // @ts-expect-error the same, to be read
  await vector.write(core, async (range) => range.view)
  // @ts-expect-error a part of it
  await vector.write(core, (range) => range.pieces()[0]!.view.subarray(1))
  // @ts-expect-error the array
  await vector.withArray(core, (array) => array)
  // @ts-expect-error this core's part of it
  await vector.withArray(core, async (array) => array.local(core))
}

export async function escapesOfReplicas(core: Core): Promise<void> {
  const settings = await replicated<Settings>(core, { name: '', limits: [], table: new Map() })
  const weights = await replicatedArray(core, f64, 4)
  // @ts-expect-error what was read
  await settings.read(core, (it) => it)
  // @ts-expect-error a part of it, in a promise
  await settings.read(core, async (it) => it.limits)
  // @ts-expect-error what was written
  await settings.write(core, (it) => it.table.get('a'))
  // @ts-expect-error a view
  await weights.read(core, (view) => view)
  // @ts-expect-error a view for writing
  await weights.write(core, (view) => view.subarray(1))
  drop(core, settings)
  drop(core, weights)
}

/* Writing to what is shared. */

export async function writesToShared(core: Core, vector: Vector): Promise<void> {
  const points = await ownVector(core, point, 8)
  await vector.read(core, (range) => {
    // @ts-expect-error a range that is read has no way to write
    range.set(0, 1)
    // @ts-expect-error nor its view
    range.value[0] = 1
    // @ts-expect-error by no method
    range.value.fill(1)
    // @ts-expect-error nor by its buffer
    void range.value.buffer
    // @ts-expect-error nor a piece
    range.pieces()[0]!.view[0] = 1
    // @ts-expect-error and pieces stay as they are
    range.pieces().pop()
  })
  // @ts-expect-error structs neither
  await points.read(core, (range) => range.value.set(0, { x: 1, y: 1 }))
  // @ts-expect-error nor a field of theirs
  await points.read(core, (range) => range.value.field('x').set(0, 1))
  using ref = await vector.borrow(core)
  // @ts-expect-error a borrow is read like what a scope lends
  ref.value[0] = 1
  // @ts-expect-error and cannot be made one that writes
  const mut: RangeMut<F64> = ref
  // @ts-expect-error the right to read is none to write
  await vector.share(core).borrowMut(core)
  // @ts-expect-error nor to be split
  vector.share(core).split(1)
  await using exclusive = await vector.borrowMut(core)
  // @ts-expect-error a look at what is borrowed exclusively is for reading
  exclusive.view[0] = 1
  // @ts-expect-error of another type
  exclusive.set(0, 'one')
  drop(core, points)
  void mut
}

export async function writesToReplicas(core: Core, settings: Replicated<Settings>): Promise<void> {
  const weights = await replicatedArray(core, f64, 4)
  await settings.read(core, (it) => {
    // @ts-expect-error a field
    it.name = 'x'
    // @ts-expect-error an array
    it.limits.push(1)
    // @ts-expect-error what a map holds
    it.table.get('a')!.by = 'x'
  })
  using ref = await settings.borrow(core)
  // @ts-expect-error a borrow is read like what a scope lends
  ref.value.limits[0] = 1
  await using mut = await weights.borrowMut(core)
  // @ts-expect-error a look at what is borrowed exclusively is for reading
  mut.view.fill(1)
  mut.value.fill(1)
  await mut.release()
  drop(core, weights)
}

/* Ranges and borrows in work that may outlive them. */

// @ts-expect-error a task that is not scoped takes no range
task('types.share', (_core: Core, range: SharedRange<F64>) => range.length)
// @ts-expect-error nor an exclusive one
task('types.claim', (_core: Core, range: ExclusiveRange<F64>) => range.length)
// @ts-expect-error nor the borrow of one
task('types.range', (_core: Core, range: RangeRef<F64>) => range.at(0))
// @ts-expect-error nor an exclusive one
delegate('types.range-mut', (_core: Core, range: RangeMut<F64>) => range.set(0, 1))
// @ts-expect-error nor inside of something
task('types.ranges', (_core: Core, all: { parts: ExclusiveRange<F64>[] }) => all.parts.length)
// @ts-expect-error nor the borrow of a replicated object
task('types.replica', (_core: Core, settings: ReplicaRef<Settings>) => settings.value.name)
// @ts-expect-error nor an exclusive one
task('types.replica-mut', (_core: Core, settings: ReplicaMut<Settings>) => settings.view.name)
// @ts-expect-error nor is a range a result
task('types.result', async (core: Core, vector: Vector) => vector.claim(core))
// @ts-expect-error nor of a scoped task
scopedTask('types.part', (_core: Core, range: ExclusiveRange<F64>) => range.split(1))
// @ts-expect-error in a promise
scopedTask('types.mut', async (core: Core, range: ExclusiveRange<F64>) => range.borrowMut(core))
// @ts-expect-error nor a borrow
scopedTask('types.ref', (_core: Core, settings: ReplicaRef<Settings>) => settings)

const sum = scopedTask('types.sum', async (core: Core, range: SharedRange<F64>) => {
  using ref = await range.borrow(core)
  return ref.at(range.begin)
})
const fill = scopedTask('types.fill', async (core: Core, range: ExclusiveRange<F64>, by: number) =>
  range.borrowMut(core).then(async (mut) => {
    mut.set(range.begin, by)
    await mut.release()
  }),
)
const rename = scopedTask('types.rename', (_core: Core, settings: ReplicaMut<Settings>) => {
  settings.value.name = 'x'
})

export async function lending(core: Core, vector: Vector, settings: Replicated<Settings>) {
  const shared = vector.share(core)
  // @ts-expect-error a scoped task is lent to, not called
  await core.call(sum, 1, shared)
  // @ts-expect-error nor spawned
  spawn(core, sum, shared)
  // @ts-expect-error the right to read is none to write
  await lend(core, fill, 1, shared, 1)
  // @ts-expect-error nor the other way round: say what is meant
  await lend(core, sum, 1, vector.claim(core))
  // @ts-expect-error the vector is no range
  await lend(core, sum, 1, vector)
  using borrowed = await vector.borrow(core)
  // @ts-expect-error what is lent is the right, not the elements
  await lend(core, sum, 1, borrowed)
  // @ts-expect-error a range of other elements
  await lend(core, sum, 1, (await ownVector(core, i32, 4)).share(core))
  using ref = await settings.borrow(core)
  // @ts-expect-error a shared borrow is not an exclusive one
  await lend(core, rename, 1, ref)
}

/* The end of what is exclusive is waited for. */

export async function ends(core: Core, vector: Vector, settings: Replicated<Settings>) {
  // @ts-expect-error plain `using` cannot wait for a range
  using range = vector.claim(core)
  // @ts-expect-error nor for the borrow of one
  using mut = await vector.borrowMut(core)
  // @ts-expect-error nor for that of a replicated object
  using written = await settings.borrowMut(core)
  const [part] = range.split(1)
  // @ts-expect-error nor for a part
  using low = part
  using shared = vector.share(core)
  using ref = await vector.borrow(core)
  void [mut, written, low, shared, ref]
}

/* What compiles. */

function total(range: RangeRef<F64>): number {
  let sum = 0
  for (const { view } of range.pieces()) for (const value of view) sum += value
  return sum
}
function clear(range: RangeMut<F64>): void {
  for (const { view } of range.pieces()) view.fill(0)
}
const touch = delegate('types.touch', (core: Core, array: GlobalArray<F64>): number => {
  return array.local(core).length
})

export async function compiles(core: Core): Promise<unknown[]> {
  const vector = await ownVector(core, f64, 100)
  const points = await ownVector(core, point, 100)
  const sum1: number = await vector.read(core, total)
  const sum2: number = await vector.read(core, (range) => total(range) + range.at(1))
  const copy: Float64Array = await vector.read(core, (range) => range.value.slice(), { end: 4 })
  await vector.write(core, clear)
  await vector.write(core, async (range) => {
    clear(range)
    range.set(3, range.at(2) + range.view[0]!)
    range.value.subarray(1).fill(1)
    range.pieces()[0]!.view[0] = 1
  })
  const x: number = await points.read(core, (range) => range.at(0).x + range.value.get(1).y)
  await points.write(core, (range) => range.value.set(0, { x, y: 1 }))
  const length: number = await vector.withArray(core, (array) => core.call(touch, 1, array))
  const first: number = await vector.withArray(core, (array) => {
    const view = array.local(core)
    view[0] = 1
    return view[0] + array.length
  })
  {
    await using all = vector.claim(core)
    const [low, high] = all.split(50)
    await Promise.all([lend(core, fill, 0, low, 1), lend(core, fill, 1, high, 2)])
    for (const block of all.blocks()) await lend(core, fill, block.home, block, 3)
    using part = vector.share(core, { end: 5 })
    const value: number = await lend(core, sum, 1, part)
    void value
  }
  const outcome = vector.tryBorrowMut(core)
  if (outcome.kind === 'borrowed') await outcome.release()
  const settings = await replicated<Settings>(core, { name: '', limits: [], table: new Map() })
  const name: string = await settings.read(core, (it) => it.name)
  const limits: number[] = await settings.read(core, (it) => [...it.limits])
  await settings.write(core, (it) => void it.table.set('a', { by: name }))
  {
    await using mut = await settings.borrowMut(core)
    await lend(core, rename, 1, mut)
    mut.value.limits.push(mut.view.limits.length)
  }
  const shelf: Vector[] = []
  move(vector, (it) => shelf.push(it))
  for (const one of shelf) await core.call(keep, 1, one)
  const array: GlobalArray<typeof point> = await points.intoArray(core)
  gone(points)
  const again = await vectorOf(core, array)
  drop(core, again)
  drop(core, settings)
  return [sum1, sum2, copy, length, first, limits]
}

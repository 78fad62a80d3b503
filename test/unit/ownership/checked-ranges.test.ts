/**
 * Checked mode of vectors and replicated objects: the views that their borrows hand out refuse
 * writes by readers, and any use after the end, with the object and both places.
 */
import type { ExecutionContext } from 'ava'
import { inspect } from 'node:util'
import { type Core, delegate, f64, type GlobalArray, i32, struct } from '@orujo/core'
import {
  type ExclusiveRange,
  type RangeMut,
  type ReplicaMut,
  type ReplicaRef,
  type SharedRange,
  drop,
  lend,
  ownVector,
  replicated,
  replicatedArray,
  scopedTask,
} from '@orujo/ownership'
import { refused } from '../../support/misuse.ts'
import { ownershipRule } from '../../support/ownership-rules.ts'

/** Runs a task on core 0 in checked mode, under several schedules. */
function rule(
  title: string,
  main: (core: Core, t: ExecutionContext) => Promise<void>,
  tasks: readonly unknown[] = [],
): void {
  ownershipRule(title, main, { tasks, seeds: 8, store: () => ({ isChecked: true }) })
}

const VECTOR = { object: /^vector \d+ of core 0$/ }
const REPLICATED = { object: /^replicated object \d+ of core 0$/ }

const point = struct({ x: f64, y: i32 })

/** A view, past the compiler. */
interface StructLike {
  get(slot: number): { x: number; y: number }
  set(slot: number, value: { x: number; y: number }): void
  field(name: 'x'): { values: Float64Array; set(slot: number, value: number): void }
}

function writesTo(view: Float64Array): (() => unknown)[] {
  return [
    () => (view[0] = 1),
    () => view.fill(1),
    () => view.set([1]),
    () => (view.subarray(1)[0] = 1),
    () => new Float64Array(view.buffer),
    () => view.forEach((_value, _index, array) => (array[0] = 1)),
  ]
}

rule('a reader of a range writes to it by no way', async (core, t) => {
  const vector = await ownVector(core, f64, 16)
  await vector.read(
    core,
    async (range) => {
      const views = range.pieces().map(({ view }) => view as unknown as Float64Array)
      views.push(range.value as unknown as Float64Array)
      for (const view of views) {
        for (const write of writesTo(view)) {
          const { message } = await refused(t, 'OWN_FROZEN', write, VECTOR)
          t.regex(message, /of elements 1 to 3 of vector \d+ of core 0: that is borrowed, shared/)
        }
      }
      t.is(range.at(1) + range.value[0]! + range.pieces()[0]!.view.length, 2)
    },
    { begin: 1, end: 3 },
  )
  await using mut = await vector.borrowMut(core, { end: 3 })
  for (const write of writesTo(mut.view as unknown as Float64Array)) {
    await refused(t, 'OWN_FROZEN', write, VECTOR)
  }
  mut.value.fill(5)
  mut.value.subarray(1).set([6])
  for (const { begin, view } of mut.pieces()) view[0] = begin
  mut.set(2, 7)
  t.deepEqual([...mut.view], [0, 6, 7])
  await mut.release()
  drop(core, vector)
})

rule('structs of a range are written by who may only', async (core, t) => {
  const points = await ownVector(core, point, 4)
  {
    using ref = await points.borrow(core, { end: 1 })
    const view = ref.value as unknown as StructLike
    await refused(t, 'OWN_FROZEN', () => view.set(0, { x: 1, y: 1 }), VECTOR)
    await refused(t, 'OWN_FROZEN', () => view.field('x').set(0, 1), VECTOR)
    await refused(t, 'OWN_FROZEN', () => (view.field('x').values[0] = 1), VECTOR)
    t.is(ref.at(0).x + view.get(0).y, 0)
  }
  await points.write(core, (range) => range.value.set(0, { x: 1, y: 2 }), { end: 1 })
  t.deepEqual(await points.read(core, (range) => range.at(0)), { x: 1, y: 2 })
  drop(core, points)
})

rule('whatever was kept of a range is of no use after its end', async (core, t) => {
  const vector = await ownVector(core, f64, 16)
  const kept: Float64Array[] = []
  const keep = (range: Pick<RangeMut<typeof f64>, 'pieces' | 'value'>): void => {
    kept.push(range.value, range.value.subarray(1), ...range.pieces().map(({ view }) => view))
  }
  const part = { begin: 2, end: 4 }
  await vector.read(core, (range) => keep(range as unknown as RangeMut<typeof f64>), part)
  await vector.write(core, (range) => keep(range), part)
  const mut = await vector.borrowMut(core, part)
  kept.push(mut.view as unknown as Float64Array)
  await mut.release()
  t.is(kept.length, 7)
  for (const view of kept) {
    for (const use of [() => view[0], () => (view[0] = 1), () => view.length, () => [...view]]) {
      await refused(t, 'OWN_ESCAPED', use, VECTOR)
    }
  }
  t.regex(inspect(kept[0]), /\[the ended borrow of elements 2 to 4 of vector \d+ of core 0\]/)
  await refused(t, 'OWN_ESCAPED', () => mut.at(2), VECTOR)
  await refused(t, 'OWN_ESCAPED', () => mut.set(2, 1), VECTOR)
  await refused(t, 'OWN_ESCAPED', () => mut.pieces(), VECTOR)
  drop(core, vector)
})

const misread = scopedTask('test.misread', async (core: Core, part: SharedRange<typeof f64>) => {
  using ref = await part.borrow(core, { begin: part.begin, end: part.begin + 1 })
  try {
    ;(ref.value as unknown as Float64Array)[0] = 9
  } catch (error) {
    return (error as Error).message
  }
  return 'nothing was refused'
})

const outlive = scopedTask('test.outlive', async (core: Core, part: ExclusiveRange<typeof f64>) => {
  const mut = await part.borrowMut(core, { begin: part.begin, end: part.begin + 1 })
  const view = mut.value
  view[0] = 4
  await mut.release()
  try {
    view[0] = 9
  } catch (error) {
    return (error as Error).message
  }
  return 'nothing was refused'
})

rule(
  'ranges that are lent are guarded on the core that has them',
  async (core, t) => {
    const vector = await ownVector(core, f64, 16)
    for (let target = 0; target < core.cores; target++) {
      {
        using all = vector.share(core)
        const message = await lend(core, misread, target, all)
        t.regex(message, /^cannot set '0' of elements 0 to 1 of vector \d+ of core 0: that is/)
      }
      await using all = vector.claim(core)
      const message = await lend(core, outlive, target, all)
      t.regex(message, /^cannot set '0' of elements 0 to 1 of vector \d+ of core 0: the borrow/)
    }
    t.is(await vector.read(core, (range) => range.at(0)), 4)
    drop(core, vector)
  },
  [misread, outlive],
)

const put = delegate('test.put', (core: Core, array: GlobalArray<typeof f64>, index: number) => {
  array.local(core)[array.localIndex(index)] = index
})

rule(
  'an array is lent for as long as the work takes, and not longer',
  async (core, t) => {
    const vector = await ownVector(core, f64, 8)
    const kept: GlobalArray<typeof f64>[] = []
    const address = await vector.withArray(core, async (array) => {
      for (let i = 0; i < array.length; i++) await core.call(put, array.home(i), array, i)
      kept.push(array)
      return array.at(3)
    })
    await refused(t, 'OWN_ESCAPED', () => kept[0]!.local(core), VECTOR)
    await refused(t, 'OWN_ESCAPED', () => kept[0]!.at(3), VECTOR)
    await refused(t, 'OWN_ESCAPED', () => address.check(), VECTOR)
    const found = await vector.withArray(core, (array) => array.local(core).length)
    t.true(found > 0)
    const sum = await vector.read(core, (range) => range.at(3) + range.at(7))
    t.is(sum, 10)
    drop(core, vector)
  },
  [put],
)

interface Settings {
  name: string
  limits: number[]
  table: Map<string, { by: string }>
}

const make = (): Settings => ({ name: 'a', limits: [1, 2], table: new Map([['b', { by: 'c' }]]) })

rule('a reader of a replicated object writes to it by no way', async (core, t) => {
  const settings = await replicated(core, make())
  const weights = await replicatedArray(core, f64, 4)
  await settings.read(core, async (shared) => {
    const it = shared as unknown as Settings
    for (const write of [
      () => (it.name = 'x'),
      () => it.limits.push(3),
      () => it.table.set('x', { by: 'y' }),
      () => (it.table.get('b')!.by = 'x'),
    ]) {
      const { message } = await refused(t, 'OWN_FROZEN', write, REPLICATED)
      t.regex(message, /of replicated object \d+ of core 0: that is borrowed, shared/)
    }
  })
  await weights.read(core, async (shared) => {
    for (const write of writesTo(shared as unknown as Float64Array)) {
      await refused(t, 'OWN_FROZEN', write, REPLICATED)
    }
  })
  await using mut = await weights.borrowMut(core)
  for (const write of writesTo(mut.view as unknown as Float64Array)) {
    await refused(t, 'OWN_FROZEN', write, REPLICATED)
  }
  mut.value.fill(3)
  t.deepEqual([...mut.view], [3, 3, 3, 3])
  await mut.release()
  drop(core, settings)
  drop(core, weights)
})

const note = scopedTask('test.note', (core: Core, settings: ReplicaMut<Settings>) => {
  settings.value.limits.push(core.id)
})

const misuse = scopedTask('test.misuse', (_core: Core, settings: ReplicaRef<Settings>) => {
  try {
    ;(settings.value as unknown as Settings).limits.push(9)
  } catch (error) {
    return (error as Error).message
  }
  return 'nothing was refused'
})

rule(
  'whatever was kept of a replicated object is of no use after its end, or while it is lent',
  async (core, t) => {
    const settings = await replicated(core, make())
    const kept: Settings[] = []
    await settings.read(core, (it) => void kept.push(it as unknown as Settings))
    await settings.write(core, (it: unknown) => void kept.push(it as Settings))
    const mut = await settings.borrowMut(core)
    kept.push(mut.value, mut.view as Settings)
    await lend(core, note, core.cores - 1, mut)
    for (const it of kept) {
      for (const use of [() => it.name, () => (it.name = 'x'), () => Object.keys(it)]) {
        await refused(t, 'OWN_ESCAPED', use, REPLICATED)
      }
    }
    t.deepEqual([...mut.value.limits], [1, 2, core.cores - 1])
    mut.value.table.get('b')!.by += '!'
    await mut.release()
    await refused(t, 'OWN_ESCAPED', () => mut.value, REPLICATED)
    const ref = await settings.borrow(core)
    for (let target = 0; target < core.cores; target++) {
      t.regex(await lend(core, misuse, target, ref), /that is borrowed, shared/)
    }
    t.is(ref.value.table.get('b')!.by, 'c!')
    ref.release()
    await refused(t, 'OWN_ESCAPED', () => ref.value, REPLICATED)
    drop(core, settings)
  },
  [note, misuse],
)

/**
 * What the controller chooses, what it says about that, and what it costs: no memory anywhere, no
 * controller, tasks without a place, and times in which nothing happens.
 */
import test, { type ExecutionContext } from 'ava'
import { task, u8, type Core, type Task } from '@orujo/core'
import {
  control,
  type Decision,
  drop,
  own,
  ownAnywhere,
  ownArrayAnywhere,
  type Owned,
  placeTask,
  spawn,
} from '@orujo/ownership'
import {
  PlacementTable,
  ROW,
  needOfTyped,
  needOfValue,
  rowOf,
} from '#ownership/controller-table.js'
import { TaskPlacer } from '#ownership/controller-tasks.js'
import { DecisionLog } from '#ownership/controller-log.js'
import { Topology } from '#core/place.js'
import { definitions, extensions } from '../../support/ownership.ts'
import { Cluster, type ClusterOptions } from '../../support/cluster.ts'

const KIB = 2 ** 10
const OWN_BYTES = 64 * KIB

function clusterOf(
  main: (core: Core) => Promise<void>,
  options: Omit<ClusterOptions, 'definitions'> = {},
): { readonly cluster: Cluster; readonly run: Task<[], void> } {
  const run = task('test.main', (core: Core) => main(core))
  const cluster = new Cluster({
    heapBytes: 2 * OWN_BYTES,
    sharedBytes: OWN_BYTES,
    locales: 2,
    coresPerLocale: 2,
    ...options,
    definitions: [...definitions, nap, run],
    extensions,
  })
  return { cluster, run }
}

const nap = task('test.nap', async (core: Core, turns: number): Promise<number> => {
  for (let turn = 0; turn < turns; turn++) await core.yield()
  return core.id
})

test('what fits nowhere is refused with the memory of every core', async (t) => {
  const { cluster, run } = clusterOf(async (core) => {
    const list: Owned<Uint8Array>[] = []
    const error = await t.throwsAsync(async () => {
      for (;;) list.push(await ownArrayAnywhere(core, u8, 16 * KIB))
    })
    t.is((error as { code?: string }).code, 'ORUJO_MEMORY_EXHAUSTED')
    t.regex(
      error.message,
      /No core has room for 16384 u8, 16384 bytes .* core 3 uses 65536 of 65536/,
    )
    t.is(list.length, 16)
    for (const one of list) drop(core, one)
  })
  await using _ = cluster
  const controller = await cluster.until(control(cluster))
  await cluster.run(run)
  await cluster.settle()
  const { locales } = await cluster.until(controller.report())
  t.deepEqual(
    locales.map(({ locale, used, residents, capacityBytes }) => {
      return { locale, used, residents, capacityBytes }
    }),
    [0, 1].map((locale) => ({ locale, used: 0, residents: 0, capacityBytes: 2 * OWN_BYTES })),
  )
  const reasons = (await cluster.until(controller.decisions())).map(({ why }) => why)
  t.true(reasons.includes('all-over-high-water'))
})

test('without a controller everything stays where it is asked for', async (t) => {
  const { cluster, run } = clusterOf(async (core) => {
    const array = await ownArrayAnywhere(core, u8, 64 * KIB)
    const value = await ownAnywhere(core, { a: 1 })
    t.true(array.isLocal && value.isLocal)
    t.is(placeTask(core), 0)
    await t.throwsAsync(ownArrayAnywhere(core, u8, KIB), { code: 'ORUJO_MEMORY_EXHAUSTED' })
    drop(core, array)
    drop(core, value)
  })
  await using _ = cluster
  await cluster.run(run)
})

test('after its end a controller places nothing, and another can follow', async (t) => {
  const { cluster, run } = clusterOf(async (core) => {
    const arrays = [await ownArrayAnywhere(core, u8, 32 * KIB)]
    arrays.push(await ownArrayAnywhere(core, u8, 32 * KIB))
    t.true(arrays.every((array) => array.hold.pointer.id < 2 ** 40))
    for (const one of arrays) drop(core, one)
  })
  await using _ = cluster
  const controller = await cluster.until(control(cluster))
  await t.throwsAsync(cluster.until(control(cluster)), { code: 'ORUJO_OPTION' })
  await cluster.until(controller.close())
  await cluster.until(controller.close())
  await cluster.run(run)
  await cluster.until(control(cluster))
})

test('options are checked', async (t) => {
  const { cluster } = clusterOf(async () => undefined)
  await using _ = cluster
  for (const highWater of [0, 1.1, NaN, '1' as never]) {
    await t.throwsAsync(control(cluster, { highWater }), { code: 'ORUJO_OPTION' })
  }
  await t.throwsAsync(control(cluster, { keepDecisions: 0 }), { code: 'ORUJO_OPTION' })
  await t.throwsAsync(control(cluster, { low: 1 } as never), { code: 'ORUJO_OPTION' })
})

test('tasks without a place go to those who have the fewest', async (t) => {
  const placed: number[] = []
  const { cluster, run } = clusterOf(async (core) => {
    const joins = Array.from({ length: 12 }, () => {
      const place = placeTask(core)
      placed.push(place)
      return core.spawn(nap, place, 5)
    })
    for (const one of joins) await one.join()
  })
  await using _ = cluster
  const controller = await cluster.until(control(cluster))
  await cluster.run(run)
  t.is(placed.slice(0, 8).join(), '0,1,2,3,0,1,2,3')
  await cluster.settle()
  const decisions = await cluster.until(controller.decisions())
  t.is(count(decisions, 'task'), 12)
  t.is(decisions[5]!.figures.tasks, 1)
})

test('a spawn that names no place asks the controller', async (t) => {
  const places: number[] = []
  const { cluster, run } = clusterOf(async (core) => {
    const joins = Array.from({ length: 4 }, () => spawn(core, nap, 5))
    for (const one of joins) places.push(await one.join())
  })
  await using _ = cluster
  const controller = await cluster.until(control(cluster))
  await cluster.run(run)
  t.is(places.join(), '0,1,2,3')
  t.is(count(await cluster.until(controller.decisions()), 'task'), 4)
})

test('a core that is busy gets fewer tasks than the others', async (t) => {
  const placed: number[] = []
  const { cluster, run } = clusterOf(async (core) => {
    const busy = Array.from({ length: 10 }, () => core.spawn(nap, 2, 400))
    await core.spawn(nap, 0, 20).join()
    placeTask(core)
    // The loads that this asked for arrive.
    await core.spawn(nap, 0, 100).join()
    for (let i = 0; i < 9; i++) placed.push(placeTask(core))
    for (const one of busy) await one.join()
  })
  await using _ = cluster
  await cluster.until(control(cluster))
  await cluster.run(run)
  t.false(placed.includes(2), placed.join())
})

test('the host places tasks, too', async (t) => {
  const { cluster } = clusterOf(async () => undefined)
  await using _ = cluster
  t.is(placeTask(cluster.host), 0)
  const controller = await cluster.until(control(cluster))
  t.deepEqual(
    Array.from({ length: 4 }, () => placeTask(cluster.host)),
    [0, 1, 2, 3],
  )
  t.is(count(await cluster.until(controller.decisions()), 'task'), 4)
})

test('below a step nobody is told anything, and a table is not asked for', async (t) => {
  const { cluster, run } = clusterOf(async (core) => {
    for (let i = 0; i < 100; i++) {
      const array = await ownArrayAnywhere(core, u8, KIB)
      const value = own(core, { i })
      await array.write(core, (values) => void values.fill(1))
      drop(core, array)
      drop(core, value)
    }
  })
  await using _ = cluster
  await cluster.until(control(cluster))
  await cluster.settle()
  const before = traffic(cluster)
  await cluster.run(run)
  await cluster.settle()
  // Of the run itself: the call and its answer.
  t.deepEqual(traffic(cluster), { ...before, calls: before.calls + 1 })
})

function traffic(cluster: Cluster): { readonly sends: number; readonly calls: number } {
  const { sends, calls } = cluster.metrics().total
  return { sends, calls }
}

function count(decisions: readonly Decision[], what: Decision['what']): number {
  return decisions.filter((one) => one.what === what).reduce((sum, { times }) => sum + times, 0)
}

// The parts.

function tableOf(used: readonly number[], t: ExecutionContext): PlacementTable {
  const table = new PlacementTable(new Topology(2, 2))
  for (const [core, heapBytes] of used.entries()) {
    const row = rowOf({
      capacityBytes: 1000,
      heapBytes,
      valueBytes: 0,
      copyBytes: 500,
      largestFreeBytes: 1000 - heapBytes,
      residents: 1,
    })
    t.is(row.length, ROW)
    table.takeRow(core, row)
  }
  return table
}

test('the most vacant locale comes first, then its most vacant core', (t) => {
  const table = tableOf([0, 900, 300, 400], t)
  const nobody = (): boolean => false
  t.is(table.choose(needOfValue(100), 0.9, nobody), 2)
  t.is(
    table.choose(needOfValue(100), 0.9, (core) => core === 2),
    3,
  )
  t.is(table.choose(needOfValue(700), 0.9, nobody), 0, 'the only one with room')
  t.is(table.choose(needOfValue(950), 0.9, nobody), undefined)
  t.is(table.choose(needOfTyped(513), 1.2, nobody), undefined, '1024 bytes in a row')
})

test('what is on its way counts until its core is heard of', (t) => {
  const table = tableOf([0, 0, 0, 0], t)
  const places = Array.from({ length: 6 }, () => {
    const place = table.choose(needOfValue(100), 0.9, () => false)!
    table.reserve(place, needOfValue(100))
    return place
  })
  t.is(places.join(), '0,2,1,3,0,2')
  t.is(table.usedBytes(0), 200)
  table.takeRow(0, table.row(0).slice())
  t.is(table.usedBytes(0), 0)
  table.take(table.rows.slice())
  t.is(table.usedBytes(2), 0)
})

test('loads are asked for when they are old, and at most one question is under way', (t) => {
  let asked = 0
  let nowMs = 0
  const placer = new TaskPlacer({ cores: 2, here: 1, now: () => nowMs, ask: () => asked++ })
  t.deepEqual([placer.place(), placer.place(), placer.place()], [1, 0, 1])
  t.is(asked, 1)
  // Placed before the question: none. Since: two on 1, one on 0.
  placer.take(Float64Array.of(5, 0))
  t.deepEqual([placer.loadOf(0), placer.loadOf(1)], [6, 2])
  t.deepEqual([placer.place(), placer.place()], [1, 1])
  t.is(asked, 1)
  nowMs = 100
  placer.place()
  t.is(asked, 2)
  nowMs = 200
  placer.place()
  t.is(asked, 2)
})

test('of decisions the last are kept, and equal ones in a row are one', (t) => {
  let nowMs = 0
  const log = new DecisionLog(2, () => nowMs++)
  const add = (subject: string, to: number): void => {
    log.add({ what: 'place', why: 'room-here', subject, from: 0, to, figures: {} })
  }
  add('a', 0)
  add('b', 0)
  t.deepEqual(
    log.all().map(({ subject, times, atMs }) => ({ subject, times, atMs })),
    [{ subject: 'b', times: 2, atMs: 1 }],
  )
  add('c', 1)
  add('d', 2)
  t.is(
    log
      .all()
      .map(({ subject }) => subject)
      .join(),
    'c,d',
  )
})

/**
 * Replicated objects on one thread, on clusters of several shapes under any schedule.
 */
import { type Core, f64, struct, task } from '@orujo/core'
import {
  type ReplicaMut,
  type ReplicaRef,
  type Replicated,
  lend,
  own,
  drop,
  replicated,
  replicatedArray,
  scopedTask,
  take,
} from '@orujo/ownership'
import { failure } from '../../support/machine.ts'
import { ownershipRule as rule } from '../../support/ownership-rules.ts'
import { seeded } from '../../support/schedule.ts'

interface Settings {
  name: string
  limits: number[]
}

const limitsOf = scopedTask('test.limits', (_core: Core, settings: ReplicaRef<Settings>) => {
  return settings.value.limits.join()
})

const addLimit = scopedTask(
  'test.add-limit',
  (core: Core, settings: ReplicaMut<Settings>, limit: number) => {
    settings.value.limits.push(limit)
    return core.id
  },
)

/** What each core reads, at once. */
async function readAll(core: Core, settings: Replicated<Settings>): Promise<string[]> {
  using ref = await settings.borrow(core)
  const targets = Array.from({ length: core.cores }, (_, i) => i)
  return await Promise.all(targets.map((target) => lend(core, limitsOf, target, ref)))
}

for (const publish of ['pull', 'push'] as const) {
  rule(
    `every core reads what was written last, wherever that was (${publish})`,
    async (core, t) => {
      const settings = await replicated<Settings>(core, { name: 'a', limits: [] }, { publish })
      const expected: number[] = []
      for (let round = 0; round < 6; round++) {
        t.deepEqual(new Set(await readAll(core, settings)), new Set([expected.join()]))
        await using mut = await settings.borrowMut(core)
        await lend(core, addLimit, round % core.cores, mut, round)
        expected.push(round)
        if (round % 2 === 0) {
          mut.value.limits.push(-round)
          expected.push(-round)
        }
        t.is(mut.view.limits.join(), expected.join())
      }
      t.deepEqual(new Set(await readAll(core, settings)), new Set([expected.join()]))
      drop(core, settings)
    },
    { tasks: [limitsOf, addLimit] },
  )
}

const scale = scopedTask('test.scale', (_core: Core, weights: ReplicaMut<Float64Array>) => {
  for (let i = 0; i < weights.value.length; i++) weights.value[i] = weights.value[i]! * 2 + 1
})
const first = scopedTask('test.first', (_core: Core, weights: ReplicaRef<Float64Array>) => {
  return weights.value[0]! + weights.value[weights.value.length - 1]!
})

rule(
  'typed memory is written on one core and read in place on all',
  async (core, t) => {
    const weights = await replicatedArray(core, f64, 10)
    let expected = 0
    for (let round = 0; round < 5; round++) {
      {
        using ref = await weights.borrow(core)
        const targets = Array.from({ length: core.cores }, (_, i) => i)
        const sums = await Promise.all(targets.map((target) => lend(core, first, target, ref)))
        t.deepEqual(new Set(sums), new Set([2 * expected]))
      }
      await using mut = await weights.borrowMut(core)
      await lend(core, scale, (round + 1) % core.cores, mut)
      expected = expected * 2 + 1
    }
    drop(core, weights)
  },
  { tasks: [scale, first] },
)

const rename = task('test.rename', async (core: Core, settings: Replicated<Settings>) => {
  await settings.write(core, (value) => void (value.name += '!'))
  return settings
})

rule(
  'the owner moves to the core that it is sent to, and back with the answer',
  async (core, t) => {
    const made = await replicated<Settings>(core, { name: 'a', limits: [] })
    const settings = await core.call(rename, core.cores - 1, made)
    if (core.cores > 1) t.is((await failure(() => made.borrow(core)))?.code, 'OWN_MOVED')
    t.is(await settings.read(core, ({ name }) => name), 'a!')
    t.is(settings.version, 2)
    const moved = take(settings)
    t.is((await failure(() => settings.borrow(core)))?.code, 'OWN_MOVED')
    const same = moved
    drop(core, moved)
    t.is((await failure(() => drop(core, same)))?.code, 'OWN_DROPPED')
    t.is((await failure(() => same.tryBorrow(core)))?.code, 'OWN_DROPPED')
  },
  { tasks: [rename] },
)

const pair = struct({ low: f64, high: f64 })

rule('borrows that do not go together are refused', async (core, t) => {
  const pairs = await replicatedArray(core, pair, 3)
  {
    using ref = await pairs.borrow(core)
    t.is(ref.value.get(0).low, 0)
    t.is((await failure(() => pairs.borrowMut(core)))?.code, 'OWN_BORROWED')
    t.is(pairs.tryBorrowMut(core).kind, 'conflict')
    t.is((await failure(() => drop(core, pairs)))?.code, 'OWN_BORROWED')
  }
  const mut = await pairs.borrowMut(core)
  t.is((await failure(() => pairs.borrow(core)))?.code, 'OWN_BORROWED')
  t.is(pairs.tryBorrow(core).kind, 'conflict')
  mut.value.set(0, { low: 1, high: 2 })
  await mut.release()
  t.is((await failure(() => mut.value))?.code, 'OWN_ESCAPED')
  t.is(await pairs.read(core, (view) => view.get(0).high), 2)
  drop(core, pairs)
})

rule('a replicated value cannot own objects, and is frozen for readers', async (core, t) => {
  const inner = own(core, 1)
  const outer = await replicated(core, { inner })
  t.is((await failure(() => outer.borrow(core)))?.code, 'OWN_NESTED')
  drop(core, outer)
  drop(core, inner)
  const list = await replicated(core, [1, 2])
  using ref = await list.borrow(core)
  t.throws(() => (ref.value as number[]).push(3), { instanceOf: TypeError })
  ref.release()
  drop(core, list)
  const options = { publish: 'never' } as unknown as { publish: 'pull' }
  t.is((await failure(() => replicated(core, 1, options)))?.code, 'ORUJO_OPTION')
})

const walk = task(
  'test.walk',
  async (core: Core, settings: Replicated<Settings>, written: number[], seed: number) => {
    const random = seeded(seed)
    const expected = [...written]
    for (let step = 0; step < 12; step++) {
      const target = random.choose(core.cores)
      switch (random.choose(4)) {
        case 0: {
          await using mut = await settings.borrowMut(core)
          await lend(core, addLimit, target, mut, step)
          expected.push(step)
          break
        }
        case 1:
          await settings.write(core, (value) => void value.limits.push(step))
          expected.push(step)
          break
        case 2: {
          await using mut = await settings.borrowMut(core)
          if (mut.view.limits.length !== expected.length) throw new Error('a write is lost')
          break
        }
        default: {
          const found = new Set(await readAll(core, settings))
          if (found.size !== 1 || !found.has(expected.join())) {
            throw new Error(`found ${[...found].join(' and ')}, expected ${expected.join()}`)
          }
        }
      }
    }
    if (expected.length > 40) drop(core, settings)
    else await core.call(walk, random.choose(core.cores), settings, expected, seed + 1000)
  },
)

const SEEDS = 150

rule(
  `${SEEDS} random programs read on all cores what was written last`,
  async (core, _t, { seed }) => {
    const publish = seed % 3 === 0 ? 'push' : 'pull'
    const settings = await replicated<Settings>(core, { name: '', limits: [] }, { publish })
    await core.call(walk, 0, settings, [], seed)
  },
  { tasks: [walk, addLimit, limitsOf], seeds: SEEDS },
)

/** Spawned tasks on clusters: what they are given is theirs, what they return is their joiner's. */
import test from 'ava'
import { anywhere, f64, task, WorkFailedError, type Core, type Target } from '@orujo/core'
import {
  drop,
  take,
  type LendingScope,
  type Mut,
  own,
  ownArray,
  type Owned,
  placeSpawns,
  type Ref,
  scope,
  scopedTask,
  spawn,
  spawnTo,
} from '@orujo/ownership'
import { underSeeds } from '../../../support/ownership-rules.ts'

const extend = task('test.extend', async (core: Core, list: Owned<number[]>, by: number) => {
  await list.write(core, (values) => void values.push(by))
  return { list, core: core.id }
})

const places: readonly ((core: Core) => Target | typeof anywhere)[] = [
  () => anywhere,
  ({ id }) => id,
  ({ cores }) => cores - 1,
]

test('wherever a task runs, owners move to it, and back with its result', async (t) => {
  for (const place of places) {
    await underSeeds(
      async (core) => {
        placeSpawns(core, place)
        let list = own<number[]>(core, [])
        for (let i = 0; i < 5; i++) {
          const given = list
          const join = spawn(core, extend, given, i)
          await t.throwsAsync(given.borrow(core), { code: 'OWN_MOVED' })
          list = (await join.join()).list
        }
        const text = await list.read(core, (values) => values.join())
        if (text !== '0,1,2,3,4') throw new Error(text)
        drop(core, list)
      },
      { tasks: [extend] },
    )
  }
})

test('a task spawned to an object runs at its home', async (t) => {
  await underSeeds(
    async (core) => {
      const list = own<number[]>(core, [])
      const there = await spawnTo(core, core.cores - 1, extend, list, 1).join()
      const here = await spawnTo(core, there.list, extend, take(there.list), 2).join()
      if (here.core !== core.cores - 1) throw new Error(`on ${here.core}`)
      drop(core, here.list)
    },
    { tasks: [extend] },
  )
  t.pass()
})

test('a spawn that is refused leaves everything with the caller', async (t) => {
  const unknown = task('test.unknown', (_core: Core, list: Owned<number[]>) => list)
  await underSeeds(async (core) => {
    for (const place of places) {
      placeSpawns(core, place)
      const list = own(core, [1])
      t.throws(() => spawn(core, unknown, list), { code: 'ORUJO_UNKNOWN_DEFINITION' })
      drop(core, list)
    }
  })
})

test('a task that fails fails its joiner and its scope', async (t) => {
  await underSeeds(
    async (core) => {
      const finished = core.finish(async (inner) => {
        await t.throwsAsync(spawnTo(inner, 0, fail, 'here').join(), { message: 'here' })
      })
      await t.throwsAsync(finished, { code: 'ORUJO_WORK_FAILED' })
    },
    { tasks: [fail] },
  )
})

const fail = task('test.fail', (_core: Core, text: string): void => {
  throw new Error(text)
})

const fill = scopedTask(
  'test.scope-fill',
  async (core: Core, part: Mut<Float64Array>, factor: Ref<number[]>) => {
    await core.yield()
    part.value.fill(factor.value[0]!)
    return part.view.length
  },
)

test('a scope lends many things at once, and has them back when it ends', async (t) => {
  await underSeeds(
    async (core) => {
      const parts = [0, 1, 2, 3].map(() => ownArray(core, f64, 8))
      const factor = own(core, [3])
      {
        using ref = await factor.borrow(core)
        const muts = await Promise.all(parts.map((part) => part.borrowMut(core)))
        const lengths = await scope(core, async (lending) => {
          const joins = muts.map((mut, i) => lending.spawn(fill, i % core.cores, mut, ref))
          t.throws(() => muts[0]!.value, { code: 'OWN_BORROWED' })
          return Promise.all(joins.map((join) => join.join()))
        })
        t.deepEqual(lengths, [8, 8, 8, 8])
        for (const mut of muts) {
          t.true(mut.view.every((value) => value === 3))
          await mut.release()
        }
      }
      for (const part of parts) drop(core, part)
      drop(core, factor)
    },
    { tasks: [fill] },
  )
})

const failing = scopedTask('test.scope-fail', async (core: Core, ref: Ref<string>) => {
  await core.yield()
  throw new Error(`no luck on ${core.id} with ${ref.value}`)
})

test('a scope rejects when all its tasks have ended, with all their errors', async (t) => {
  await underSeeds(
    async (core) => {
      const text = own(core, 'text')
      {
        using ref = await text.borrow(core)
        let escaped: LendingScope | undefined
        const error = await t.throwsAsync(
          scope(core, (lending) => {
            escaped = lending
            for (let target = 0; target < core.cores; target++) lending.spawn(failing, target, ref)
          }),
          { instanceOf: WorkFailedError, code: 'ORUJO_WORK_FAILED' },
        )
        t.is(error.errors.length, core.cores)
        t.throws(() => escaped!.spawn(failing, 0, ref), { code: 'OWN_CLOSED' })
        const own = scope(core, (lending) => {
          lending.spawn(failing, 0, ref)
          throw new Error('its own')
        })
        await t.throwsAsync(own, { message: 'its own' })
      }
      drop(core, text)
    },
    { tasks: [failing] },
  )
})

class Kept {
  list: Owned<number[]> | undefined
}

const keepAndReturn = task('test.keep-and-return', (core: Core, list: Owned<number[]>) => {
  core.endpoint.state(Kept, () => new Kept()).list = list
  return list
})

test('what a task of this core has returned is of no use to it any more', async (t) => {
  await underSeeds(
    async (core) => {
      const back = await spawnTo(core, core.id, keepAndReturn, own(core, [1])).join()
      const { list } = core.endpoint.state(Kept, () => new Kept())
      await t.throwsAsync(list!.borrow(core), { code: 'OWN_MOVED' })
      drop(core, back)
    },
    { tasks: [keepAndReturn] },
  )
})

test('a scope waits for what was spawned while it ended', async (t) => {
  await underSeeds(
    async (core) => {
      const part = ownArray(core, f64, 8)
      const factor = own(core, [3])
      const ref = await factor.borrow(core)
      const mut = await part.borrowMut(core)
      await scope(core, (lending) => {
        const first = lending.spawn(fill, core.cores - 1, mut, ref)
        void first.join().then(() => lending.spawn(fill, core.cores >> 1, mut, ref))
      })
      t.is(mut.view.length, 8)
      await mut.release()
      ref.release()
      drop(core, part)
      drop(core, factor)
    },
    { tasks: [fill] },
  )
})

const two = scopedTask('test.scope-two', (core: Core, list: Owned<number[]>, _other: unknown) => {
  drop(core, list)
})

test('what is spawned with something that cannot be sent gives nothing away', async (t) => {
  await underSeeds(
    async (core) => {
      const list = own(core, [1])
      const other = own(core, [2])
      const taken = take(other)
      for (let target = 0; target < core.cores; target++) {
        const failing = scope(core, (lending) => void lending.spawn(two, target, list, other))
        await t.throwsAsync(failing)
      }
      t.is(await list.read(core, (values) => values[0]), 1)
      const given = list
      await scope(core, (lending) => {
        lending.spawn(two, core.id, list, 1)
        t.is(given.hold.state, 'moved')
      })
      drop(core, taken)
    },
    { tasks: [two] },
  )
})

const keep = scopedTask('test.scope-keep', (core: Core, list: Owned<number[]>) => {
  drop(core, list)
})

test('owners given to a task of a scope are its own, on this core too', async (t) => {
  await underSeeds(
    async (core) => {
      await scope(core, (lending) => {
        for (let target = 0; target < core.cores; target++) {
          lending.spawn(keep, target, own(core, [target]))
        }
      })
    },
    { tasks: [keep] },
  )
  t.pass()
})

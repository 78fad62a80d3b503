/**
 * A program on threads that uses each part of ownership's standard library from every core. Each
 * main task gives back what can be counted.
 */
import {
  type Core,
  delegate,
  f64,
  objectDelegate,
  task,
  type Wait,
  type WaitSource,
} from '@orujo/core'
import {
  type Arc,
  arc,
  type Atomic,
  atomicI32,
  channel,
  drop,
  type Mut,
  own,
  ownArray,
  type Owned,
  type OwnedMap,
  ownedMap,
  ownedMutex,
  type OwnedMutex,
  type Receiver,
  rwLock,
  type RwLock,
  scope,
  scopedTask,
  type Sender,
  spawn,
  update,
} from '@orujo/ownership'

export { ownershipProgram } from '@orujo/ownership/program'

const ROUNDS = 50

export const produce = task(
  'process.produce',
  async (core: Core, sender: Sender<Owned<Float64Array>>) => {
    for (let i = 0; i < ROUNDS; i++) {
      const values = ownArray(core, f64, 16)
      await values.write(core, (view) => void view.fill(i))
      await sender.send(core, values)
    }
    sender.drop(core)
  },
)

/** The sum of all numbers in the arrays that every core sends. */
export const channels = task('process.channels', async (core: Core): Promise<number> => {
  const [sender, receiver] = channel<Owned<Float64Array>>(core, { capacity: 4 })
  const producers = Array.from({ length: core.cores }, (_, target) => {
    return core.call(produce, target, sender.clone())
  })
  sender.drop(core)
  let sum = 0
  for await (const values of receiver.values(core)) {
    sum += await values.read(core, (view) => view.reduce((a, b) => a + b, 0))
    drop(core, values)
  }
  receiver.drop(core)
  await Promise.all(producers)
  return sum
})

export const share = task(
  'process.share',
  async (core: Core, table: Arc<number[]>, count: Atomic<number>, sum: OwnedMutex<number[]>) => {
    for (let i = 0; i < ROUNDS; i++) {
      const value = await table.read(core, (list) => list[i % list.length]!)
      await count.fetchAdd(core, value)
      await sum.write(core, (list) => void (list[0]! += value))
    }
    table.drop(core)
    count.drop(core)
    sum.drop(core)
  },
)

/** What all cores have added, as an atomic and under a lock. */
export const shares = task('process.shares', async (core: Core): Promise<number[]> => {
  const table = arc(core, [1, 2, 3, 4, 5])
  const count = atomicI32(core, 0)
  const sum = ownedMutex(core, [0])
  await Promise.all(
    Array.from({ length: core.cores }, (_, target) => {
      return core.call(share, target, table.clone(), count.clone(), sum.clone())
    }),
  )
  const sums = [await count.load(core)]
  await sum.write(core, (list) => void sums.push(list[0]!))
  table.drop(core)
  count.drop(core)
  sum.drop(core)
  return sums
})

const add = objectDelegate('process.add', (_core: Core, list: number[], by: number): void => {
  list[0]! += by
})

export const fill = scopedTask('process.fill', (_core: Core, part: Mut<Float64Array>) => {
  part.value.fill(1)
})

export const increase = task('process.increase', async (core: Core, list: Owned<number[]>) => {
  await update(core, list, add, 1)
  return list
})

export const count = task('process.count', async (core: Core, map: OwnedMap<number, number>) => {
  for (let i = 0; i < ROUNDS; i++) await map.update(core, i % 5, (value = 0) => value + 1)
  map.drop(core)
})

/** Spawned tasks, a scope that lends, updates and a map. */
export const works = task('process.works', async (core: Core): Promise<number[]> => {
  let list = own(core, [0])
  for (let i = 0; i < 8; i++) list = await spawn(core, increase, list).join()
  const parts = Array.from({ length: core.cores }, () => ownArray(core, f64, 8))
  const muts: Mut<Float64Array>[] = []
  await scope(core, async (lending) => {
    for (const [target, part] of parts.entries()) {
      const mut = await part.borrowMut(core)
      muts.push(mut)
      lending.spawn(fill, target, mut)
    }
  })
  for (const mut of muts) await mut.release()
  const map = await ownedMap<number, number>(core, { buckets: 4 })
  await Promise.all(
    Array.from({ length: core.cores }, (_, target) => core.call(count, target, map.clone())),
  )
  const got = [await list.read(core, (values) => values[0]!), (await map.get(core, 1)) ?? 0]
  map.drop(core)
  drop(core, list)
  for (const part of parts) drop(core, part)
  return got
})

export { add }

interface Shared {
  readonly lock: RwLock<string>
  readonly receiver: Receiver<string>
}

class Kept {
  shared: Shared | undefined
}

/** Waits on the last core for a lock that is held, and for a value that nobody sends. */
export const wait = task('process.wait', async (core: Core, shared: Shared) => {
  const locked = shared.lock.readLock(core).catch((error: unknown) => error)
  const received = shared.receiver.receive(core).catch((error: unknown) => error)
  const errors = [await locked, await received] as { code: string }[]
  core.endpoint.state(Kept, () => new Kept()).shared = shared
  return errors.map(({ code }) => code)
})

export const waitAbroad = task('process.wait-abroad', async (core: Core) => {
  const lock = rwLock(core, 'text')
  const [sender, receiver] = channel<string>(core)
  const guard = await lock.writeLock(core)
  const codes = await core.call(wait, core.cores - 1, { lock: lock.clone(), receiver })
  await guard.release()
  lock.drop(core)
  sender.drop(core)
  if (codes.join() !== 'ORUJO_ABORTED,ORUJO_ABORTED') throw new Error(codes.join())
})

/** How many wait at locks and channels of this core. */
export const countWaits = delegate('process.ownership.waits', (core: Core): number => {
  const waits: Wait[] = []
  for (const object of core.memory.objects.held()) {
    ;(object as Partial<WaitSource> | undefined)?.addWaits?.(waits)
  }
  return waits.reduce((sum, one) => sum + one.count, 0)
})

/** What was kept by the run before is still of use. */
export const useKept = task('process.use-kept', async (core: Core): Promise<string> => {
  const { lock, receiver } = core.endpoint.state(Kept, () => new Kept()).shared!
  const text = await lock.read(core, (value) => value)
  const end = await receiver.receive(core)
  lock.drop(core)
  receiver.drop(core)
  return `${text} ${end}`
})

/** Nobody ever sends. */
export const starve = task('process.starve', async (core: Core) => {
  const [sender, receiver] = channel<string>(core)
  await receiver.receive(core)
  sender.drop(core)
})

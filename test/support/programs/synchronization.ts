/**
 * A program for tests of synchronization primitives: tasks of every core and the host that wait for
 * each other at a mutex, a condition variable, a semaphore, a full-empty cell or a barrier on one.
 */
import {
  Barrier,
  ConditionVariable,
  type Core,
  CountingSemaphore,
  FullEmpty,
  Mutex,
  type ObjectAddress,
  RemoteBarrier,
  RemoteConditionVariable,
  RemoteCountingSemaphore,
  RemoteFullEmpty,
  RemoteMutex,
  delegate,
  objectDelegate,
  task,
} from '@orujo/core'
import { failure } from '../machine.ts'
import { everyEndpoint } from './delegates.ts'

/** What tasks of all cores read and change, a step at a time. */
class Ledger {
  value = 0
  readonly notes: number[] = []
}

export type LedgerAddress = ObjectAddress<Ledger>
type MutexAddress = ObjectAddress<Mutex>
type ConditionAddress = ObjectAddress<ConditionVariable>
export type CellAddress = ObjectAddress<FullEmpty<number>>

export const makeLedger = delegate('test.sync.ledger', (core: Core) => core.hold(new Ledger()))
export const makeMutex = delegate('test.sync.mutex', (core: Core) => core.hold(new Mutex()))
export const makeCondition = delegate('test.sync.condition', (core: Core) => {
  return core.hold(new ConditionVariable())
})
export const makeCell = delegate('test.sync.cell', (core: Core) => {
  return core.hold(new FullEmpty<number>())
})
export const makeSemaphore = delegate('test.sync.semaphore', (core: Core, value: number) => {
  return core.hold(new CountingSemaphore(value))
})
export const makeBarrier = delegate('test.sync.barrier', (core: Core, parties: number) => {
  return core.hold(new Barrier(parties))
})
/** A task, so that it does not overtake the releases that the same core has sent before. */
export const drop = task('test.sync.drop', (core: Core, address: ObjectAddress) => {
  core.release(address)
})

export const valueOf = objectDelegate('test.sync.value', (_core, ledger: Ledger) => ledger.value)
export const setValue = objectDelegate('test.sync.set', (_core, ledger: Ledger, value: number) => {
  ledger.value = value
})
export const note = objectDelegate('test.sync.note', (_core, ledger: Ledger, value: number) => {
  ledger.notes.push(value)
})
export const notesOf = objectDelegate('test.sync.notes', (_core, ledger: Ledger) => ledger.notes)
/** Adds `by` and says how much it is then, and notes it. */
export const count = objectDelegate('test.sync.count', (_core, ledger: Ledger, by: number) => {
  ledger.value += by
  ledger.notes.push(ledger.value)
  return ledger.value
})

export async function dropAll(core: Core, addresses: readonly ObjectAddress[]): Promise<void> {
  for (const address of addresses) await core.call(drop, address.core, address)
}

/** Reads, lets others run, writes: what a mutex is for. */
export const addSlowly = task(
  'test.sync.add-slowly',
  async (core: Core, mutex: MutexAddress, ledger: LedgerAddress, times: number) => {
    for (let time = 0; time < times; time++) {
      using _lock = await new RemoteMutex(core, mutex).lock()
      const value = await core.call(valueOf, ledger)
      await core.yield()
      await core.call(setValue, ledger, value + 1)
    }
  },
)

/** The sum of increments that tasks everywhere make under a mutex at `dst`; whether it is free. */
export const exclusion = task('test.sync.exclusion', async (core: Core, dst: number) => {
  const mutex = await core.call(makeMutex, dst)
  const ledger = await core.call(makeLedger, dst)
  await core.finish((inner) => {
    for (const id of everyEndpoint(core)) {
      for (let i = 0; i < 2; i++) inner.send(addSlowly, id, mutex, ledger, 4)
    }
  })
  const value = await core.call(valueOf, ledger)
  const lock = await new RemoteMutex(core, mutex).tryLock()
  const isFree = lock !== undefined
  const second = await new RemoteMutex(core, mutex).tryLock()
  lock?.release()
  const twice = await failure(() => lock?.release())
  const after = await new RemoteMutex(core, mutex).tryLock()
  after?.release()
  await dropAll(core, [mutex, ledger])
  return { value, isFree, second: second !== undefined, twice, after: after !== undefined }
})

/** In which order `count` locks, asked for at once, are granted. */
export const lockOrder = task('test.sync.lock-order', async (core: Core, dst: number) => {
  const mutex = await core.call(makeMutex, dst)
  const order: number[] = []
  const enter = async (inner: Core, i: number): Promise<void> => {
    using _lock = await new RemoteMutex(inner, mutex).lock()
    order.push(i)
    await inner.yield()
  }
  await core.finish((inner) => Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map((i) => enter(inner, i))))
  await core.call(drop, dst, mutex)
  return order
})

/** Answers delegates on `dst` while tasks wait there. */
export const unblocked = task('test.sync.unblocked', async (core: Core, dst: number) => {
  const mutex = await core.call(makeMutex, dst)
  const ledger = await core.call(makeLedger, dst)
  const remote = new RemoteMutex(core, mutex)
  const first = await remote.lock()
  const second = remote.lock()
  for (let i = 0; i < 5; i++) await core.call(count, ledger, 1)
  const seen = await core.call(valueOf, ledger)
  first.release()
  const granted = await second
  granted.release()
  await dropAll(core, [mutex, ledger])
  return seen
})

/** Takes a permit, counts who is inside, lets others run, and leaves. */
export const visit = task(
  'test.sync.visit',
  async (
    core: Core,
    semaphore: ObjectAddress<CountingSemaphore>,
    ledger: LedgerAddress,
    width: number,
  ) => {
    for (let round = 0; round < 3; round++) {
      using _permit = await new RemoteCountingSemaphore(core, semaphore).acquire(width)
      await core.call(count, ledger, width)
      await core.yield()
      await core.call(count, ledger, -width)
    }
  },
)

/** How many were inside at most, and how often somebody was, under a semaphore of `permits`. */
export const crowd = task('test.sync.crowd', async (core: Core, dst: number, permits: number) => {
  const semaphore = await core.call(makeSemaphore, dst, permits)
  const ledger = await core.call(makeLedger, dst)
  await core.finish((inner) => {
    for (const id of everyEndpoint(core)) {
      for (let width = 1; width <= permits; width++) inner.send(visit, id, semaphore, ledger, width)
    }
  })
  const notes = await core.call(notesOf, ledger)
  const value = await new RemoteCountingSemaphore(core, semaphore).value()
  await dropAll(core, [semaphore, ledger])
  return { most: Math.max(...notes), visits: notes.length / 2, value }
})

/** Who wants many permits is not passed by those who want few; a release from anywhere counts. */
export const widths = task('test.sync.widths', async (core: Core, dst: number) => {
  const address = await core.call(makeSemaphore, dst, 1)
  const semaphore = new RemoteCountingSemaphore(core, address)
  const order: string[] = []
  const take = async (width: number): Promise<void> => {
    await semaphore.acquire(width)
    order.push(`${width}`)
  }
  const waits = [take(3), take(1), take(1)]
  const before = await semaphore.tryAcquire()
  semaphore.release(2)
  await waits[0]
  semaphore.release(2)
  await Promise.all(waits)
  const after = await semaphore.tryAcquire()
  await core.call(drop, dst, address)
  return { order, before: before !== undefined, after: after !== undefined }
})

/** Changes the ledger by `by` as often as told, each time after waiting until it is not `limit`. */
export const moveBuffer = task(
  'test.sync.move-buffer',
  async (
    core: Core,
    ledger: LedgerAddress,
    mutex: MutexAddress,
    waitedFor: ConditionAddress,
    signalled: ConditionAddress,
    limit: number,
    by: number,
    times: number,
  ) => {
    for (let i = 0; i < times; i++) {
      using lock = await new RemoteMutex(core, mutex).lock()
      while ((await core.call(valueOf, ledger)) === limit) {
        await new RemoteConditionVariable(core, waitedFor).wait(lock)
      }
      await core.call(count, ledger, by)
      new RemoteConditionVariable(core, signalled).signal()
    }
  },
)

/** How full a buffer of two places was, filled and emptied by tasks everywhere. */
export const buffer = task('test.sync.buffer', async (core: Core, dst: number, times: number) => {
  const mutex = await core.call(makeMutex, dst)
  const notFull = await core.call(makeCondition, dst)
  const notEmpty = await core.call(makeCondition, dst)
  const ledger = await core.call(makeLedger, dst)
  await core.finish((inner) => {
    for (const id of everyEndpoint(core)) {
      inner.send(moveBuffer, id, ledger, mutex, notEmpty, notFull, 0, -1, times)
      inner.send(moveBuffer, id, ledger, mutex, notFull, notEmpty, 2, 1, times)
    }
  })
  const notes = await core.call(notesOf, ledger)
  await dropAll(core, [mutex, notFull, notEmpty, ledger])
  return { least: Math.min(...notes), most: Math.max(...notes), changes: notes.length }
})

/** In which order waiters go on when one signal, then a broadcast comes; what came to nothing. */
export const signals = task('test.sync.signals', async (core: Core, dst: number) => {
  const address = await core.call(makeMutex, dst)
  const conditionAddress = await core.call(makeCondition, dst)
  const mutex = new RemoteMutex(core, address)
  const condition = new RemoteConditionVariable(core, conditionAddress)
  condition.signal() // to nobody
  const order: string[] = []
  const wait = async (name: string): Promise<void> => {
    using lock = await mutex.lock()
    order.push(`${name} waits`)
    await condition.wait(lock)
    order.push(name)
  }
  const waits = ['a', 'b', 'c'].map(wait)
  while (order.length < 3) await core.yield()
  condition.signal()
  await waits[0]
  const woken = [...order]
  // A signal does not overtake the wait that was asked for before it.
  const bare = condition.wait().then(() => order.push('d'))
  condition.broadcast()
  await Promise.all([...waits, bare])
  await dropAll(core, [address, conditionAddress])
  return { woken, order: order.slice(4) }
})

/** Passes a barrier `rounds` times, noting the phase at the ledger before it. */
export const march = task(
  'test.sync.march',
  async (core: Core, barrier: ObjectAddress<Barrier>, ledger: LedgerAddress, rounds: number) => {
    const remote = new RemoteBarrier(core, barrier)
    for (let round = 0; round < rounds; round++) {
      await core.call(note, ledger, round)
      const phase = await remote.wait()
      if (phase !== round) throw new Error(`let go in phase ${phase} of round ${round}`)
    }
    remote.arrive()
  },
)

/** What tasks of all cores note between phases of a barrier at `dst`; the tasks. */
export const parade = task('test.sync.parade', async (core: Core, dst: number, rounds: number) => {
  const parties = 2 * (core.cores + 1)
  const barrier = await core.call(makeBarrier, dst, parties)
  const ledger = await core.call(makeLedger, dst)
  await core.finish((inner) => {
    for (const id of everyEndpoint(core)) {
      for (let i = 0; i < 2; i++) inner.send(march, id, barrier, ledger, rounds)
    }
  })
  const notes = await core.call(notesOf, ledger)
  await dropAll(core, [barrier, ledger])
  return { notes, parties }
})

/** Waits at everything on `dst`, all of them in vain; the codes with which they are aborted. */
export const waitInVain = task(
  'test.sync.wait-in-vain',
  async (
    core: Core,
    mutex: MutexAddress,
    condition: ConditionAddress,
    semaphore: ObjectAddress<CountingSemaphore>,
    cell: CellAddress,
    barrier: ObjectAddress<Barrier>,
  ) => {
    const waits = [
      () => new RemoteMutex(core, mutex).lock(),
      () => new RemoteConditionVariable(core, condition).wait(),
      () => new RemoteCountingSemaphore(core, semaphore).acquire(2),
      () => new RemoteFullEmpty(core, cell).readFE(),
      () => new RemoteFullEmpty(core, cell).writeFF(1),
      () => new RemoteBarrier(core, barrier).wait(),
    ]
    const outcomes = await Promise.all(waits.map(failure))
    return outcomes.map((outcome) => outcome?.code)
  },
)

/** A scope that is aborted while its tasks wait everywhere; and what is left for others then. */
export const abortion = task('test.sync.abortion', async (core: Core, dst: number) => {
  const mutexAddress = await core.call(makeMutex, dst)
  const condition = await core.call(makeCondition, dst)
  const semaphoreAddress = await core.call(makeSemaphore, dst, 1)
  const cellAddress = await core.call(makeCell, dst)
  const barrierAddress = await core.call(makeBarrier, dst, core.cores + 2)
  const mutex = new RemoteMutex(core, mutexAddress)
  const semaphore = new RemoteCountingSemaphore(core, semaphoreAddress)
  const cell = new RemoteFullEmpty(core, cellAddress)
  const barrier = new RemoteBarrier(core, barrierAddress)
  const lock = await mutex.lock()
  const codes: unknown[] = []
  const abandoned: Promise<unknown>[] = []
  const objects = [mutexAddress, condition, semaphoreAddress, cellAddress] as const
  await core.finish(async (inner) => {
    const waits = everyEndpoint(core).map(async (id) => {
      codes.push(...(await inner.call(waitInVain, id, ...objects, barrierAddress)))
    })
    // A lock that is granted while the abort is under way, to a task that has given up.
    abandoned.push(failure(() => new RemoteMutex(inner, mutexAddress).lock()))
    for (let i = 0; i < 10; i++) await inner.yield()
    core.endpoint.scopes.abort(inner.scope)
    lock.release()
    await Promise.all(waits)
  })
  codes.push(...(await Promise.all(abandoned)).map((error) => (error as { code?: string }).code))
  const left = await core.finish(async (inner) => {
    using _lock = await new RemoteMutex(inner, mutexAddress).lock()
    using _permit = await semaphore.acquire(1)
    await cell.writeXF(7)
    for (let i = 0; i < core.cores; i++) barrier.arrive()
    const meeting = barrier.wait()
    return [await cell.readFE(), await barrier.wait(), await meeting, await semaphore.value()]
  })
  await dropAll(core, [...objects, barrierAddress])
  return { codes, left }
})

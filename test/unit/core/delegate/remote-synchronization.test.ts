/** Waiting at another core: what is left when runs are aborted, runtimes end and callers err. */
import test from 'ava'
import {
  Barrier,
  ConditionVariable,
  type Core,
  CountingSemaphore,
  FullEmpty,
  Mutex,
  type ObjectAddress,
  OrujoError,
  RemoteBarrier,
  RemoteConditionVariable,
  RemoteCountingSemaphore,
  RemoteFullEmpty,
  RemoteMutex,
  task,
} from '@orujo/core'
import { definitionsIn } from '#core/message/handlers.js'
import { Cluster, withCluster } from '../../../support/cluster.ts'
import { type Failure, failure } from '../../../support/machine.ts'
import * as program from '../../../support/programs/synchronization.ts'
import * as cells from '../../../support/programs/synchronization-cells.ts'
import { forSeeds } from '../../../support/schedule.ts'

type MutexAddress = ObjectAddress<Mutex>
type ConditionAddress = ObjectAddress<ConditionVariable>

/** Aborts a scope some time after a lock was asked for in it; what becomes of the lock. */
const abortLock = task('test.remote.abort-lock', async (core: Core, mutex: MutexAddress) => {
  let outcome: string | undefined
  await core.finish(async (inner) => {
    const wait = failure(async () => {
      const lock = await new RemoteMutex(inner, mutex).lock()
      lock.release()
    }).then((error) => {
      outcome = error?.code ?? 'granted'
    })
    for (let i = 0; i < 3; i++) await inner.yield()
    core.endpoint.scopes.abort(inner.scope)
    await wait
  })
  return outcome
})

/** Waits for a signal in a scope that is aborted meanwhile. */
const abortWait = task(
  'test.remote.abort-wait',
  async (core: Core, mutex: MutexAddress, condition: ConditionAddress) => {
    const other = new RemoteConditionVariable(core, condition)
    let next: Promise<unknown> = Promise.resolve()
    await core.finish(async (inner) => {
      const lock = await new RemoteMutex(inner, mutex).lock()
      const wait = failure(() => new RemoteConditionVariable(inner, condition).wait(lock))
      next = other.wait()
      other.signal()
      for (let i = 0; i < 3; i++) await inner.yield()
      core.endpoint.scopes.abort(inner.scope)
      const error = await wait
      // Without the abort the first waiter has used the signal, so there must be one for the next.
      if (error === undefined) {
        lock.release()
        other.signal()
      }
    })
    await next
  },
)

/** Misuse: the codes. */
const misuse = task(
  'test.remote.misuse',
  async (core: Core, mutex: MutexAddress, far: ConditionAddress, gone: ConditionAddress) => {
    const remote = new RemoteMutex(core, mutex)
    const lock = await remote.lock()
    const elsewhere = await failure(() => new RemoteConditionVariable(core, far).wait(lock))
    const isKept = lock.isHeld
    const released = await failure(() => new RemoteConditionVariable(core, gone).wait(lock))
    const isFree = (await remote.tryLock()) !== undefined
    const stale = await failure(() =>
      core.finish((inner) => new RemoteMutex(inner, mutex).giveBack(1)),
    )
    return { elsewhere, isKept, released, isHeld: lock.isHeld, isFree, stale }
  },
)

/** Waits through a handle whose scope has ended, which cannot ask for anything any more. */
const waitTooLate = task(
  'test.remote.wait-too-late',
  async (core: Core, mutex: MutexAddress, condition: ConditionAddress) => {
    let ended = core
    await core.finish((inner) => {
      ended = inner
    })
    const remote = new RemoteMutex(core, mutex)
    const lock = await remote.lock()
    const wait = await failure(() => new RemoteConditionVariable(ended, condition).wait(lock))
    const isKept = lock.isHeld
    if (isKept) lock.release()
    return { code: wait?.code, isKept, isFree: (await remote.tryLock()) !== undefined }
  },
)

const definitions = [abortLock, abortWait, misuse, waitTooLate]

test('a lock granted to a run that was aborted meanwhile is handed on', async (t) => {
  const seen = new Set<string>()
  await forSeeds(200, (schedule) =>
    withCluster({ definitions, schedule }, async (cluster) => {
      const mutex = new Mutex()
      const address = cluster.core(1).hold(mutex)
      const outcome = await cluster.run(abortLock, address)
      await cluster.settle()
      t.false(mutex.isLocked)
      const grants = mutex.tryAcquire() - 1
      seen.add(`${outcome}, ${grants} grants`)
    }),
  )
  // In its queue, in the answer, and before the abort: all of them were met.
  const met = [...seen].sort()
  t.true(met.includes('ORUJO_ABORTED, 0 grants'), met.join('; '))
  t.true(met.includes('ORUJO_ABORTED, 1 grants'), met.join('; '))
  t.true(met.includes('granted, 1 grants'), met.join('; '))
})

test('a signal to a run that was aborted meanwhile goes to the next waiter', (t) =>
  forSeeds(200, (schedule) =>
    withCluster({ definitions, schedule }, async (cluster) => {
      const mutex = new Mutex()
      const there = cluster.core(1)
      await cluster.run(abortWait, there.hold(mutex), there.hold(new ConditionVariable()))
      await cluster.settle()
      t.false(mutex.isLocked)
    }),
  ))

test('a failed wait leaves the mutex free, a stale release fails its scope', (t) =>
  forSeeds(10, (schedule) =>
    withCluster({ definitions, schedule }, async (cluster) => {
      const there = cluster.core(1)
      const gone = there.hold(new ConditionVariable())
      there.release(gone)
      const far = cluster.core(0).hold(new ConditionVariable())
      const seen = await cluster.run(misuse, there.hold(new Mutex()), far, gone)
      t.is((seen.elsewhere as Failure).code, 'ORUJO_INVARIANT')
      t.true(seen.isKept, 'nothing was sent')
      t.is((seen.released as Failure).code, 'ORUJO_BAD_ADDRESS')
      t.false(seen.isHeld)
      t.true(seen.isFree)
      t.is((seen.stale as Failure).code, 'ORUJO_WORK_FAILED')
      t.is(((seen.stale as Failure).cause as Failure).code, 'ORUJO_INVARIANT')
    }),
  ))

test('a wait that cannot be asked for leaves the guard as it was: held', async (t) => {
  await withCluster({ definitions }, async (cluster) => {
    for (const id of [0, 1]) {
      const home = cluster.core(id)
      const seen = await cluster.run(
        waitTooLate,
        home.hold(new Mutex()),
        home.hold(new ConditionVariable()),
      )
      t.deepEqual(seen, { code: 'ORUJO_SCOPE_ENDED', isKept: true, isFree: true })
    }
  })
})

test('when the runtime ends, waits reject with its error and releases do nothing', async (t) => {
  const cluster = new Cluster({ definitions, coresPerLocale: 2 })
  const { host } = cluster
  const there = cluster.core(1)
  const mutex = new RemoteMutex(host, there.hold(new Mutex()))
  const semaphore = new RemoteCountingSemaphore(host, there.hold(new CountingSemaphore(1)))
  const lock = await cluster.until(mutex.lock())
  const permit = await cluster.until(semaphore.acquire())
  const waits = [
    mutex.lock(),
    semaphore.acquire(),
    new RemoteConditionVariable(host, there.hold(new ConditionVariable())).wait(),
    new RemoteFullEmpty(host, there.hold(new FullEmpty<number>())).readFF(),
    new RemoteBarrier(host, there.hold(new Barrier(2))).wait(),
  ]
  const outcomes = waits.map((wait) => failure(() => wait))
  await cluster.settle()
  const end = new OrujoError('ORUJO_CORE_LOST', 'the end')
  for (const endpoint of cluster.endpoints) endpoint.end(end)
  for (const outcome of outcomes) t.is(await outcome, end)
  const inside = await failure(() => {
    using _lock = lock
    using _permit = permit
    throw end
  })
  t.is(inside, end, 'the end of a block does not hide why it was left')
  t.false(lock.isHeld)
})

test('more tasks than ten may wait under one signal without a warning', async (t) => {
  const warnings: Error[] = []
  const note = (warning: Error): void => void warnings.push(warning)
  process.on('warning', note)
  await withCluster({ definitions }, async (cluster) => {
    const there = cluster.core(1)
    const address = there.hold(new CountingSemaphore(0))
    const { host } = cluster
    const semaphore = new RemoteCountingSemaphore(host, address)
    const waits = Array.from({ length: 50 }, () => semaphore.acquire())
    await cluster.settle()
    semaphore.release(50)
    await cluster.until(Promise.all(waits))
  })
  process.off('warning', note)
  t.deepEqual(warnings, [])
})

test('cores that park between the steps of others lose no wake-up', (t) =>
  forSeeds(5, async (schedule) => {
    const all = [...definitionsIn(program), ...definitionsIn(cells)]
    await withCluster({ definitions: all, schedule, isLooping: true }, async (cluster) => {
      for (const dst of [0, 1, 2]) {
        t.is((await cluster.run(program.exclusion, dst)).value, 24)
        t.is((await cluster.run(program.buffer, dst, 3)).changes, 18)
        t.is(await cluster.run(cells.pingPong, dst, 5), 10)
        t.is((await cluster.run(program.parade, dst, 3)).notes.length, 18)
      }
    })
  }))

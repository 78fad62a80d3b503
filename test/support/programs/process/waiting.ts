/**
 * A program whose tasks wait at a mutex that nobody releases, until their run is aborted or a core
 * is lost.
 */
import {
  type Core,
  Mutex,
  type ObjectAddress,
  RemoteMutex,
  type Wait,
  delegate,
  task,
} from '@orujo/core'

class Held {
  readonly mutex = new Mutex()
}

/** The address of this core's mutex, which is locked from the first time on. */
export const lockHere = delegate('process.waiting.lock', (core: Core) => {
  const { mutex } = core.endpoint.state(Held, () => new Held())
  mutex.tryAcquire()
  return core.hold(mutex)
})

export const waitForLock = task(
  'process.waiting.wait',
  async (core: Core, mutex: ObjectAddress<Mutex>) => {
    using _lock = await new RemoteMutex(core, mutex).lock()
    return 'locked'
  },
)

/** How many wait for this core's mutex. */
export const countWaiters = delegate('process.waiting.count', (core: Core): number => {
  const { mutex } = core.endpoint.state(Held, () => new Held())
  const waits: Wait[] = []
  mutex.addWaits(waits)
  return waits.reduce((sum, { count }) => sum + count, 0)
})

/** Gives this core's mutex to who waits for it. */
export const release = delegate('process.waiting.release', (core: Core) => {
  const { mutex } = core.endpoint.state(Held, () => new Held())
  mutex.giveBack(1)
})

export const exit = task('process.waiting.exit', (_core: Core) => {
  process.exit(3)
})

/**
 * What must and must not compile where tasks wait for each other.
 */
import {
  Barrier,
  ConditionVariable,
  type Core,
  FullEmpty,
  type Guard,
  Mutex,
  type ObjectAddress,
  RemoteBarrier,
  RemoteConditionVariable,
  RemoteFullEmpty,
  RemoteMutex,
  delegate,
  task,
} from '@orujo/core'

export const useAddress = task(
  'types.lock',
  async (core, address: ObjectAddress<Mutex>, cell: ObjectAddress<FullEmpty<string>>) => {
    using lock = await new RemoteMutex(core, address).lock()
    const text: string = await new RemoteFullEmpty(core, cell).readFE()
    void [lock, text]
  },
)

// @ts-expect-error a mutex stays at home; its address travels
delegate('types.mutex', (_core, mutex: Mutex) => mutex.isLocked)
// @ts-expect-error so does a guard
task('types.guard', async (_core, guard: Guard<Mutex>) => guard.release())

export async function waits(core: Core): Promise<void> {
  const [mutex, condition, cell] = [new Mutex(), new ConditionVariable(), new FullEmpty<number>()]
  const near = await mutex.lock()
  const far = await new RemoteMutex(core, core.hold(mutex)).lock()
  await condition.wait(near)
  await new RemoteConditionVariable(core, core.hold(condition)).wait(far)
  const value: number | undefined = cell.readXX()
  const phase: number = await new RemoteBarrier(core, core.hold(new Barrier(2))).wait()
  void [value, phase]

  // @ts-expect-error a condition variable waits with the guard of its own kind
  await condition.wait(far)
  // @ts-expect-error here, too
  await new RemoteConditionVariable(core, core.hold(condition)).wait(near)
  // @ts-expect-error the address is that of another kind of object
  await new RemoteMutex(core, core.hold(condition)).lock()
  // @ts-expect-error a cell keeps values of one type
  await new RemoteFullEmpty(core, core.hold(cell)).writeXF('one')
}

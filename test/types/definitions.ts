/**
 * What must and must not compile when delegates and tasks are defined and called.
 */
import {
  type Core,
  type GlobalArray,
  type ObjectAddress,
  anywhere,
  completionEvent,
  delegate,
  forall,
  forallRanges,
  forallUnbound,
  type i32,
  objectDelegate,
  onAllCores,
  reduce,
  task,
} from '@orujo/core'

const add = delegate('types.add', (_core, a: number, b: number) => a + b)
const label = delegate('types.label', (_core, names: string[], at?: number) => names[at ?? 0])
const push = objectDelegate('types.push', (_core, list: number[], x: number) => list.push(x))
const square = task('types.square', async (core, x: number) => {
  await core.yield()
  return x * x
})
const visit = delegate('types.visit', (_core, i: number, depths: GlobalArray<typeof i32>) => {
  void depths.home(i)
})

// @ts-expect-error a delegate body may not return a promise
delegate('types.async', async (_core, a: number) => Promise.resolve(a))
// @ts-expect-error a function cannot be sent
delegate('types.function', (_core, callback: () => void) => callback())
// @ts-expect-error nor can a symbol, wherever it lies
delegate('types.symbol', (_core, options: { mark: symbol }) => String(options.mark))
// @ts-expect-error nor a promise
task('types.promise', async (_core, later: Promise<number>) => later)
// @ts-expect-error nor an instance of a class with methods
delegate('types.class', (_core, core: Core) => core.id)
// @ts-expect-error a result must be sendable too
delegate('types.result', (_core) => () => 1)
// @ts-expect-error and so must a task's
task('types.task-result', async () => Promise.resolve(new WeakMap()))

export async function calls(core: Core, list: ObjectAddress<number[]>): Promise<void> {
  const sum: number = await core.call(add, 1, 2, 3)
  const name: string | undefined = await core.call(label, 1, ['a'])
  const length: number = await core.call(push, list, 5)
  const squared: number = await core.spawn(square, 0, sum + length).join()
  const isBelow: boolean = core.send(add, 1, squared, 2)
  void [name, isBelow]

  // @ts-expect-error too few arguments
  await core.call(add, 1, 2)
  // @ts-expect-error too many arguments
  await core.call(add, 1, 2, 3, 4)
  // @ts-expect-error an argument of another type
  core.send(add, 1, 'two', 3)
  // @ts-expect-error a delegate is not a task: it cannot be spawned
  core.spawn(add, 1, 2, 3)
  // @ts-expect-error an object delegate needs the address of an object
  core.send(push, 1, 5)
  // @ts-expect-error and of one of its own type
  await core.call(push, core.hold(new Map<string, number>()), 5)
  // @ts-expect-error the answer is a number
  const wrong: string = await core.call(add, 1, 2, 3)
  void wrong
}

export async function loops(core: Core, depths: GlobalArray<typeof i32>): Promise<void> {
  await forall(core, 10, visit, depths)
  await forallRanges(core, 10, add)
  const all: number[] = await onAllCores(core, square, 3)
  const total: number = await reduce(core, square, 'sum', 3)
  void [all, total]

  // @ts-expect-error the captured array is missing
  await forall(core, 10, visit)
  // @ts-expect-error a body of a loop takes the index first
  await forall(core, 10, label)
  // @ts-expect-error only numbers are reduced
  await reduce(core, label, 'sum', ['a'])

  const event = completionEvent(core)
  await onAllCores(core, enter, event)
}

const enter = delegate('types.enter', (core, event: ReturnType<typeof completionEvent>) => {
  event.on(core).send(add, 0, 1, 2)
})

export async function unbound(core: Core): Promise<void> {
  const squared: number = await core.spawn(square, anywhere, 3).join()
  const isBelow: boolean = core.send(square, anywhere, squared)
  await forallUnbound(core, { count: 10, grain: 2 }, square)
  void isBelow

  // @ts-expect-error a delegate runs where its data is
  core.send(add, anywhere, 1, 2)
  // @ts-expect-error and so does one on an object
  core.send(push, anywhere, 1)
  // @ts-expect-error only tasks that are spawned or sent may run anywhere
  await core.call(square, anywhere, 3)
  // @ts-expect-error an argument of another type
  core.spawn(square, anywhere, 'three')
  // @ts-expect-error too few arguments
  core.send(square, anywhere)
}

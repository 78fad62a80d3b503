/**
 * What must and must not compile where a delegate or a task is defined. The definitions here are
 * stand-ins of the same shape as the real ones, so that a change of the types shows by itself.
 * Compiling this file is the test.
 */
import type {
  CheckedBody,
  CheckedTask,
  SendableArguments,
  SynchronousResult,
} from '#core/message/sendable.js'
import type { sendableBrand, unsendable } from '#core/memory/handle.js'

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

function holds<Claim extends true>(...claim: Claim extends true ? [] : never): void {
  void claim
}

interface Core {
  readonly id: number
}

interface Definition<A extends unknown[], R> {
  readonly name: string
  readonly run: (core: Core, ...args: A) => R
}

declare function delegate<A extends unknown[], R>(
  name: string,
  body: ((core: Core, ...args: A) => R) & CheckedBody<A, R>,
): Definition<A, R>

declare function objectDelegate<O, A extends unknown[], R>(
  name: string,
  body: ((core: Core, object: O, ...args: A) => R) & CheckedBody<A, R>,
): Definition<A, R> & { readonly object: O }

declare function task<A extends unknown[], R>(
  name: string,
  body: ((core: Core, ...args: A) => R) & CheckedTask<A, R>,
): Definition<A, Awaited<R>>

interface ElementType<V> {
  readonly zero: V
}
declare const i32: ElementType<number>

declare class GlobalArray<E extends ElementType<unknown>> {
  declare readonly [sendableBrand]?: true
  readonly element: E
  local(core: Core): Int32Array
  localIndex(i: number): number
}

interface Tree {
  left?: Tree
  readonly kids: readonly Tree[]
  weight: number
}
type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
type Mark = number & { readonly mark?: 'mark' }
interface Box<T> {
  value: T
}
declare class Guard {
  get [unsendable](): 'a guard'
  release(): void
}

class Point {
  x = 1
  norm(): number {
    return this.x
  }
}

/* Inference: arguments and results come out as they are written. */

const hit = delegate('hit', (core: Core, counts: GlobalArray<typeof i32>, i: number) => {
  counts.local(core)[counts.localIndex(i)]! += 1
})
holds<Equal<typeof hit, Definition<[counts: GlobalArray<typeof i32>, i: number], void>>>()

const untypedCore = delegate('untyped', (core, i: number) => core.id + i)
holds<Equal<typeof untypedCore, Definition<[i: number], number>>>()

const optional = delegate('optional', (_: Core, i: number, label?: string) => `${i}${label ?? ''}`)
holds<Equal<typeof optional, Definition<[i: number, label?: string], string>>>()

const rest = delegate('rest', (_: Core, ...values: number[]) => values.length)
holds<Equal<typeof rest, Definition<number[], number>>>()

const bare = delegate('bare', () => undefined)
holds<Equal<typeof bare, Definition<[], undefined>>>()

const push = objectDelegate('push', (_, bag: number[], x: number) => {
  bag.push(x)
})
holds<Equal<(typeof push)['object'], number[]>>()
holds<Equal<(typeof push)['run'], (core: Core, x: number) => void>>()

const main = task('main', async (_: Core, n: number) => Promise.resolve(n))
holds<Equal<typeof main, Definition<[n: number], number>>>()

function counter<E extends ElementType<unknown>>(name: string, element: E): string {
  return delegate(name, (_: Core, array: GlobalArray<E>) => array.element === element).name
}

/* What compiles: everything that is data, and handles wherever they stand. */

export const compiles: readonly unknown[] = [
  counter('generic', i32),
  delegate('tree', (_, tree: Tree, json: Json) => [tree.weight, json]),
  delegate('brand', (_, mark: Mark, box: Box<Box<'a' | 'b'>>) => ({ mark, box })),
  delegate('built-in', (_, a: Map<string, Set<Date>>, b: Buffer, c: Float64Array) => [a, b, c]),
  delegate('buffers', (_, a: ArrayBuffer, b: SharedArrayBuffer, c: DataView) => [a, b, c]),
  delegate('tuples', (_, a: readonly [x: number, y?: string], b: readonly bigint[]) => [a, b]),
  delegate('loose', (_, a: Record<string, unknown>, b: unknown, c: object | null) => [a, b, c]),
  delegate('errors', (_, a: Error, b: readonly RangeError[]) => [a, b]),
  delegate('handles', (_, a: Box<GlobalArray<typeof i32>>, b: GlobalArray<typeof i32>[]) => [a, b]),
  delegate('throws', () => {
    throw new Error('no result')
  }),
  objectDelegate('any object', (_, table: Map<() => void, Point>) => table.size),
  task('no promise', (_: Core, i: number) => i),
]

/* What does not compile, and the sentence that says why. */

export const refused: readonly unknown[] = [
  // @ts-expect-error: a promise as result
  delegate('async', async (_: Core, i: number) => Promise.resolve(i)),
  // @ts-expect-error: perhaps a promise as result
  delegate('perhaps', (_: Core, i: number): number | Promise<number> => i),
  // @ts-expect-error: a function as argument
  delegate('function', (_: Core, done: () => void) => done()),
  // @ts-expect-error: a function deep in an argument
  delegate('deep', (_: Core, options: { on: { done?: () => void }[] }) => options.on.length),
  // @ts-expect-error: a function as result
  delegate('closure', (core: Core) => () => core.id),
  // @ts-expect-error: a symbol
  delegate('symbol', (_: Core, key: symbol) => key.description),
  // @ts-expect-error: an instance with methods
  delegate('instance', (_: Core, point: Point) => point.norm()),
  // @ts-expect-error: a class
  delegate('class', (_: Core, type: typeof Point) => type.name),
  // @ts-expect-error: a promise as argument
  delegate('promise', (_: Core, later: Promise<number>) => void later),
  // @ts-expect-error: a weak map
  delegate('weak', (_: Core, map: WeakMap<object, number>) => map.has({})),
  // @ts-expect-error: what says itself that it cannot be sent
  delegate('guard', (_: Core, guard: Guard) => void guard),
  // @ts-expect-error: a symbol as key of a map
  delegate('key', (_: Core, map: Map<symbol, number>) => map.size),
  // @ts-expect-error: the result of a task is looked at after the promise
  task('closure', async (core: Core) => Promise.resolve(() => core.id)),
  // @ts-expect-error: arguments after the object are checked too
  objectDelegate('object', (_, bag: number[], visit: (x: number) => void) => bag.forEach(visit)),
]

type FunctionAt<Path extends string> =
  `${Path} is a function, which cannot be sent; name a delegate or a task instead`

holds<Equal<SendableArguments<[a: number, b: Tree]>, [a: number, b: Tree]>>()
holds<Equal<SendableArguments<[number, { on: () => void }]>, FunctionAt<'argument 2.on'>>>()
holds<Equal<SendableArguments<[Map<string, Point>]>, FunctionAt<'argument 1 value.norm'>>>()
holds<Equal<SynchronousResult<Set<number>>, Set<number>>>()
holds<
  Equal<SynchronousResult<Promise<void>>, 'a delegate body may not return a promise; use task()'>
>()
holds<Equal<SynchronousResult<{ done: () => void }>, FunctionAt<'the result.done'>>>()
holds<Equal<SendableArguments<[number, [Guard]]>, 'argument 2 element is a guard'>>()

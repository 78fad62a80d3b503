/**
 * Sendable: what the compiler can say about a message before it is sent. Types only.
 *
 * A definition is checked once, where it is written: `delegate('n', body)` declares its parameter
 * as `((core: Core, ...args: A) => R) & CheckedBody<A, R>`. A and R are inferred from the left
 * part; the right part is `unknown`, thus no demand, when everything can be sent, and else a
 * sentence that names the argument, which no function can be assigned to. (To write
 * `A & SendableArguments<A>` as type of the parameters does not work: parameters are compared the
 * other way round, so an intersection only makes the body easier to accept.)
 *
 * Bounds      looks MaxDepth levels deep; the codec checks every value anyway.
 * Misuse      a class without methods looks like a plain object here and is refused by the codec.
 */
import type { sendableBrand, unsendable } from '../memory/handle.ts'

/** `unknown` if every argument and the result can be sent and the body returns no promise. */
export type CheckedBody<A extends readonly unknown[], R> = Verdict<
  ArgumentFault<A> | SynchronousFault<R>
>

/** The same for a task, which may return a promise. */
export type CheckedTask<A extends readonly unknown[], R> = Verdict<
  ArgumentFault<A> | ValueFault<Awaited<R>, 'the result'>
>

/** A if everything in it can be sent, else a sentence that says what cannot. */
export type SendableArguments<A extends readonly unknown[]> = [ArgumentFault<A>] extends [never]
  ? A
  : ArgumentFault<A>

/** R if a delegate body may return it, else a sentence that says why not. */
export type SynchronousResult<R> = [SynchronousFault<R>] extends [never] ? R : SynchronousFault<R>

type Verdict<Fault> = [Fault] extends [never] ? unknown : Fault

type SynchronousFault<R> =
  IsAny<R> extends true
    ? never
    : R extends PromiseLike<unknown>
      ? 'a delegate body may not return a promise; use task()'
      : ValueFault<R, 'the result'>

type ArgumentFault<A extends readonly unknown[]> = {
  [K in keyof A]-?: ValueFault<A[K], `argument ${Ordinal<K>}`>
}[number]

type Ordinal<K> = K extends keyof Ordinals ? Ordinals[K] & string : 'n'
type Ordinals = ['1', '2', '3', '4', '5', '6', '7', '8', '9']

type IsAny<T> = 0 extends 1 & T ? true : false

/** Deeper than people write types by hand, and an end for types that contain themselves. */
type MaxDepth = 6

/** `never` if T can be sent, else a sentence. Distributes over unions. */
type ValueFault<T, Path extends string, Depth extends 0[] = []> =
  IsAny<T> extends true
    ? never
    : unknown extends T
      ? never
      : T extends Atom
        ? never
        : T extends symbol
          ? `${Path} is a symbol, which cannot be sent`
          : T extends (...args: never[]) => unknown
            ? `${Path} is a function, which cannot be sent; name a delegate or a task instead`
            : T extends abstract new (...args: never[]) => unknown
              ? `${Path} is a class, which cannot be sent`
              : typeof sendableBrand extends keyof T
                ? never
                : T extends { readonly [unsendable]: infer Why extends string }
                  ? `${Path} is ${Why}`
                  : T extends PromiseLike<unknown>
                    ? `${Path} is a promise, which cannot be sent; await it first`
                    : Depth['length'] extends MaxDepth
                      ? never
                      : ContentFault<T, Path, [...Depth, 0]>

/** What travels whole, whatever its methods. */
type Atom =
  | number
  | bigint
  | string
  | boolean
  | null
  | undefined
  | void
  | Date
  | RegExp
  | Error
  | ArrayBuffer
  | SharedArrayBuffer
  | ArrayBufferView

type ContentFault<T, Path extends string, Depth extends 0[]> =
  T extends ReadonlyMap<infer K, infer V>
    ? ValueFault<K, `${Path} key`, Depth> | ValueFault<V, `${Path} value`, Depth>
    : T extends ReadonlySet<infer E>
      ? ValueFault<E, `${Path} element`, Depth>
      : T extends readonly (infer E)[]
        ? ValueFault<E, `${Path} element`, Depth>
        : T extends { readonly [Symbol.toStringTag]: string }
          ? `${Path} is an instance of a class, which cannot be sent`
          : FieldFault<T, Path, Depth>

type FieldFault<T, Path extends string, Depth extends 0[]> = {
  [K in keyof T]-?: K extends string | number
    ? ValueFault<T[K], string extends K ? `${Path}[key]` : `${Path}.${K}`, Depth>
    : never
}[keyof T]

/**
 * Lent: how borrowed contents look to the compiler. Types only.
 *
 * `Shared<T>`: T without the ways to write it, owners inside included. `L` marks the scope that
 * something was lent in, so that it cannot be returned from it.
 */
import type { Core } from '@orujo/core'
import type { StructView } from '@orujo/core/internal'

declare const scope: unique symbol
export declare const contents: unique symbol

/** What an owner of a T is to these types. */
export interface OwnerOf<T> {
  readonly [contents]?: (of: T) => T
}

/** Belongs to the scope L, in both directions of assignment. */
export interface InScope<in out L> {
  readonly [scope]?: (within: L) => L
}

type Scalar = string | number | bigint | boolean | symbol | null | undefined

type TypedArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array

type ArrayWrites = 'set' | 'fill' | 'copyWithin' | 'reverse' | 'sort' | 'buffer' | 'subarray'

/** A typed array that is only read. */
export type ReadonlyView<T extends TypedArray> = Omit<T, ArrayWrites | number> & {
  readonly [index: number]: T[number]
}

/** T as a reader has it. */
export type Shared<T> = T extends Scalar
  ? T
  : T extends OwnerOf<infer U>
    ? SharedOwner<U>
    : T extends TypedArray
      ? ReadonlyView<T>
      : T extends StructView
        ? Omit<T, 'set'>
        : T extends ReadonlyMap<infer K, infer V>
          ? ReadonlyMap<Shared<K>, Shared<V>>
          : T extends ReadonlySet<infer V>
            ? ReadonlySet<Shared<V>>
            : T extends Date
              ? Readonly<Pick<Date, 'getTime' | 'toISOString' | 'valueOf' | 'toJSON'>>
              : { readonly [K in keyof T]: Shared<T[K]> }

/** An owner inside something shared: it can be read, and nothing else. */
export interface SharedOwner<T> {
  read<R>(core: Core, work: <L>(value: SharedIn<T, L>) => R | PromiseLike<R>): Promise<R>
  borrow(core: Core): Promise<Reference<T>>
  tryBorrow(core: Core): Reference<T> | Absent | Conflict
}

/** A shared borrow. */
export interface Reference<T> {
  /** Tells outcomes of `tryBorrow` apart. */
  readonly kind: 'borrowed'
  /** The contents, which nobody changes while this is live. */
  readonly value: Shared<T>
  /** Ends the borrow. Safe to repeat. */
  release(): void
  [Symbol.dispose](): void
}

/** The object is not here: `borrow` would fetch it. */
export interface Absent {
  readonly kind: 'absent'
}

/** Somebody has borrowed the object in a way that does not go with this. */
export interface Conflict {
  readonly kind: 'conflict'
}

/** T as a reader has it within the scope L. */
export type SharedIn<T, L> = T extends Scalar ? T : Shared<T> & InScope<L>

/** T as the writer has it within the scope L. */
export type MutableIn<T, L> = T extends Scalar ? T : T & InScope<L>

/**
 * Lent: how borrowed contents look to the compiler. Types only.
 *
 * `Shared<T>`: T without the ways to write it, owners inside included. `SharedIn<T, L>` and
 * `MutableIn<T, L>` mark what was lent, and every part of it, with the scope L it was lent in, so
 * that no part can be returned from there: outside of the callback nobody can name L.
 *
 * Misuse      what passes through `any`, a cast or an outer variable of a wide type is not seen
 *             here; the run time sees it.
 */
import type { Core, ElementType, StructType, ValueOf } from '@orujo/core'
import type { FieldName, FieldType, sendableBrand, StructView } from '@orujo/core/internal'
import type { SharedView, TypedArray } from './shared-view.ts'

declare const scope: unique symbol
export declare const contents: unique symbol

/** What an owner of a T is to these types. */
export interface OwnerOf<T> {
  readonly [contents]?: (of: T) => T
}

/**
 * Belongs to the scope L, in both directions of assignment. A method of a class, because a spread
 * leaves those out: a copy of something lent is not lent, and what is in it still is.
 */
export declare class InScope<in out L> {
  [scope]?(): (within: L) => L
}

type Scalar = string | number | bigint | boolean | symbol | null | undefined | void
type Function = (...args: never[]) => unknown
type Bytes = ArrayBuffer | SharedArrayBuffer

/** A typed array that is only read. */
export type ReadonlyView<T extends TypedArray> = SharedView<T>

/** A struct view that is only read. */
export interface ReadonlyStructs<S extends StructType> {
  readonly type: S
  readonly length: number
  /** A copy of struct `slot`. */
  get(slot: number): ValueOf<S>
  /** One field of all structs. */
  field<K extends FieldName<S>>(name: K): ReadonlyField<FieldType<S, K>>
}

/** One field of all structs of a view that is only read. */
interface ReadonlyField<S extends ElementType> {
  readonly length: number
  get(slot: number): ValueOf<S>
}

/** T as a reader has it. */
export type Shared<T> = SharedWith<T, unknown>

/** T as a reader has it within the scope L. */
export type SharedIn<T, L> = SharedWith<T, InScope<L>>

/** T as the writer has it within the scope L. */
export type MutableIn<T, L> = MutableWith<T, InScope<L>>

/** T without the ways to write it; it and every part of it bear the mark. */
type SharedWith<T, Mark> = T extends Scalar | Function
  ? T
  : typeof contents extends keyof T
    ? T extends OwnerOf<infer U>
      ? SharedOwner<U> & Mark
      : never
    : T extends TypedArray
      ? SharedView<T> & Mark
      : T extends StructView<infer S>
        ? ReadonlyStructs<S> & Mark
        : T extends Bytes
          ? Pick<T, 'byteLength'> & { slice(begin?: number, end?: number): Bytes } & Mark
          : T extends ReadonlyMap<infer K, infer V>
            ? ReadonlyMap<SharedWith<K, Mark>, SharedWith<V, Mark>> & Mark
            : T extends ReadonlySet<infer V>
              ? ReadonlySet<SharedWith<V, Mark>> & Mark
              : T extends Date
                ? Omit<Date, DateWrites> & Mark
                : T extends RegExp
                  ? Readonly<Pick<RegExp, 'source' | 'flags'>> & Mark
                  : typeof sendableBrand extends keyof T
                    ? T
                    : { readonly [K in keyof T]: SharedWith<T[K], Mark> } & Mark

/** T as it is; it and every part of it bear the mark. */
type MutableWith<T, Mark> = T extends Scalar | Function
  ? T
  : T extends TypedArray
    ? OtherViews<T, Mark> & T & Mark
    : T extends StructView | Bytes | Date | RegExp
      ? T & Mark
      : typeof contents extends keyof T
        ? T & Mark
        : typeof sendableBrand extends keyof T
          ? T
          : T extends Map<infer K, infer V>
            ? Map<MutableWith<K, Mark>, MutableWith<V, Mark>> & Mark
            : T extends Set<infer V>
              ? Set<MutableWith<V, Mark>> & Mark
              : { [K in keyof T]: MutableWith<T[K], Mark> } & Mark

/** The same memory by another name is lent, too. */
interface OtherViews<T extends TypedArray, Mark> {
  readonly buffer: T['buffer'] & Mark
  subarray(begin?: number, end?: number): T & Mark
}

type DateWrites = Extract<keyof Date, `set${string}`>

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
  /** How it is borrowed. */
  readonly state: 'shared' | 'exclusive'
  /** Which object it is. */
  readonly object: string
  /** Where that borrow began, as far as that is noted. */
  readonly first: string | undefined
}

/**
 * Atomics: a number on one core that every core changes by delegates: each operation is one piece,
 * and they are done one after another.
 *
 * Access      any core: two messages an operation, none at home.
 * Ownership   each handle is one share (shares.md); the number is freed with the last.
 */
import { inspect } from 'node:util'

import { ObjectAddress, OrujoError, objectDelegate, type Core, type CoreId } from '@orujo/core'
import { codecExtension, type Endpoint, type sendableBrand } from '@orujo/core/internal'
import { COUNTED } from '../counted.ts'
import { LEFT, type Left, type Thing } from '../leaks.ts'
import { DROP, REQUIRE_GONE, TAKE, type Movable } from '../movable.ts'
import type { PlaceNote } from '../place-note.ts'
import { storeOf } from '../stores.ts'
import { Share } from './share.ts'

const KIND = 'atomic'

/** Which numbers a cell holds. */
type AtomicType = 'i32' | 'i64' | 'f64'

class Cell implements Thing {
  readonly [LEFT]: Left
  readonly type: AtomicType
  value: number | bigint

  constructor(type: AtomicType, value: number | bigint, madeAt: PlaceNote | undefined) {
    this[LEFT] = { name: `an atomic ${type}`, madeAt }
    this.type = type
    this.value = fit(type, value)
  }
}

/** A whole number of 32 bits, which wraps, on this core. */
export function atomicI32(core: Core, value: number): Atomic<number> {
  return open(core, 'i32', value)
}

/** A whole number of 64 bits, which wraps, on this core. */
export function atomicI64(core: Core, value: bigint): Atomic<bigint> {
  return open(core, 'i64', value)
}

/** Any number, on this core. */
export function atomicF64(core: Core, value: number): Atomic<number> {
  return open(core, 'f64', value)
}

/** What `compareExchange` has done, and what it found. */
export interface Exchanged<T extends number | bigint> {
  readonly isExchanged: boolean
  readonly found: T
}

/** One of the handles of a number. */
export class Atomic<T extends number | bigint> implements Movable<Atomic<T>> {
  declare readonly [sendableBrand]?: true
  readonly [COUNTED] = true
  readonly #share: Share
  readonly #address: ObjectAddress<Cell>

  /** Use `atomicI32`, `atomicI64`, `atomicF64` or `clone`. */
  constructor(share: Share, address: ObjectAddress<Cell>) {
    this.#share = share
    this.#address = address
  }

  /** Where the number is. */
  get core(): CoreId {
    return this.#address.core
  }

  /** For sending this: all of it. */
  get parts(): readonly [Share, ObjectAddress<Cell>] {
    return [this.#share, this.#address]
  }

  load(core: Core): Promise<T> {
    return this.#use(core, () => core.call(load, this.#address) as Promise<T>)
  }

  store(core: Core, value: T): Promise<void> {
    return this.#use(core, () => core.call(store, this.#address, value))
  }

  /** Puts `value` in; resolves with what was there. */
  exchange(core: Core, value: T): Promise<T> {
    return this.#use(core, () => core.call(exchange, this.#address, value) as Promise<T>)
  }

  /** Adds; resolves with what was there before. */
  fetchAdd(core: Core, by: T): Promise<T> {
    return this.#use(core, () => core.call(add, this.#address, by) as Promise<T>)
  }

  /** Puts `value` in if `expected` is there. */
  compareExchange(core: Core, expected: T, value: T): Promise<Exchanged<T>> {
    return this.#use(core, async () => {
      const found = (await core.call(swap, this.#address, expected, value)) as T
      return { isExchanged: Object.is(found, expected), found }
    })
  }

  /** One more handle, on this core. Costs no message. */
  clone(): Atomic<T> {
    return new Atomic<T>(this.#share.clone(), this.#address)
  }

  /** Gives the handle up; the number is freed with the last. */
  drop(core: Core): void {
    this.#share.drop(core)
  }

  [TAKE](): Atomic<T> {
    return new Atomic<T>(this.#share.take(), this.#address)
  }

  [DROP](core: Core): void {
    this.drop(core)
  }

  [REQUIRE_GONE](): void {
    this.#share.life.requireGone()
  }

  async #use<R>(core: Core, operation: () => Promise<R>): Promise<R> {
    this.#share.retain('use', core)
    try {
      return await operation()
    } finally {
      this.#share.release(core)
    }
  }
}

function open<T extends number | bigint>(core: Core, type: AtomicType, value: T): Atomic<T> {
  const address = core.hold(new Cell(type, value, storeOf(core).notes.ofCreation()))
  return new Atomic<T>(
    Share.open(core, KIND, (last) => last.release(address)),
    address,
  )
}

/** ORUJO_OPTION for what is no number of the type: callers may be JavaScript. */
function fit(type: AtomicType, value: number | bigint): number | bigint {
  const kind = type === 'i64' ? 'bigint' : 'number'
  if (typeof value !== kind) {
    throw new OrujoError('ORUJO_OPTION', `an atomic ${type} takes a ${kind}, got ${inspect(value)}`)
  }
  if (type === 'i64') return BigInt.asIntN(64, BigInt(value))
  return type === 'i32' ? Number(value) | 0 : Number(value)
}

export const load = objectDelegate('own.atomic.load', (_core: Core, cell: Cell) => cell.value)

export const store = objectDelegate(
  'own.atomic.store',
  (_core: Core, cell: Cell, value: number | bigint): void => {
    cell.value = fit(cell.type, value)
  },
)

export const exchange = objectDelegate(
  'own.atomic.exchange',
  (_core: Core, cell: Cell, value: number | bigint) => {
    const before = cell.value
    cell.value = fit(cell.type, value)
    return before
  },
)

export const add = objectDelegate(
  'own.atomic.add',
  (_core: Core, cell: Cell, by: number | bigint) => {
    const before = cell.value
    // Both are of the cell's type, so that they can be added.
    cell.value = fit(cell.type, (before as number) + (fit(cell.type, by) as number))
    return before
  },
)

export const swap = objectDelegate(
  'own.atomic.swap',
  (_core: Core, cell: Cell, expected: number | bigint, value: number | bigint) => {
    const before = cell.value
    const after = fit(cell.type, value)
    if (Object.is(before, expected)) cell.value = after
    return before
  },
)

export const atomicExtension = codecExtension<Endpoint, Atomic<number>>({
  tag: 8,
  prototype: Atomic.prototype,
  encode: ({ parts: [share, address] }, sink) => {
    share.encode(sink)
    sink.integer(address.raw)
  },
  decode: (source, endpoint) => {
    const share = Share.decode(source, endpoint, KIND)
    return new Atomic(share, new ObjectAddress<Cell>(source.integer()))
  },
})

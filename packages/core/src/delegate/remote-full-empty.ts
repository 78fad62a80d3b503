/**
 * Remote full-empty: a FullEmpty cell as tasks of any core use it. Letters as there: what an
 * operation waits for and what it leaves, F full, E empty, X any.
 *
 * Access      any core, through the address of a FullEmpty that its home holds.
 * Suspends    every operation for its answer; readFF, readFE, writeFF and writeEF also in the
 *             cell's queue at home: see remote-wait.ts for order and aborts.
 * Ownership   values are copied when they travel.
 * Failure     ORUJO_NOT_SENDABLE for a value that cannot travel; one that only its home put there
 *             and that readFE took is lost. A value taken for an aborted run is taken.
 */
import type { ObjectAddress } from '../memory/objects.ts'
import type { FullEmpty } from '../sync/full-empty.ts'
import type { Core } from './core.ts'
import { task } from './define.ts'
import { isAborted, objectAt } from './remote-wait.ts'

export class RemoteFullEmpty<T> {
  readonly core: Core
  readonly address: ObjectAddress<FullEmpty<T>>

  constructor(core: Core, address: ObjectAddress<FullEmpty<T>>) {
    this.core = core
    this.address = address
  }

  /** Waits until the cell is full; resolves with its value and leaves it full. */
  readFF(): Promise<T> {
    const { core, address } = this
    return core.call(readHere, address.core, address.raw, LEAVE_FULL) as Promise<T>
  }

  /** Waits until the cell is full; resolves with its value and leaves it empty. */
  readFE(): Promise<T> {
    const { core, address } = this
    return core.call(readHere, address.core, address.raw, LEAVE_EMPTY) as Promise<T>
  }

  /** Waits until the cell is full; replaces its value. */
  writeFF(value: T): Promise<void> {
    const { core, address } = this
    return core.call(writeHere, address.core, address.raw, AWAIT_FULL, value)
  }

  /** Waits until the cell is empty; fills it. */
  writeEF(value: T): Promise<void> {
    const { core, address } = this
    return core.call(writeHere, address.core, address.raw, AWAIT_EMPTY, value)
  }

  /** The value, or undefined of a cell that is empty when the request arrives. */
  readXX(): Promise<T | undefined> {
    const { core, address } = this
    return core.call(peekHere, address.core, address.raw) as Promise<T | undefined>
  }

  /** Fills the cell, whether it is full or empty. */
  writeXF(value: T): Promise<void> {
    const { core, address } = this
    return core.call(fillHere, address.core, address.raw, value)
  }

  /** The value, leaving the cell empty; undefined if it was when the request arrived. */
  tryReadFE(): Promise<T | undefined> {
    const { core, address } = this
    return core.call(tryTakeHere, address.core, address.raw) as Promise<T | undefined>
  }

  /** Fills the cell if it is empty when the request arrives; whether it was. */
  tryWriteEF(value: T): Promise<boolean> {
    const { core, address } = this
    return core.call(tryFillHere, address.core, address.raw, value)
  }

  /** Empties the cell, whether it is full or empty. */
  reset(): Promise<void> {
    const { core, address } = this
    return core.call(resetHere, address.core, address.raw)
  }

  /** Whether the cell is full when the request arrives. */
  isFull(): Promise<boolean> {
    const { core, address } = this
    return core.call(isFullHere, address.core, address.raw)
  }
}

/** A cell of values whose type only those who use it know. */
function cellAt(core: Core, raw: number): FullEmpty<unknown> {
  return objectAt(core, raw)
}

const LEAVE_FULL = 0
const LEAVE_EMPTY = 1
const AWAIT_FULL = 0
const AWAIT_EMPTY = 1

const readHere = task('orujo.full-empty.read', (core: Core, raw: number, leave: number) => {
  const cell = cellAt(core, raw)
  const signal = cell.isFull && !isAborted(core) ? undefined : core.signal
  return leave === LEAVE_FULL ? cell.readFF(signal) : cell.readFE(signal)
})

const writeHere = task(
  'orujo.full-empty.write',
  (core: Core, raw: number, wanted: number, value: unknown): Promise<void> => {
    const cell = cellAt(core, raw)
    return wanted === AWAIT_FULL
      ? cell.writeFF(value, core.signal)
      : cell.writeEF(value, core.signal)
  },
)

const peekHere = task('orujo.full-empty.peek', (core: Core, raw: number) =>
  cellAt(core, raw).readXX(),
)

const fillHere = task('orujo.full-empty.fill', (core: Core, raw: number, value: unknown): void => {
  cellAt(core, raw).writeXF(value)
})

const tryTakeHere = task('orujo.full-empty.try-take', (core: Core, raw: number) => {
  const value = cellAt(core, raw).tryReadFE()
  return value
})

const tryFillHere = task(
  'orujo.full-empty.try-fill',
  (core: Core, raw: number, value: unknown): boolean => {
    return cellAt(core, raw).tryWriteEF(value)
  },
)

const resetHere = task('orujo.full-empty.reset', (core: Core, raw: number): void => {
  cellAt(core, raw).reset()
})

const isFullHere = task('orujo.full-empty.is-full', (core: Core, raw: number): boolean => {
  return cellAt(core, raw).isFull
})

/** Definitions that every core needs for full-empty cells. */
export const fullEmptyDefinitions = Object.freeze([
  readHere,
  writeHere,
  peekHere,
  fillHere,
  tryTakeHere,
  tryFillHere,
  resetHere,
  isFullHere,
])

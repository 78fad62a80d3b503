/**
 * Push buffer: appends to an array that many cores append to. Elements are collected here; a flush
 * takes as many places at once, by one addition to a shared cursor, and writes them in bulk.
 *
 * States      filling -> full -> filling, by `flush`, which may be under way while filling.
 * Access      the task or core that made it.
 * Ordering    elements of one flush lie side by side in the order in which they were pushed;
 *             flushes in the order in which they reached the cursor.
 * Suspends    `flush` only.
 * Bounds      `capacity` elements. `push` returns false when they are reached: flush before pushing
 *             on. Pushing on all the same: ORUJO_OVERFLOW.
 * Failure     no room in the array: ORUJO_MEMORY_EXHAUSTED; what was to be flushed is not written,
 *             but the cursor has passed it.
 */
import { fetchAdd } from '../delegate/atomic.ts'
import type { Core } from '../delegate/core.ts'
import { OrujoError, invariant } from '../errors.ts'
import { type ElementType, I64, type ScalarType, U64, type ValueOf } from '../memory/element.ts'
import type { GlobalAddress } from '../memory/global-address.ts'
import type { GlobalArray } from '../memory/global-array.ts'
import { StructView, type ViewOf, viewOn } from '../memory/view.ts'
import { writeRange } from './bulk.ts'

const DEFAULT_CAPACITY = 1024

export class PushBuffer<T extends ElementType> {
  readonly capacity: number
  readonly #core: Core
  readonly #array: GlobalArray<T>
  readonly #cursor: GlobalAddress<ScalarType>
  #buffer: ArrayBuffer
  #view: ViewOf<T>
  #length = 0

  /** `cursor`: an element that holds how many are taken, 0 at first; the same for all who push. */
  constructor(
    core: Core,
    array: GlobalArray<T>,
    cursor: GlobalAddress<ScalarType>,
    capacity = DEFAULT_CAPACITY,
  ) {
    const isCount = Number.isSafeInteger(capacity) && capacity > 0
    invariant(isCount, `A push buffer needs a capacity of 1 or more, got ${capacity}.`)
    this.capacity = capacity
    this.#core = core
    this.#array = array
    this.#cursor = cursor
    this.#buffer = new ArrayBuffer(capacity * array.type.bytes)
    this.#view = viewOn(array.type, this.#buffer, 0, capacity)
  }

  /** Elements pushed and not flushed. */
  get length(): number {
    return this.#length
  }

  /** @returns false when the buffer is full now: `await flush()` before the next push */
  push(value: ValueOf<T>): boolean {
    if (this.#length === this.capacity) {
      throw new OrujoError(
        'ORUJO_OVERFLOW',
        `The push buffer is full with ${this.capacity} elements: await flush() when push is false.`,
      )
    }
    const view: unknown = this.#view
    // The type of the array is that of the value.
    if (view instanceof StructView) view.set(this.#length, value)
    else (view as unknown[])[this.#length] = value
    return ++this.#length < this.capacity
  }

  /** Appends what was pushed; resolves when it is written. */
  async flush(): Promise<void> {
    const count = this.#length
    if (count === 0) return
    const { length, type } = this.#array
    const bytes = new Uint8Array(this.#buffer, 0, count * type.bytes)
    this.#buffer = new ArrayBuffer(this.capacity * type.bytes)
    this.#view = viewOn(type, this.#buffer, 0, this.capacity)
    this.#length = 0
    const { code } = this.#cursor.type
    const by = code === I64 || code === U64 ? BigInt(count) : count
    const begin = Number(await fetchAdd(this.#core, this.#cursor, by as never))
    if (begin + count > length) {
      throw new OrujoError(
        'ORUJO_MEMORY_EXHAUSTED',
        `${count} elements pushed at ${begin} do not fit an array of ${length}; make it longer.`,
      )
    }
    await writeRange(this.#core, this.#array, begin, bytes)
  }

  /** Flushes, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.flush()
  }
}

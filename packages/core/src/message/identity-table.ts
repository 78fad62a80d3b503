/**
 * Identity table: the objects of one message by the order in which they began, so that an object
 * met again becomes a reference and a cycle ends.
 *
 * Invariants  an object is in it once; its number is its place in the order.
 */

/** Up to here a search by eye is faster than a Map and makes no garbage. */
const SCANNED = 12

export class IdentityTable {
  readonly #objects: object[] = []
  readonly #numbers = new Map<object, number>()

  get size(): number {
    return this.#objects.length
  }

  /** The number of `object`; -1 if it was not there, and then it is now. */
  enter(object: object): number {
    const objects = this.#objects
    const size = objects.length
    if (size <= SCANNED) {
      for (let i = 0; i < size; i++) if (objects[i] === object) return i
      if (size === SCANNED) this.#index()
    } else {
      const known = this.#numbers.get(object)
      if (known !== undefined) return known
    }
    objects.push(object)
    if (size >= SCANNED) this.#numbers.set(object, size)
    return -1
  }

  /** Forgets all but the first `size` objects. */
  truncate(size: number): void {
    if (size === this.#objects.length) return
    if (this.#numbers.size > 0) {
      if (size <= SCANNED) this.#numbers.clear()
      else for (let i = size; i < this.size; i++) this.#numbers.delete(this.#objects[i]!)
    }
    this.#objects.length = size
  }

  #index(): void {
    this.#objects.forEach((object, number) => this.#numbers.set(object, number))
  }
}

/**
 * FullEmpty: a cell that is full or empty, and operations that wait until it is. The letters say
 * what an operation waits for and what it leaves: F full, E empty, X any.
 *
 * States      empty -> full (writeXF, writeEF) -> empty (readFE, reset).
 * Invariants  while the cell is full nobody waits for full, while it is empty nobody waits for
 *             empty: whoever changes it serves, in order, all whom the change lets go on, before
 *             anything else can happen. So a value written by writeEF is taken by one readFE, never
 *             by two.
 * Access      home core only. Other cores go through `RemoteFullEmpty`.
 * Ordering    those who wait for full go on in the order in which they came, whatever they do then;
 *             so do those who wait for empty.
 * Suspends    readFF, readFE, writeEF and writeFF, only if they must wait.
 * Failure     an aborted wait leaves the queue and rejects with ORUJO_ABORTED.
 * Source      Grappa's FullEmpty, after the Tera MTA. There every change wakes all, who look again.
 */
import { invariant } from '../errors.ts'
import type { Wait, WaitSource } from '../task/waits.ts'
import { WaitQueue } from './wait-queue.ts'

/** What is done with a full cell. */
export type FullOperation = 'readFF' | 'readFE' | 'writeFF'

type FullRequest<T> =
  { readonly operation: 'readFF' | 'readFE' } | { readonly operation: 'writeFF'; readonly value: T }

const FULL_OPERATIONS: readonly FullOperation[] = Object.freeze(['readFF', 'readFE', 'writeFF'])

export class FullEmpty<T> implements WaitSource {
  readonly #forFull = new WaitQueue<FullRequest<T>, T>('a full cell')
  readonly #forEmpty = new WaitQueue<{ readonly value: T }, void>("full-empty 'writeEF'")
  /** In a list, so that `undefined` can be a value. */
  #content: readonly [T] | undefined

  get isFull(): boolean {
    return this.#content !== undefined
  }

  /** Waits until the cell is full; resolves with its value and leaves it full. */
  readFF(signal?: AbortSignal): Promise<T> {
    return this.#whenFull({ operation: 'readFF' }, signal)
  }

  /** Waits until the cell is full; resolves with its value and leaves it empty. */
  readFE(signal?: AbortSignal): Promise<T> {
    return this.#whenFull({ operation: 'readFE' }, signal)
  }

  /** Waits until the cell is full; replaces its value. */
  async writeFF(value: T, signal?: AbortSignal): Promise<void> {
    await this.#whenFull({ operation: 'writeFF', value }, signal)
  }

  /** Waits until the cell is empty; fills it. */
  writeEF(value: T, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true || !this.tryWriteEF(value)) {
      return this.#forEmpty.wait({ value }, signal)
    }
    return Promise.resolve()
  }

  /** The value, or undefined of an empty cell. Never waits. */
  readXX(): T | undefined {
    return this.#content?.[0]
  }

  /** Fills the cell, whether it is full or empty. Never waits. */
  writeXF(value: T): void {
    this.#content = [value]
    this.#serve()
  }

  /** The value, leaving the cell empty; undefined if it was. Never waits. */
  tryReadFE(): T | undefined {
    const value = this.readXX()
    this.reset()
    return value
  }

  /** Fills the cell if it is empty; whether it was. Never waits. */
  tryWriteEF(value: T): boolean {
    if (this.isFull) return false
    this.writeXF(value)
    return true
  }

  /** Empties the cell, whether it is full or empty. Never waits. */
  reset(): void {
    this.#content = undefined
    this.#serve()
  }

  addWaits(found: Wait[]): void {
    const requests = [...this.#forFull.requests()]
    for (const operation of FULL_OPERATIONS) {
      const { length } = requests.filter((request) => request.operation === operation)
      if (length > 0) found.push({ what: `full-empty '${operation}'`, count: length })
    }
    this.#forEmpty.addWaits(found)
  }

  #whenFull(request: FullRequest<T>, signal: AbortSignal | undefined): Promise<T> {
    if (!this.isFull || signal?.aborted === true) return this.#forFull.wait(request, signal)
    const value = this.#perform(request)
    this.#serve()
    return Promise.resolve(value)
  }

  /** Everybody whom the state lets go on does so. Each one leaves its queue, so there is an end. */
  #serve(): void {
    for (;;) {
      if (this.isFull) {
        const request = this.#forFull.first
        if (request === undefined) return
        this.#forFull.grant(this.#perform(request))
      } else {
        const request = this.#forEmpty.first
        if (request === undefined) return
        this.#content = [request.value]
        this.#forEmpty.grant()
      }
    }
  }

  #perform(request: FullRequest<T>): T {
    invariant(this.#content !== undefined, 'an operation on a full cell found it empty')
    const [value] = this.#content
    switch (request.operation) {
      case 'readFF':
        return value
      case 'readFE':
        this.#content = undefined
        return value
      case 'writeFF':
        this.#content = [request.value]
        return value
    }
  }
}

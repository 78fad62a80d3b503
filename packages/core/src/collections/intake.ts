/**
 * Intake: values on their way into a collection. What cannot be held is refused at the call, before
 * it could be gathered with what others have asked for; the rest becomes what will be held.
 *
 * Failure     a number where bigints are held, or the reverse: TypeError; of a collection without
 *             a type what cannot be sent: ORUJO_NOT_SENDABLE, though it may never leave this core.
 */
import type { Endpoint } from '../delegate/endpoint.ts'
import { type ElementCode, type Elements, isTyped, makeElements } from './elements.ts'

export class Intake {
  readonly #endpoint: Endpoint
  /** Rounds a value as an array of the values' type does; undefined if any are held. */
  readonly #rounded: Elements | undefined
  readonly #what: string

  /** `what`: names the values to people. */
  constructor(endpoint: Endpoint, code: ElementCode, what: string) {
    this.#endpoint = endpoint
    this.#rounded = isTyped(code) ? makeElements(code, 1) : undefined
    this.#what = what
  }

  /** The value as it will be held. */
  take(value: unknown): unknown {
    if (this.#rounded !== undefined) {
      this.#rounded[0] = value
      return this.#rounded[0]
    }
    if (isPlain(value)) return value
    this.#endpoint.sender.encoded(value, this.#what)
    return value
  }
}

/** Can be sent for sure. */
function isPlain(value: unknown): boolean {
  return (
    value === null ||
    value === undefined ||
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    typeof value === 'bigint'
  )
}

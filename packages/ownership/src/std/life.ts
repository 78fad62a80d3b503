/**
 * Life: what has become of a handle that there is one of: whoever has it uses it, gives it away, or
 * drops it. Owners have more states (hold.ts); the handles of this folder share these.
 *
 * States      live -> moved | dropped, for good; live -> busy -> live while something is under way
 *             that the handle is needed for.
 * Access      the endpoint it was made on, or has arrived at: through another it is OWN_FOREIGN.
 */
import type { Core } from '@orujo/core'
import type { Endpoint } from '@orujo/core/internal'
import { OwnershipError, type OwnershipCode } from '../errors.ts'
import { describePlace, type PlaceNote } from '../place-note.ts'
import { storeOf } from '../stores.ts'

export class Life {
  readonly endpoint: Endpoint
  /** For people: 'sender of channel 3 of core 1'. */
  readonly name: string
  #state: 'live' | 'moved' | 'dropped' = 'live'
  /** What is under way. */
  #business: string | undefined
  /** Where it was moved or dropped. */
  #note: PlaceNote | undefined

  constructor(endpoint: Endpoint, name: string) {
    this.endpoint = endpoint
    this.name = name
  }

  /** Throws unless the handle can be used on `core`. `verb`: what for. */
  require(verb: string, core: Core): void {
    if (core.endpoint !== this.endpoint) {
      const text = `it belongs to core ${this.endpoint.id}, and is used on core ${core.id}`
      throw this.#error('OWN_FOREIGN', verb, `${text}: send it there`)
    }
    this.requireLive(verb)
  }

  /** Throws unless the handle can be used. */
  requireLive(verb: string): void {
    if (this.#state === 'moved') throw this.#error('OWN_MOVED', verb, 'it was moved away')
    if (this.#state === 'dropped') throw this.#error('OWN_DROPPED', verb, 'it was dropped')
    if (this.#business !== undefined) {
      throw this.#error('OWN_BORROWED', verb, `it is needed until ${this.#business} has ended`)
    }
  }

  /** Throws unless the handle was moved away or dropped. */
  requireGone(): void {
    if (this.#state !== 'live') return
    const text = `the ${this.name} is owned still: nothing has moved or dropped it.`
    throw new OwnershipError('OWN_KEPT', text, { object: this.name })
  }

  /** Something is under way that the handle is needed for, until `rest`. */
  work(business: string): void {
    this.#business = business
  }

  rest(): void {
    this.#business = undefined
  }

  end(state: 'moved' | 'dropped'): void {
    this.#state = state
    this.#business = undefined
    this.#note = storeOf(this).notes.ofMove()
  }

  #error(code: OwnershipCode, verb: string, why: string): OwnershipError {
    const first = describePlace(this.#note)
    const text = `cannot ${verb} the ${this.name}: ${why}.`
    return new OwnershipError(code, text, { object: this.name, first })
  }
}

/**
 * Refusals: what an owner says to those who ask for what it cannot give: an error that names both
 * places, or, where asking was a question, an outcome.
 */
import { OwnershipError, type OwnershipCode } from './errors.ts'
import type { Conflict } from './lent.ts'
import { describePlace, type PlaceNote } from './place-note.ts'

export type HoldState = 'free' | 'shared' | 'exclusive' | 'moved' | 'dropped'

/** What a refusal is about. */
export interface Refusing {
  readonly name: string
  readonly state: HoldState
  /** Where the state began. */
  readonly note: PlaceNote | undefined
}

export function misuse(
  code: OwnershipCode,
  message: string,
  { name, note }: Pick<Refusing, 'name' | 'note'>,
): OwnershipError {
  return new OwnershipError(code, message, { object: name, first: describePlace(note) })
}

/** The state does not allow it. */
export function refusal(verb: string, about: Refusing): OwnershipError {
  const what = `cannot ${verb} ${about.name}`
  switch (about.state) {
    case 'moved':
      return misuse('OWN_MOVED', `${what}: it was moved away.`, about)
    case 'dropped':
      return misuse('OWN_DROPPED', `${what}: it was dropped.`, about)
    case 'exclusive':
      return misuse('OWN_BORROWED', `${what}: it is borrowed exclusively.`, about)
    default:
      return misuse('OWN_BORROWED', `${what}: it is borrowed, shared.`, about)
  }
}

/** What stands in the way, put into words only if somebody reads them. */
export class StandingBorrow implements Conflict {
  readonly kind = 'conflict'
  readonly state: 'shared' | 'exclusive'
  readonly object: string
  readonly #note: PlaceNote | undefined

  constructor({ name, state, note }: Refusing) {
    this.state = state === 'exclusive' ? 'exclusive' : 'shared'
    this.object = name
    this.#note = note
  }

  get first(): string | undefined {
    return describePlace(this.#note)
  }
}

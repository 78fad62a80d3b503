/**
 * Errors of ownership: every misuse has a code, names the object, and says where the two things
 * happened that do not go together.
 */
import { describePlace, noteOfMisuse } from './place-note.ts'

/** Every code that these errors carry. */
export type OwnershipCode =
  | 'OWN_MOVED'
  | 'OWN_DROPPED'
  | 'OWN_BORROWED'
  | 'OWN_ESCAPED'
  | 'OWN_FROZEN'
  | 'OWN_FOREIGN'
  | 'OWN_NESTED'
  | 'OWN_KEPT'
  | 'OWN_CLOSED'
  | 'OWN_EXHAUSTED'
  | 'OWN_SCATTERED'

/** What a misuse was about. */
export interface Misuse {
  /** The object, as people can find it again: 'object 7 of core 1'. */
  readonly object: string
  /** Where the first of the two happened, as far as it is known. */
  readonly first?: string | undefined
}

/** Whether there was no memory for something; then nothing has changed. */
export function isExhausted(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'ORUJO_MEMORY_EXHAUSTED'
}

export class OwnershipError extends Error {
  override readonly name = 'OwnershipError'
  readonly code: OwnershipCode
  readonly object: string
  readonly first: string | undefined
  /** Where the second of the two happened: the misuse. */
  readonly second: string | undefined

  constructor(code: OwnershipCode, message: string, { object, first }: Misuse) {
    super(first === undefined ? message : `${message} The first: ${first}.`)
    this.code = code
    this.object = object
    this.first = first
    this.second = describePlace(noteOfMisuse())
  }
}

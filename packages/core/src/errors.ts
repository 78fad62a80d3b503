/**
 * Errors: one family, told apart by `code`, because a class does not survive a thread.
 * Programmer mistakes call `invariant`; whatever a correct program may meet is an `OrujoError`.
 */

/** Every code that Orujo's own errors carry. */
export type OrujoCode =
  | 'ORUJO_INVARIANT'
  | 'ORUJO_OPTION'
  | 'ORUJO_PROGRAM'
  | 'ORUJO_DUPLICATE_DEFINITION'
  | 'ORUJO_UNKNOWN_DEFINITION'
  | 'ORUJO_NOT_SENDABLE'
  | 'ORUJO_BAD_MESSAGE'
  | 'ORUJO_MEMORY_EXHAUSTED'
  | 'ORUJO_BAD_ADDRESS'
  | 'ORUJO_DOUBLE_FREE'
  | 'ORUJO_STRADDLE'
  | 'ORUJO_OVERFLOW'
  | 'ORUJO_WORK_FAILED'
  | 'ORUJO_REMOTE'
  | 'ORUJO_CORE_LOST'
  | 'ORUJO_CLOSED'
  | 'ORUJO_ABORTED'
  | 'ORUJO_DEADLOCK'
  | 'ORUJO_SCOPE_ENDED'
  | 'ORUJO_CAPACITY'
  | 'ORUJO_TRACE'
  | 'ORUJO_COLLECTIVE'
  | 'ORUJO_FILE'

/** Where something went wrong, as far as it is known. */
export interface ErrorPlace {
  /** The core on which it happened. */
  core?: number
  /** The name of the delegate or task in which it happened. */
  definition?: string
}

/** Base of Orujo's errors. Match on `code`. */
export class OrujoError extends Error {
  readonly code: OrujoCode
  readonly core: number | undefined
  readonly definition: string | undefined

  constructor(code: OrujoCode, message: string, options: ErrorOptions & ErrorPlace = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.name = 'OrujoError'
    this.code = code
    this.core = options.core
    this.definition = options.definition
  }
}

/** A caller's or our own mistake: not to be caught, only to be mended. */
export class InvariantError extends OrujoError {
  constructor(message: string) {
    super('ORUJO_INVARIANT', message)
    this.name = 'InvariantError'
  }
}

/** Throws InvariantError with `message` unless `condition` holds. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message)
}

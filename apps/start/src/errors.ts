/**
 * Errors of the tour. Their messages are for its user, so no stack is shown with them.
 */

/** `START_WORD` WordNet lacks a word; `START_NOT_VERIFIED` an answer is wrong. */
export type TourCode = 'START_WORD' | 'START_NOT_VERIFIED'

export class TourError extends Error {
  readonly code: TourCode

  constructor(code: TourCode, message: string) {
    super(message)
    this.name = 'TourError'
    this.code = code
  }
}

/**
 * Loaned: a borrow on its way to another core, and there until the work it was lent for has ended.
 */
import type { Hold } from './hold.ts'

export class Loaned {
  /** A cell of its own, which tells the lender's what has become of the object. */
  readonly hold: Hold
  readonly isExclusive: boolean

  constructor(hold: Hold, isExclusive: boolean) {
    this.hold = hold
    this.isExclusive = isExclusive
  }
}

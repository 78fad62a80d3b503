/**
 * Lendable: what `lend` may hand to another core for as long as a scoped task takes. Every kind of
 * borrow says itself how it is lent, and what the borrower gets.
 *
 * States      of a loan: out -> back.
 * Ownership   who lends ends the loan, when the work has ended, however it ended; who borrows ends
 *             what it got before that.
 */
import type { Core } from '@orujo/core'

/** How a borrow is lent. */
export const LEND: unique symbol = Symbol('orujo.lend')
/** How what was lent begins on the other core. */
export const BEGIN: unique symbol = Symbol('orujo.begin')

/* What is said of those who send a borrow, by the compiler and at the call. */
export const BORROW =
  'a borrow, which cannot be sent: lend it to a scopedTask, or send what it is a borrow of'
export const BORROWED_ELEMENTS =
  'a borrow of elements, which cannot be sent: lend the right to the range to a scopedTask'

/** A borrow that can be lent on. */
export interface Lendable {
  [LEND](core: Core): Loan | Promise<Loan>
}

/** What a lender keeps. */
export interface Loan {
  /** Sent in the place of the borrow. */
  readonly loaned: LentOut
  /** The borrower has ended. */
  end(): void | Promise<void>
}

/** What travels; an extension of the codec knows its class. */
export interface LentOut {
  [BEGIN](core: Core): Borrowed | Promise<Borrowed>
}

/** What a borrower has until its end. */
export interface Borrowed {
  release(): void | Promise<void>
}

export function isLendable(value: unknown): value is Lendable {
  return typeof value === 'object' && value !== null && LEND in value
}

export function isLent(value: unknown): value is LentOut {
  return typeof value === 'object' && value !== null && BEGIN in value
}

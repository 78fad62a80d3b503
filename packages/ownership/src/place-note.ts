/**
 * Place notes: where in the user's program something was done, for errors that must name the first
 * of two places. Taking one costs microseconds, so each core takes them for its first borrows, and
 * for all only in checked mode; of moves and drops they are always taken.
 */

import { fileURLToPath } from 'node:url'

/** Borrows of one core whose places are noted outside of checked mode. */
const NOTED_BORROWS = 4096
/** Frames looked through for one outside of this package. */
const FRAMES = 12

/** A place, turned into text only if an error needs it. */
export interface PlaceNote {
  readonly stack?: string
}

/** This package, as frames name it: by its files, or, with source maps, by those they came from. */
const PACKAGE = new URL('..', import.meta.url)
const HERE = Object.freeze([PACKAGE.href, fileURLToPath(PACKAGE)])

export class PlaceNotes {
  readonly #isChecked: boolean
  #left = NOTED_BORROWS

  constructor(isChecked: boolean) {
    this.#isChecked = isChecked
  }

  /** Where the caller's caller is; undefined if that is not noted any more. */
  ofBorrow(): PlaceNote | undefined {
    if (!this.#isChecked && this.#left === 0) return undefined
    if (this.#left > 0) this.#left--
    return take()
  }

  /** The same, always. */
  ofMove(): PlaceNote {
    return take()
  }

  /** In checked mode only: where an object was made. */
  ofCreation(): PlaceNote | undefined {
    return this.#isChecked ? take() : undefined
  }
}

/** The line of the program that a note is about. */
export function describePlace(note: PlaceNote | undefined): string | undefined {
  const frames = note?.stack?.split('\n').slice(1) ?? []
  const isOutside = (frame: string): boolean =>
    !frame.includes('node:') && !HERE.some((place) => frame.includes(place))
  const outside = frames.find(isOutside)
  return (outside ?? frames[0])?.trim()
}

function take(): PlaceNote {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = FRAMES
  const note: PlaceNote = {}
  Error.captureStackTrace(note, take)
  Error.stackTraceLimit = limit
  return note
}

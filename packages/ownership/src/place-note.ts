/**
 * Place notes: where in the user's program something was done, for errors that must name the first
 * of two places. Taking one costs microseconds, so each core takes them for its first borrows, and
 * for all only in checked mode; of moves and drops they are always taken.
 */

/** Borrows of one core whose places are noted outside of checked mode. */
const NOTED_BORROWS = 4096
/** Frames looked through for one of the program: sending goes through ten of the libraries'. */
const FRAMES = 16
/** The same for an error, which may come out of a value that is packed. */
const MISUSE_FRAMES = 40

/** What frames of the engine's own functions lack. */
const HAS_LINE = /:\d+:\d+\)?$/

/** A place, turned into text only if an error needs it. */
export interface PlaceNote {
  readonly stack?: string
}

/** Packages whose frames, compiled or by source map, are not the program's. */
const LIBRARIES: readonly string[] = Object.freeze([
  new URL('..', import.meta.url).pathname,
  new URL('..', import.meta.resolve('@orujo/core')).pathname,
  '(node:',
  'at node:',
])

export class PlaceNotes {
  readonly #isChecked: boolean
  #left = NOTED_BORROWS
  #endsLeft = NOTED_BORROWS

  constructor(isChecked: boolean) {
    this.#isChecked = isChecked
  }

  /** Where the caller's caller is; undefined if that is not noted any more. */
  ofBorrow(): PlaceNote | undefined {
    if (!this.#isChecked && this.#left === 0) return undefined
    if (this.#left > 0) this.#left--
    return take()
  }

  /** The same for the end of a borrow. */
  ofEnd(): PlaceNote | undefined {
    if (!this.#isChecked && this.#endsLeft === 0) return undefined
    if (this.#endsLeft > 0) this.#endsLeft--
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
  const isOurs = (frame: string): boolean => LIBRARIES.some((folder) => frame.includes(folder))
  return frames.find((frame) => HAS_LINE.test(frame) && !isOurs(frame))?.trim()
}

/** Where the program is that an error is made for. */
export function noteOfMisuse(): PlaceNote {
  return take(MISUSE_FRAMES)
}

/** What was a note on another core. */
export function noteOf(place: string | undefined): PlaceNote | undefined {
  return place === undefined ? undefined : { stack: `\n    ${place}` }
}

function take(frames = FRAMES): PlaceNote {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = frames
  const note: PlaceNote = {}
  Error.captureStackTrace(note, take)
  Error.stackTraceLimit = limit
  return note
}

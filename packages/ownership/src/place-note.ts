/**
 * Place notes: where in the user's program something was done, for errors that must name the first
 * of two places. Taking one costs some four microseconds, as much as a message there and back, so
 * outside of checked mode each core takes only so many in a burst, and so many in a while.
 */

/** Notes of one kind that a core takes at once; and in a millisecond, below 1 % of its time. */
const BURST = 1024
const PER_MS = 1
/** What is not noted, a power of two, for one look at the clock. */
const SKIPS_PER_LOOK = 64
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

/** Whose frames, compiled or by source map, are not the program's. Cores are Piscina's workers. */
const LIBRARIES: readonly string[] = Object.freeze([
  new URL('..', import.meta.url).pathname,
  new URL('..', import.meta.resolve('@orujo/core')).pathname,
  '/node_modules/piscina/',
  '(node:',
  'at node:',
])

/** Whether what is done again and again is to be noted this time. */
class Allowance {
  readonly #now: () => number
  #left = BURST
  #skipped = 0
  #filledAtMs: number

  constructor(now: () => number) {
    this.#now = now
    this.#filledAtMs = now()
  }

  spend(): boolean {
    if (this.#left === 0 && (this.#skipped++ % SKIPS_PER_LOOK !== 0 || !this.#fill())) return false
    this.#left--
    return true
  }

  #fill(): boolean {
    const nowMs = this.#now()
    this.#left = Math.min(BURST, Math.floor((nowMs - this.#filledAtMs) * PER_MS))
    if (this.#left === 0) return false
    this.#filledAtMs = nowMs
    return true
  }
}

export class PlaceNotes {
  readonly #isChecked: boolean
  readonly #borrows: Allowance
  readonly #ends: Allowance
  readonly #moves: Allowance

  /** `now`: milliseconds, monotonic. */
  constructor(isChecked: boolean, now: () => number) {
    this.#isChecked = isChecked
    this.#borrows = new Allowance(now)
    this.#ends = new Allowance(now)
    this.#moves = new Allowance(now)
  }

  /** Where the caller's caller is; undefined if that is done too often to be noted each time. */
  ofBorrow(): PlaceNote | undefined {
    return this.#isChecked || this.#borrows.spend() ? take() : undefined
  }

  /** The same for the end of a borrow. */
  ofEnd(): PlaceNote | undefined {
    return this.#isChecked || this.#ends.spend() ? take() : undefined
  }

  /** The same for a move or a drop. */
  ofMove(): PlaceNote | undefined {
    return this.#isChecked || this.#moves.spend() ? take() : undefined
  }

  /** In checked mode only: where an object was made. */
  ofCreation(): PlaceNote | undefined {
    return this.#isChecked ? take() : undefined
  }

  /** The same, for another core. */
  placeOfCreation(): string | undefined {
    return describePlace(this.ofCreation())
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

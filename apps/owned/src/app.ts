/**
 * App: what the programs on owned objects have in common.
 */
import { parseCount, parseWhole, plural, type Problem } from '@orujo/cli'
import { InvalidArgumentError } from 'commander'

/** The most that a core can have, and the least that is worth asking for. */
const MAX_HEAP_BYTES = 2 ** 32
const MIN_HEAP_BYTES = 2 ** 20

/** A program that cannot be run as asked. Its message is for the user. */
export class AppError extends Error {
  readonly code = 'APP_REFUSED'

  constructor(message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'AppError'
  }
}

/** What an app takes, beside how it is solved. */
interface AppNeeds extends Pick<Problem, 'solve'> {
  readonly program: URL
  /** Of all typed objects. */
  readonly ownedBytes: number
  /** They are dealt out so that some cores may have as much more than others. Default 0. */
  readonly lumpBytes?: number
}

/** An app on owned objects. */
export function appOf(
  name: string,
  { program, ownedBytes, lumpBytes = 0, solve }: AppNeeds,
): Problem {
  return {
    kind: 'app',
    name,
    program: [program, import.meta.resolve('@orujo/ownership/program')],
    heapBytes: (cores) => heapBytes(ownedBytes / cores + lumpBytes, cores),
    // Owned objects are not in arrays.
    sharedBytes: 0,
    solve,
  }
}

/** Twice what the objects take: memory is dealt out in powers of two. */
function heapBytes(bytesOfCore: number, cores: number): number {
  const wanted = Math.max(MIN_HEAP_BYTES, 2 * bytesOfCore)
  const bytes = 2 ** Math.ceil(Math.log2(wanted))
  if (bytes <= MAX_HEAP_BYTES) return bytes
  throw new AppError(`objects of this size do not fit ${plural(cores, 'core')}: use more`)
}

/** For options that are a whole number from 1 to `limit`. */
export function countUpTo(limit: number): (text: string) => number {
  return bounded(parseCount, limit)
}

/** For options that are a whole number from 0 to `limit`. */
export function wholeUpTo(limit: number): (text: string) => number {
  return bounded(parseWhole, limit)
}

function bounded(parse: (text: string) => number, limit: number): (text: string) => number {
  return (text) => {
    const value = parse(text)
    if (value <= limit) return value
    throw new InvalidArgumentError(`It must be at most ${limit}.`)
  }
}

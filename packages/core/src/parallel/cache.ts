/**
 * Caches: a copy of a range of global memory, fetched when it is acquired and written back when it
 * is released. Nothing keeps a copy up to date in between: it is for data that nobody else changes
 * meanwhile, or that may be a little old.
 *
 * States      idle -> acquiring -> held -> releasing -> idle. `write` caches are held from the
 *             start, and go on being held. An acquire that fails goes back to idle.
 * Access      the core, or the host, that made it.
 * Suspends    nothing before a promise is returned: acquire and release begin at the call, so that
 *             several caches can be under way; those of one cache one after the other, as they were
 *             asked for. Who asks for what is under way, or was the last, gets its promise.
 * Ordering    what is written back becomes visible element by element: of elements that several
 *             caches write, the last release wins.
 * Local       a range that lies whole and side by side on this core is not copied: the view is the
 *             memory itself, no message is sent, what is written is visible at once, what others
 *             write is seen at once, and release has nothing to do.
 * Ownership   a `readWrite` cache writes back the elements that differ from what it fetched, so
 *             others' changes to the rest survive. A `write` cache fetches nothing and writes back
 *             all of its elements, whatever was there: set every one. A view is not to be used
 *             after the release.
 * Failure     memory that is freed or is none: ORUJO_BAD_ADDRESS.
 * Misuse      looking at a cache that is not held: InvariantError.
 */
import { oneOf } from '../check.ts'
import type { Core } from '../delegate/core.ts'
import { delegate } from '../delegate/define.ts'
import { invariant } from '../errors.ts'
import { type ElementType, sameType, u8 } from '../memory/element.ts'
import type { GlobalAddress } from '../memory/global-address.ts'
import { GlobalArray } from '../memory/global-array.ts'
import { type ViewOf, viewOn } from '../memory/view.ts'
import type { CoreId } from '../place.ts'
import { BulkWriter, PART_BYTES, Parcel, checkRange, inParts, readRange } from './bulk.ts'

/** Fetch only; fetch and write back what was changed; write back all and fetch nothing. */
export type CacheMode = 'read' | 'readWrite' | 'write'

/** Where a range lies. */
interface Range {
  /** The memory itself, if it is all here side by side. */
  readonly local: Uint8Array | undefined
  fetch(into: Uint8Array): Promise<void>
  /** What takes changes: `put` any number of runs of elements, then `flush`. */
  writer(): Writer
}

interface Writer {
  readonly isFull: boolean
  put(element: number, count: number, source: Uint8Array, at: number): void
  flush(): Promise<void>
}

/** A cache on `count` elements of `type`. Use `cache(...)`. */
export class Cache<T extends ElementType> {
  readonly mode: CacheMode
  readonly length: number
  /** Whether the view is the memory itself. */
  readonly isLocal: boolean
  readonly #type: T
  readonly #range: Range
  readonly #view: ViewOf<T>
  readonly #bytes: Uint8Array
  /** What was fetched, to tell what was changed. */
  #fetched: Uint8Array | undefined
  #isHeld: boolean
  /** Whether it will be held when all that was asked for is done. */
  #isWanted: boolean
  #acquired: Promise<ViewOf<T>>
  #released: Promise<void> = Promise.resolve()
  /** The last that was asked for, until it has ended; how many there were. */
  #last: Promise<void> | undefined
  #asked = 0

  constructor(mode: CacheMode, type: T, length: number, range: Range) {
    this.mode = mode
    this.length = length
    this.isLocal = range.local !== undefined
    this.#type = type
    this.#range = range
    this.#bytes = range.local ?? new Uint8Array(length * type.bytes)
    this.#view = viewOn(type, this.#bytes.buffer, this.#bytes.byteOffset, length)
    this.#isHeld = this.#isWanted = mode === 'write'
    this.#acquired = Promise.resolve(this.#view)
  }

  /** The elements; element 0 is the first of the range. */
  get view(): ViewOf<T> {
    invariant(this.#isHeld, 'This cache is not held: await acquire() before, and after a release.')
    return this.#view
  }

  /** Begins to fetch; resolves with the view when all is here. At once if it is held. */
  acquire(): Promise<ViewOf<T>> {
    if (!this.#isWanted) {
      this.#isWanted = true
      const ticket = ++this.#asked
      this.#acquired = this.#next(() => this.#fetch(ticket))
    }
    return this.#acquired
  }

  /** Begins to write back; resolves when it is written. At once if nothing is to be written. */
  release(): Promise<void> {
    const isAsked = this.mode === 'write' ? this.#last !== undefined : !this.#isWanted
    if (!isAsked) {
      this.#isWanted = this.mode === 'write'
      this.#asked++
      this.#released = this.#next(() => this.#writeBack())
    }
    return this.#released
  }

  /** Releases, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.release()
  }

  /** Lets a `read` cache go, for `using`. */
  [Symbol.dispose](): void {
    invariant(this.mode === 'read', `A '${this.mode}' cache is written back: use 'await using'.`)
    this.#isHeld = this.#isWanted = false
  }

  /** Begins now, or when what is under way has ended. */
  #next<R>(work: () => Promise<R>): Promise<R> {
    const result = this.#last === undefined ? work() : this.#last.then(work)
    const ended = (): void => {
      if (this.#last === last) this.#last = undefined
    }
    const last = result.then(ended, ended)
    this.#last = last
    // Not `result` itself, whose failure has been heard of here: an error that nobody awaits shall
    // not go unnoticed.
    return result.then((value) => value)
  }

  async #fetch(ticket: number): Promise<ViewOf<T>> {
    try {
      if (!this.isLocal) {
        await this.#range.fetch(this.#bytes)
        if (this.mode === 'readWrite') this.#fetched = this.#bytes.slice()
      }
      this.#isHeld = true
      return this.#view
    } catch (error) {
      // Unless more was asked for since.
      if (ticket === this.#asked) this.#isWanted = false
      throw error
    }
  }

  async #writeBack(): Promise<void> {
    try {
      if (this.#isHeld && !this.isLocal && this.mode !== 'read') {
        const writer = this.#range.writer()
        for (const [begin, end] of this.#changes()) {
          writer.put(begin, end - begin, this.#bytes, begin * this.#type.bytes)
          if (writer.isFull) await writer.flush()
        }
        await writer.flush()
      }
    } finally {
      this.#isHeld = this.mode === 'write'
      this.#fetched = undefined
    }
  }

  /** Runs of elements to write back, none longer than a message. */
  *#changes(): Generator<readonly [begin: number, end: number]> {
    const before = this.#fetched
    const bytes = this.#type.bytes
    const longest = Math.ceil(PART_BYTES / bytes)
    let begin = 0
    for (let element = 0; element < this.length; element++) {
      const isChanged = before === undefined || differ(this.#bytes, before, element, bytes)
      if (isChanged && element - begin < longest) continue
      if (begin < element) yield [begin, element]
      begin = isChanged ? element : element + 1
    }
    if (begin < this.length) yield [begin, this.length]
  }
}

/** A cache on elements `begin` to `end` of an array; all of them by default. */
export function cache<T extends ElementType>(
  core: Core,
  mode: CacheMode,
  array: GlobalArray<T>,
  begin?: number,
  end?: number,
): Cache<T>
/** A cache on `count` elements from `address` on; 1 by default. */
export function cache<T extends ElementType>(
  core: Core,
  mode: CacheMode,
  address: GlobalAddress<T>,
  count?: number,
): Cache<T>
export function cache<T extends ElementType>(
  core: Core,
  mode: CacheMode,
  place: GlobalArray<T> | GlobalAddress<T>,
  first?: number,
  last?: number,
): Cache<T> {
  oneOf('mode', mode, ['read', 'readWrite', 'write'])
  if (place instanceof GlobalArray) {
    const { type, length } = place
    return onArray(core, mode, type, place as unknown as GlobalArray, first ?? 0, last ?? length)
  }
  const { type, layout } = place
  const count = first ?? 1
  if (layout === undefined) {
    invariant(Number.isInteger(count) && count >= 0, `A cache of ${count} elements is none.`)
    return new Cache(mode, type, count, pieceRange(core, place.core, place, count))
  }
  invariant(sameType(type, layout.type), 'A cache is on whole elements, not on a field of them.')
  const array = core.memory.directory.array(layout.id)
  const begin = place.difference(array.at(0))
  return onArray(core, mode, type, array, begin, begin + count)
}

/** Acquires elements from `address` on, runs `work` on them, and writes back what it changed. */
export async function callWithCaching<T extends ElementType, R>(
  core: Core,
  address: GlobalAddress<T>,
  work: (view: ViewOf<T>) => R | PromiseLike<R>,
  count = 1,
): Promise<R> {
  await using held = cache(core, 'readWrite', address, count)
  return await work(await held.acquire())
}

function onArray<T extends ElementType>(
  core: Core,
  mode: CacheMode,
  type: T,
  array: GlobalArray,
  begin: number,
  end: number,
): Cache<T> {
  checkRange(array, begin, end)
  return new Cache(mode, type, end - begin, arrayRange(core, array, begin, end))
}

function arrayRange(core: Core, array: GlobalArray, begin: number, end: number): Range {
  const { layout } = array
  const { elementsPerBlock, elementBytes } = layout
  const isOneBlock = (begin % elementsPerBlock) + (end - begin) <= elementsPerBlock
  const isHere = begin < end && layout.home(begin) === core.id
  const at = layout.byteOffset(begin)
  return {
    local:
      isHere && (isOneBlock || layout.cores === 1)
        ? core.memory.ownHeap.u8.subarray(at, at + (end - begin) * elementBytes)
        : undefined,
    fetch: async (into) => {
      array.checkLive()
      await readRange(core, array, begin, end, into)
    },
    writer: () => {
      array.checkLive()
      const writer = new BulkWriter(core, array)
      return {
        get isFull() {
          return writer.isFull
        },
        put: (element, count, source, from) => writer.put(begin + element, count, source, from),
        flush: () => writer.flush(),
      }
    },
  }
}

/** A range of one core's own memory. */
function pieceRange(core: Core, home: CoreId, address: GlobalAddress, count: number): Range {
  const { byteOffset, type } = address
  const bytes = count * type.bytes
  return {
    local: home === core.id ? core.memory.ownHeap.view(u8, byteOffset, bytes) : undefined,
    fetch: (into) =>
      inParts(0, bytes, PART_BYTES, async (from, to) => {
        into.set(await core.call(readPiece, home, byteOffset + from, to - from), from)
      }),
    writer: () => {
      const parcel = new Parcel()
      return {
        get isFull() {
          return parcel.bytes >= PART_BYTES
        },
        put: (element, length, source, at) => {
          const begin = element * type.bytes
          parcel.add(begin, length * type.bytes, source, at, length * type.bytes)
        },
        flush: async () => {
          if (parcel.bytes === 0) return
          const written = core.call(writePiece, home, byteOffset, parcel.runs(), parcel.content())
          parcel.clear()
          await written
        },
      }
    },
  }
}

function differ(a: Uint8Array, b: Uint8Array, element: number, bytes: number): boolean {
  for (let i = element * bytes; i < (element + 1) * bytes; i++) if (a[i] !== b[i]) return true
  return false
}

const readPiece = delegate(
  'orujo.cache.read',
  (core: Core, byteOffset: number, bytes: number): Uint8Array => {
    return core.memory.ownHeap.view(u8, byteOffset, bytes)
  },
)

/** `runs`: pairs of a byte, from `byteOffset` on, and how many bytes go there. */
const writePiece = delegate(
  'orujo.cache.write',
  (core: Core, byteOffset: number, runs: Float64Array, bytes: Uint8Array): void => {
    const heap = core.memory.ownHeap
    let at = 0
    for (let i = 0; i < runs.length; i += 2) {
      const count = runs[i + 1]!
      heap.view(u8, byteOffset + runs[i]!, count).set(bytes.subarray(at, at + count))
      at += count
    }
  },
)

/** Definitions that every core needs for caches. */
export const cacheDefinitions = Object.freeze([readPiece, writePiece])

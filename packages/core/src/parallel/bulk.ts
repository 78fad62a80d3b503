/**
 * Bulk transfer: ranges of linear arrays to and from plain bytes. What a core holds of a range lies
 * side by side in its heap, so that a part of a range is one message per home that has some of it,
 * whatever the block size.
 *
 * Access      any core with a heap; elements travel as the bytes that they are.
 * Ordering    none between parts: when a promise resolves, all of its range has been done.
 * Ownership   bytes are copied before a call returns; those to read into belong to the transfer
 *             until its promise is settled.
 * Bounds      a message carries about PART_BYTES; a read has PARTS_IN_FLIGHT parts under way, and a
 *             writer is to be flushed when `isFull`.
 * Failure     an array that is freed meanwhile: ORUJO_BAD_ADDRESS.
 */
import type { Core } from '../delegate/core.ts'
import { delegate } from '../delegate/define.ts'
import type { GlobalArray } from '../memory/global-array.ts'
import { badAddress } from '../memory/address.ts'
import type { LinearLayout } from '../memory/linear-layout.ts'
import type { CoreId } from '../place.ts'
import { allOf } from './collective.ts'

/** What a message costs is little beside copying this, and a ring takes several at a time. */
export const PART_BYTES = 2 ** 15
const PARTS_IN_FLIGHT = 4
/** Shorter copies are faster by a loop than by `set` of a subarray, which makes an object. */
const LOOP_BYTES = 64

/** How many of the elements before `index` `core` holds: where its part of a range begins. */
export function slotsBefore(layout: LinearLayout, core: CoreId, index: number): number {
  const { elementsPerBlock, cores } = layout
  const block = Math.floor(index / elementsPerBlock)
  const row = Math.floor(block / cores)
  const home = block - row * cores
  if (core < home) return (row + 1) * elementsPerBlock
  const whole = row * elementsPerBlock
  return core === home ? whole + (index - block * elementsPerBlock) : whole
}

/** ORUJO_BAD_ADDRESS unless `begin` to `end` are elements of the live `array`. */
export function checkRange(array: GlobalArray, begin: number, end: number): void {
  array.checkLive()
  const isWhole = Number.isInteger(begin) && Number.isInteger(end)
  if (isWhole && begin >= 0 && begin <= end && end <= array.length) return
  throw badAddress(
    `the range ${begin} to ${end} is outside the array: it has ${array.length} elements`,
  )
}

/** Copies elements `begin` to `end` of `array` to the start of `into`. */
export async function readRange(
  core: Core,
  array: GlobalArray,
  begin: number,
  end: number,
  into: Uint8Array,
): Promise<void> {
  const { layout } = array
  const bytes = layout.elementBytes
  // As many elements as make one message of each home.
  const step = Math.ceil(PART_BYTES / bytes) * layout.cores
  await inParts(begin, end, step, async (from, to) => {
    const homes = Array.from({ length: layout.cores }, async (_, home) => {
      const slot = slotsBefore(layout, home, from)
      const count = slotsBefore(layout, home, to) - slot
      if (count === 0) return
      if (home === core.id) {
        const heap = core.memory.ownHeap
        scatter(layout, home, slot, count, heap.u8, layout.base + slot * bytes, into, begin)
      } else {
        const part = await core.call(readSlots, home, array.id, slot, count)
        scatter(layout, home, slot, count, part, 0, into, begin)
      }
    })
    await allOf(homes)
  })
}

/** Copies `count` elements from `slot` on, of the part of `home`, into `into` from byte `at` on. */
export async function readPart(
  core: Core,
  array: GlobalArray,
  home: CoreId,
  slot: number,
  count: number,
  into: Uint8Array,
  at: number,
): Promise<void> {
  const { base, elementBytes } = array.layout
  if (home === core.id) {
    const begin = base + slot * elementBytes
    into.set(core.memory.ownHeap.u8.subarray(begin, begin + count * elementBytes), at)
    return
  }
  await inParts(slot, slot + count, Math.ceil(PART_BYTES / elementBytes), async (from, to) => {
    const part = await core.call(readSlots, home, array.id, from, to - from)
    into.set(part, at + (from - slot) * elementBytes)
  })
}

/** Writes ranges of one array, collected by home. What lies here is written at once. */
export class BulkWriter {
  /** Collected bytes are worth sending: `await flush()` before putting much more. */
  isFull = false
  readonly #core: Core
  readonly #array: GlobalArray
  readonly #parcels: (Parcel | undefined)[] = []

  constructor(core: Core, array: GlobalArray) {
    this.#core = core
    this.#array = array
  }

  /** Elements from `index` on become the `count` that lie in `source` from byte `at` on. */
  put(index: number, count: number, source: Uint8Array, at: number): void {
    const { layout } = this.#array
    const { elementBytes, elementsPerBlock } = layout
    const end = index + count
    for (let from = index; from < end;) {
      const to = Math.min(end, from + elementsPerBlock - (from % elementsPerBlock))
      const home = layout.home(from)
      const slot = layout.localIndex(from)
      const byte = at + (from - index) * elementBytes
      const bytes = (to - from) * elementBytes
      if (home === this.#core.id) {
        const heap = this.#core.memory.ownHeap
        copyBytes(source, byte, heap.u8, layout.base + slot * elementBytes, bytes)
      } else {
        const parcel = (this.#parcels[home] ??= new Parcel())
        parcel.add(slot, to - from, source, byte, bytes)
        if (parcel.bytes >= PART_BYTES) this.isFull = true
      }
      from = to
    }
  }

  /** Sends what was put; resolves when it is written. */
  async flush(): Promise<void> {
    const calls: Promise<void>[] = []
    for (const [home, parcel] of this.#parcels.entries()) {
      if (parcel === undefined || parcel.bytes === 0) continue
      const { id } = this.#array
      calls.push(this.#core.call(writeSlots, home, id, parcel.runs(), parcel.content()))
      parcel.clear()
    }
    this.isFull = false
    await allOf(calls)
  }
}

/** Writes `bytes` as the elements from `begin` on. */
export async function writeRange(
  core: Core,
  array: GlobalArray,
  begin: number,
  bytes: Uint8Array,
): Promise<void> {
  const writer = new BulkWriter(core, array)
  const { elementBytes } = array.layout
  const step = Math.ceil(PART_BYTES / elementBytes)
  const end = begin + bytes.length / elementBytes
  for (let from = begin; from < end; from += step) {
    writer.put(from, Math.min(step, end - from), bytes, (from - begin) * elementBytes)
    if (writer.isFull) await writer.flush()
  }
  await writer.flush()
}

/** Runs `work` for parts of `begin` to `end`, a few at a time. */
export async function inParts(
  begin: number,
  end: number,
  step: number,
  work: (from: number, to: number) => Promise<void>,
): Promise<void> {
  let next = begin
  const fibre = async (): Promise<void> => {
    while (next < end) {
      const from = next
      next = Math.min(end, from + step)
      await work(from, next)
    }
  }
  const parts = Math.ceil((end - begin) / step)
  await allOf(Array.from({ length: Math.min(parts, PARTS_IN_FLIGHT) }, fibre))
}

/** From a part of `home`, side by side, to their places in a range that starts at `begin`. */
function scatter(
  layout: LinearLayout,
  home: CoreId,
  slot: number,
  count: number,
  source: Uint8Array,
  at: number,
  into: Uint8Array,
  begin: number,
): void {
  const { elementBytes, elementsPerBlock } = layout
  const end = slot + count
  for (let from = slot; from < end;) {
    const to = Math.min(end, from + elementsPerBlock - (from % elementsPerBlock))
    const place = (layout.globalIndex(home, from) - begin) * elementBytes
    copyBytes(source, at + (from - slot) * elementBytes, into, place, (to - from) * elementBytes)
    from = to
  }
}

function copyBytes(
  source: Uint8Array,
  from: number,
  into: Uint8Array,
  at: number,
  count: number,
): void {
  if (count > LOOP_BYTES) into.set(source.subarray(from, from + count), at)
  else for (let i = 0; i < count; i++) into[at + i] = source[from + i]!
}

/** What is to be written on one core: runs of slots, and the bytes of all of them. */
export class Parcel {
  bytes = 0
  readonly #slots: number[] = []
  readonly #counts: number[] = []
  #content = new Uint8Array(1024)

  add(slot: number, count: number, source: Uint8Array, at: number, bytes: number): void {
    const last = this.#slots.length - 1
    const isNext = last >= 0 && this.#slots[last]! + this.#counts[last]! === slot
    if (isNext) this.#counts[last]! += count
    else {
      this.#slots.push(slot)
      this.#counts.push(count)
    }
    if (this.bytes + bytes > this.#content.length) {
      const grown = new Uint8Array(2 * (this.bytes + bytes))
      grown.set(this.#content.subarray(0, this.bytes))
      this.#content = grown
    }
    copyBytes(source, at, this.#content, this.bytes, bytes)
    this.bytes += bytes
  }

  /** Pairs of a run's first slot and its length. */
  runs(): Float64Array {
    const runs = new Float64Array(2 * this.#slots.length)
    for (let i = 0; i < this.#slots.length; i++) {
      runs[2 * i] = this.#slots[i]!
      runs[2 * i + 1] = this.#counts[i]!
    }
    return runs
  }

  /** The bytes of all runs; good until the next `add`. */
  content(): Uint8Array {
    return this.#content.subarray(0, this.bytes)
  }

  clear(): void {
    this.#slots.length = this.#counts.length = this.bytes = 0
  }
}

const readSlots = delegate(
  'orujo.bulk.read',
  (core: Core, id: number, slot: number, count: number): Uint8Array => {
    const { base, elementBytes } = core.memory.directory.layout(id)
    const begin = base + slot * elementBytes
    return core.memory.ownHeap.u8.subarray(begin, begin + count * elementBytes)
  },
)

const writeSlots = delegate(
  'orujo.bulk.write',
  (core: Core, id: number, runs: Float64Array, bytes: Uint8Array): void => {
    const { base, elementBytes } = core.memory.directory.layout(id)
    const { u8 } = core.memory.ownHeap
    let at = 0
    for (let i = 0; i < runs.length; i += 2) {
      const count = runs[i + 1]! * elementBytes
      copyBytes(bytes, at, u8, base + runs[i]! * elementBytes, count)
      at += count
    }
  },
)

/** Definitions that every core needs for bulk transfer. */
export const bulkDefinitions = Object.freeze([readSlots, writeSlots])

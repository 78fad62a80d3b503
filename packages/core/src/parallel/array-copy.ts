/**
 * Filling and copying linear arrays: every core does the part that it holds.
 *
 * Suspends    both. A copy is no moment in time: what is written meanwhile may be copied or not.
 * Failure     ranges outside an array: ORUJO_BAD_ADDRESS.
 * Misuse      arrays of different types, or a range copied onto itself: InvariantError.
 */
import { record } from '../check.ts'
import type { Core } from '../delegate/core.ts'
import { delegate, task } from '../delegate/define.ts'
import { invariant } from '../errors.ts'
import { type ElementType, type ValueOf, sameType } from '../memory/element.ts'
import type { GlobalArray } from '../memory/global-array.ts'
import { StructView } from '../memory/view.ts'
import { BulkWriter, checkRange, slotsBefore } from './bulk.ts'
import { onAllCores } from './collective.ts'

/** Runs of elements copied before other tasks have a turn: about a millisecond. */
const RUNS_PER_TURN = 8192

export interface RangeOptions {
  /** First element. Default 0. */
  readonly begin?: number
  /** The element after the last. Default: the array's length. */
  readonly end?: number
}

export interface CopyOptions {
  /** First element to copy. Default 0. */
  readonly from?: number
  /** Where it goes. Default 0. */
  readonly to?: number
  /** How many. Default: all from `from` on. */
  readonly count?: number
}

const RANGE_OPTIONS: readonly string[] = Object.freeze([
  'begin',
  'end',
] satisfies (keyof RangeOptions)[])

const COPY_OPTIONS: readonly string[] = Object.freeze([
  'from',
  'to',
  'count',
] satisfies (keyof CopyOptions)[])

/** Sets elements to `value`. */
export async function memset<T extends ElementType>(
  core: Core,
  array: GlobalArray<T>,
  value: ValueOf<T>,
  options: RangeOptions = {},
): Promise<void> {
  record('memset()', options, RANGE_OPTIONS)
  const { begin = 0, end = array.length } = options
  checkRange(array, begin, end)
  await onAllCores(core, fillHere, array as GlobalArray, value, begin, end)
}

/**
 * Copies elements of `src` into `dst`, however each is dealt out: one message per pair of cores and
 * some 32 KiB. Where both are dealt out alike nothing is sent.
 */
export async function copyArray<T extends ElementType>(
  core: Core,
  dst: GlobalArray<T>,
  src: GlobalArray<T>,
  options: CopyOptions = {},
): Promise<void> {
  record('copyArray()', options, COPY_OPTIONS)
  const { from = 0, to = 0 } = options
  const count = options.count ?? src.length - from
  invariant(
    sameType(dst.type, src.type),
    `An array of ${src.type.name} cannot be copied into one of ${dst.type.name}.`,
  )
  checkRange(src, from, from + count)
  checkRange(dst, to, to + count)
  const isApart = dst.id !== src.id || to + count <= from || from + count <= to
  invariant(isApart || count === 0, 'copyArray cannot copy a range onto a part of itself.')
  await onAllCores(core, copyHere, dst as GlobalArray, src as GlobalArray, from, to, count)
}

const fillHere = delegate(
  'orujo.array.fill',
  (core: Core, array: GlobalArray, value: unknown, begin: number, end: number): void => {
    const { layout } = array
    const first = slotsBefore(layout, core.id, begin)
    const last = slotsBefore(layout, core.id, end)
    if (first === last) return
    const view = array.local(core)
    // The caller's types have seen to it that the value is of the array's type.
    if (!(view instanceof StructView)) view.fill(value as never, first, last)
    else {
      view.set(first, value as never)
      const { u8 } = core.memory.ownHeap
      const at = layout.base + first * layout.elementBytes
      const bytes = (last - first) * layout.elementBytes
      // Twice as much each time.
      for (let done = layout.elementBytes; done < bytes; done *= 2) {
        u8.copyWithin(at + done, at, at + Math.min(done, bytes - done))
      }
    }
  },
)

const copyHere = task(
  'orujo.array.copy',
  async (
    core: Core,
    dst: GlobalArray,
    src: GlobalArray,
    from: number,
    to: number,
    count: number,
  ) => {
    const { layout } = src
    const { elementBytes, elementsPerBlock, cores } = layout
    const begin = slotsBefore(layout, core.id, from)
    const end = slotsBefore(layout, core.id, from + count)
    if (begin === end) return
    const { u8 } = core.memory.ownHeap
    const byteOf = (slot: number): number => layout.base + slot * elementBytes
    const isAlike =
      layout.blockBytes === dst.layout.blockBytes && (to - from) % (elementsPerBlock * cores) === 0
    if (isAlike) {
      const slot = slotsBefore(dst.layout, core.id, to)
      u8.copyWithin(dst.layout.base + slot * elementBytes, byteOf(begin), byteOf(end))
      return
    }
    const writer = new BulkWriter(core, dst)
    let runs = 0
    for (let slot = begin; slot < end;) {
      const next = Math.min(end, slot + elementsPerBlock - (slot % elementsPerBlock))
      const index = layout.globalIndex(core.id, slot)
      writer.put(to + index - from, next - slot, u8, byteOf(slot))
      slot = next
      if (writer.isFull) await writer.flush()
      else if (++runs % RUNS_PER_TURN === 0) await core.yield()
    }
    await writer.flush()
  },
)

/** Definitions that every core needs for filling and copying. */
export const arrayCopyDefinitions = Object.freeze([fillHere, copyHere])

/**
 * Vector protocol: the messages of vectors. As protocol.md has it for objects, with a stretch of a
 * run in the place of an object.
 *
 * Ordering    the owner of a range is told of its new place, and has said so, before the old one is
 *             freed.
 */
import { delegate, free, task, type Core, type GlobalArray } from '@orujo/core'
import { homeOf, type ObjectId } from './object-id.ts'
import { noteOf } from './place-note.ts'
import { runsOf } from './vector-runs.ts'
import { segmentsOf, type Segment } from './vector-segments.ts'

/** FETCH and DATA: bytes of a run, at its home. */
export const fetchStretch = delegate(
  'own.vector.fetch',
  (core: Core, id: ObjectId, offset: number, bytes: number): Uint8Array =>
    runsOf(core).bytes(id, offset, bytes),
)

/** DEALLOC and DROP: elements have left a run, and their owner knows. */
export const freeElements = delegate(
  'own.vector.free',
  (core: Core, id: ObjectId, count: number): void => runsOf(core).free(id, count),
)

/** WRITE_OWNER, answered by ACK: where the elements of a lent range are now. */
export const writeRange = delegate(
  'own.vector.write-owner',
  (core: Core, loan: number, words: Float64Array): void =>
    runsOf(core).lent(loan).update(segmentsOf(words)),
)

/** The vector that an array was made for has ended. */
export const freeArray = task(
  'own.vector.free-array',
  (core: Core, array: GlobalArray): Promise<void> => free(core, array),
)

/** This core's part of an array becomes a run, made at `place`; its id, or 0 if it is empty. */
export const registerPart = delegate(
  'own.vector.register',
  (core: Core, array: GlobalArray, place: string | undefined): ObjectId =>
    registerHere(core, array, place),
)

/**
 * As `registerPart`, after the part has been filled with the elements of a vector that lie
 * elsewhere now.
 */
export const pullPart = task(
  'own.vector.pull',
  async (
    core: Core,
    array: GlobalArray,
    words: Float64Array,
    place: string | undefined,
  ): Promise<ObjectId> => {
    const begin = array.layout.elementsPerBlock * core.id
    const end = begin + array.elementsOn(core.id)
    const pulls = segmentsOf(words).map(async (segment) => {
      const from = Math.max(begin, segment.begin)
      const to = Math.min(end, segment.end)
      if (from < to) await pull(core, array, segment, from, to)
    })
    await Promise.all(pulls)
    return registerHere(core, array, place)
  },
)

/** Bytes of a run elsewhere. Suspends. */
export async function fetchFrom(
  core: Core,
  id: ObjectId,
  offset: number,
  bytes: number,
): Promise<Uint8Array> {
  const { counts } = runsOf(core).store
  counts.fetches++
  const fetched = await core.call(fetchStretch, homeOf(id), id, offset, bytes)
  counts.fetchedBytes += bytes
  return fetched
}

function registerHere(core: Core, array: GlobalArray, place: string | undefined): ObjectId {
  const length = array.elementsOn(core.id)
  if (length === 0) return 0
  const run = runsOf(core).addPlaced(array.type, length, array.layout.base)
  run.madeAt = noteOf(place)
  return run.id
}

async function pull(
  core: Core,
  { layout }: GlobalArray,
  { id, begin, offset }: Segment,
  from: number,
  to: number,
): Promise<void> {
  const { elementBytes } = layout
  const runs = runsOf(core)
  const { store } = runs
  const source = offset + (from - begin) * elementBytes
  const bytes = (to - from) * elementBytes
  const target = layout.byteOffset(from)
  const { u8, buffer: own } = core.memory.ownHeap
  const buffer = runs.bufferOf(id)
  if (buffer === own && source === target) return
  if (buffer !== undefined) u8.set(new Uint8Array(buffer, source, bytes), target)
  else u8.set(await fetchFrom(core, id, source, bytes), target)
  store.counts.moves++
}

/**
 * Spilling: moves objects that may live anywhere from a full core to the most vacant one, while
 * their program runs. The feared races and why they do no harm: controller.md.
 *
 * Invariants  the object stays as it was, and can be used, until its owner points to the new home;
 *             nobody is ever refused it for that.
 * Failure     who has been changed, borrowed, moved or dropped meanwhile stays; the new home
 *             forgets what it was given.
 */
import type { Core } from '@orujo/core'
import { describe } from '@orujo/core/internal'
import { adopt, disown } from './controller-protocol.ts'
import type { Placer, SpillGoal } from './controller-core.ts'
import type { DecisionReason } from './controller-log.ts'
import { needOfTyped, needOfValue } from './controller-table.ts'
import { describeId } from './object-id.ts'
import { bytesOf } from './shape.ts'
import type { Resident, RoamingOwner, Store } from './store.ts'

/** Of values, which lie in no piece of the heap. */
const NO_PIECE = -1

/**
 * Moves objects away until `isEnough` or none is left that can go. Suspends.
 */
export async function spill(
  core: Core,
  placer: Placer,
  { why, pieceBytes, isEnough }: SpillGoal,
): Promise<void> {
  using guard = await placer.spilling.lock()
  void guard
  for (const owner of candidates(placer, pieceBytes)) {
    // suspends: others may have made room as well
    if (isEnough()) return
    await spillOne(core, placer, owner, why)
  }
}

/**
 * Who can go, in the order in which they should: first those of the piece of the heap, of the size
 * that is needed, that has most to move, because it may have nothing else; then large ones first.
 */
function candidates(placer: Placer, pieceBytes: number): RoamingOwner[] {
  const { store } = placer
  const free = [...store.roaming.values()].filter((owner) => placer.mayMove(owner))
  const found = free.map((owner) => {
    const resident = store.resident(owner.pointer.id)
    return { owner, bytes: sizeAtHome(resident), piece: pieceOf(store, resident, pieceBytes) }
  })
  const movable = new Map<number, number>()
  for (const { piece, bytes } of found) movable.set(piece, (movable.get(piece) ?? 0) + bytes)
  found.sort((first, second) => {
    if (first.piece === second.piece) return second.bytes - first.bytes
    const difference = movable.get(second.piece)! - movable.get(first.piece)!
    return difference !== 0 ? difference : first.piece - second.piece
  })
  return found.map(({ owner }) => owner)
}

/** Number of the piece of the heap that typed memory lies in, of pieces of a size. */
function pieceOf({ endpoint }: Store, { shape, offset }: Resident, pieceBytes: number): number {
  if (shape.kind !== 'typed') return NO_PIECE
  return Math.floor((offset - endpoint.memory.ownHeap.sharedBytes) / pieceBytes)
}

function sizeAtHome({ shape, measuredBytes }: Resident): number {
  return shape.kind === 'typed' ? bytesOf(shape) : measuredBytes
}

async function spillOne(
  core: Core,
  placer: Placer,
  owner: RoamingOwner,
  why: DecisionReason,
): Promise<void> {
  const { store, table } = placer
  // What must live here pushes others out, wherever they fit.
  const limit = why === 'makes-room' ? 1 : placer.highWater
  if (!placer.mayMove(owner)) return
  const { pointer } = owner
  const resident = store.resident(pointer.id)
  const bytes = packed(store, resident)
  if (bytes === undefined) return
  const { shape } = resident
  const isTyped = shape.kind === 'typed'
  const need = (isTyped ? needOfTyped : needOfValue)(bytes.byteLength)
  table.takeRow(core.id, placer.row())
  const target = table.choose(need, limit, (one) => one === core.id)
  if (target === undefined) return
  const figures = placer.figuresFor(target, need.bytes)
  const of = isTyped ? ([describe(shape.type), shape.length] as const) : undefined
  table.reserve(target, need)
  // suspends: anything may happen to the object
  const answer = await core.call(adopt, target, of, bytes, limit)
  if (answer instanceof Float64Array) {
    table.takeRow(target, answer)
    return
  }
  const [id, offset, before] = answer
  if (!placer.mayCommit(owner, pointer)) {
    core.send(disown, target, before, id)
    return
  }
  owner.update({ id, color: 0, offset })
  store.forget(resident)
  store.packing.forgetTied(resident.value)
  placer.decided('spill', why, describeId(pointer.id), target, figures)
}

/** The object as it travels; undefined if something in it cannot. */
function packed(store: Store, resident: Resident): Uint8Array | undefined {
  try {
    return store.bytesOf(resident)
  } catch {
    // Its program will hear of it when it sends the object; here it just stays.
    return undefined
  }
}

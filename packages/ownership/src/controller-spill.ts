/**
 * Spilling: moves objects that may live anywhere from a full core to the most vacant one, while
 * their program runs. The feared races and why they do no harm: controller.md.
 *
 * Invariants  the object stays as it was, and can be used, until its owner points to the new home;
 *             nobody is ever refused it for that.
 * Failure     who has been changed, borrowed, moved or dropped meanwhile stays; the new home forgets
 *             what it was given.
 */
import type { Core } from '@orujo/core'
import { describe } from '@orujo/core/internal'
import { adopt } from './controller-protocol.ts'
import type { Placer } from './controller-core.ts'
import type { DecisionReason } from './controller-log.ts'
import { needOfTyped, needOfValue } from './controller-table.ts'
import { describeId } from './object-id.ts'
import { freeOld } from './protocol.ts'
import { bytesOf } from './shape.ts'
import type { Resident, RoamingOwner, Store } from './store.ts'

/** Moves objects away, large ones first, until `isEnough` or none is left that can go. Suspends. */
export async function spill(
  core: Core,
  placer: Placer,
  why: DecisionReason,
  isEnough: () => boolean,
): Promise<void> {
  using guard = await placer.spilling.lock()
  void guard
  for (const owner of candidates(placer.store)) {
    // suspends: others may have made room as well
    if (isEnough()) return
    await spillOne(core, placer, owner, why)
  }
}

function candidates(store: Store): RoamingOwner[] {
  const sizeOf = ({ pointer }: RoamingOwner): number => sizeAtHome(store.resident(pointer.id))
  return [...store.roaming.values()]
    .filter(isFree)
    .sort((first, second) => sizeOf(second) - sizeOf(first))
}

/** Whether the owner alone says where its object is, and nobody uses it. */
function isFree({ state, container }: RoamingOwner): boolean {
  return state === 'free' && container === undefined
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
  const { store, table, highWater } = placer
  if (!isFree(owner)) return
  const { pointer } = owner
  const resident = store.resident(pointer.id)
  const bytes = packed(store, resident)
  if (bytes === undefined) return
  const { shape } = resident
  const isTyped = shape.kind === 'typed'
  const need = (isTyped ? needOfTyped : needOfValue)(bytes.byteLength)
  table.takeRow(core.id, placer.row())
  const target = table.choose(need, highWater, (one) => one === core.id)
  if (target === undefined) return
  const figures = placer.figuresFor(target, need.bytes)
  const of = isTyped ? ([describe(shape.type), shape.length] as const) : undefined
  // suspends: anything may happen to the object
  const answer = await core.call(adopt, target, of, bytes, highWater)
  if (answer instanceof Float64Array) {
    table.takeRow(target, answer)
    return
  }
  const [id, offset] = answer as readonly [number, number] // as adopt answers
  if (!isFree(owner) || owner.pointer !== pointer) {
    core.send(freeOld, target, id)
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

/**
 * Making objects, and starting tasks, whose place the program leaves open.
 *
 * Ordering    here while that keeps this core below its high-water mark, for which copies are
 *             evicted; then on the most vacant core that is below its own, by this core's table,
 *             and if that knows none by a new one; then wherever it fits; then here, once objects
 *             have been moved away. Without a controller: here.
 * Failure     ORUJO_MEMORY_EXHAUSTED when typed memory fits nowhere. Values fit everywhere.
 */
import { OrujoError, type Core, type CoreId, type ElementType, type ViewOf } from '@orujo/core'
import { describe } from '@orujo/core/internal'
import { bookOf } from './controller-book.ts'
import { placerOf, type Placer } from './controller-core.ts'
import type { DecisionReason } from './controller-log.ts'
import { makeArray, makeValue, survey } from './controller-protocol.ts'
import { needOfTyped, needOfValue, type Need } from './controller-table.ts'
import { own, ownArray, shapeOf } from './make.ts'
import type { Owned } from './owned.ts'
import { storeOf } from './stores.ts'

/**
 * `own` where there is room: on this core, or on the most vacant one. The controller may move the
 * object later, which its owner does not notice. Suspends if it lives elsewhere.
 */
export async function ownAnywhere<T>(core: Core, value: T): Promise<Owned<T>> {
  const placer = placerOf(core)
  if (placer === undefined) return leaveOpen(own(core, value))
  const { byteLength } = storeOf(core).packing.pack(value)
  const owned = await place(core, placer, needOfValue(byteLength), {
    subject: `a value of ${byteLength} bytes`,
    here: () => {
      const made = own(core, value)
      const { store, pointer } = made.hold
      store.measure(store.resident(pointer.id), byteLength)
      return made
    },
    there: (target) => core.call(makeValue, target, value, byteLength),
  })
  return owned as Owned<T> // of the value given
}

/**
 * `ownArray` where there is room, as `ownAnywhere`. ORUJO_MEMORY_EXHAUSTED if no core can take it.
 */
export async function ownArrayAnywhere<E extends ElementType>(
  core: Core,
  type: E,
  length: number,
): Promise<Owned<ViewOf<E>>> {
  const placer = placerOf(core)
  if (placer === undefined) return leaveOpen(ownArray(core, type, length))
  shapeOf(type, length) // throws if it is none
  const of = describe(type)
  const owned = await place(core, placer, needOfTyped(type.bytes * length), {
    subject: `${length} ${type.name}`,
    here: () => ownArray(core, type, length),
    there: (target, limit) => core.call(makeArray, target, of, length, limit),
  })
  return owned as Owned<ViewOf<E>> // of the type given
}

/**
 * The core on which a task should run that may run anywhere: the one with the fewest tasks, as far
 * as is known here. To be used at once: it counts as one more task there. Without a controller it
 * is this core.
 */
export function placeTask(core: Core): CoreId {
  const placer = placerOf(core) ?? bookOf(core)
  if (placer === undefined) {
    if (core.id !== core.host) return core.id
    return 0
  }
  const to = placer.tasks.place()
  const tasks = placer.tasks.loadOf(to) - 1
  const figures =
    core.id === core.host ? { tasks } : { tasks, tasksHere: placer.tasks.loadOf(core.id) }
  placer.log.add({
    what: 'task',
    why: 'least-loaded',
    subject: 'a task',
    from: core.id,
    to,
    figures,
  })
  return to
}

/** An owner of whatever. */
type Made = Pick<Owned<unknown>, 'hold'>

/** Ways to make one object. */
interface Making {
  readonly subject: string
  here(): Made
  /** A row of figures if it was refused there. */
  there(target: CoreId, limit: number): Promise<Made | Float64Array>
}

async function place(core: Core, placer: Placer, need: Need, making: Making): Promise<Made> {
  const { highWater } = placer
  const makeHere = (why: DecisionReason): Made => {
    const figures = placer.figuresFor(core.id, need.bytes)
    placer.decided('place', why, making.subject, core.id, figures)
    return leaveOpen(making.here())
  }
  placer.evictFor(need.bytes)
  if (placer.hasRoom(need, highWater)) return makeHere('room-here')
  const why = placer.reasonAgainst(need)
  const known = await placeThere(core, placer, need, making, { limit: highWater, why })
  if (known !== undefined) return known
  placer.table.take(await core.call(survey, core.host)) // suspends: all may have changed
  if (placer.hasRoom(need, highWater)) return makeHere('room-here')
  const found = await placeThere(core, placer, need, making, { limit: highWater, why })
  if (found !== undefined) return found
  if (placer.hasRoom(need, 1)) return makeHere('all-over-high-water')
  const beyond = { limit: 1, why: 'all-over-high-water' } as const
  const last = await placeThere(core, placer, need, making, beyond)
  if (last !== undefined) return last
  if (!need.isTyped) return makeHere('all-over-high-water')
  await placer.makeRoom(core, need.bytes)
  if (placer.hasRoom(need, 1)) return makeHere('makes-room')
  throw exhausted(core, placer, need, making)
}

/** On the most vacant core, then on the next, until one takes it. Suspends. */
async function placeThere(
  core: Core,
  placer: Placer,
  need: Need,
  making: Making,
  { limit, why }: { readonly limit: number; readonly why: DecisionReason },
): Promise<Made | undefined> {
  const refusing = new Set([core.id])
  placer.table.takeRow(core.id, placer.row())
  for (;;) {
    const target = placer.table.choose(need, limit, (one) => refusing.has(one))
    if (target === undefined) return undefined
    const figures = placer.figuresFor(target, need.bytes)
    placer.table.reserve(target, need)
    const answer = await making.there(target, limit)
    if (!(answer instanceof Float64Array)) {
      placer.decided('place', why, making.subject, target, figures)
      return answer
    }
    placer.table.takeRow(target, answer)
    refusing.add(target)
  }
}

/** From now on the controller may move the object. */
function leaveOpen<T extends Made>(owned: T): T {
  owned.hold.isRoaming = true
  owned.hold.store.noteRoaming(owned.hold)
  return owned
}

function exhausted(core: Core, placer: Placer, need: Need, making: Making): OrujoError {
  const used = Array.from({ length: core.cores }, (_, at) => {
    return `core ${at} uses ${placer.table.usedBytes(at)} of ${placer.table.capacityBytes(at)}`
  })
  return new OrujoError(
    'ORUJO_MEMORY_EXHAUSTED',
    `No core has room for ${making.subject}, ${need.bytes} bytes in a row: ${used.join('; ')}. ` +
      'Drop something, or launch with a larger heapBytes.',
    { core: core.id },
  )
}

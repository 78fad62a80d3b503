/**
 * Every rule of ownership, broken once in the middle of a random program: the call that breaks it is
 * refused with the right error, and nothing else has changed, so that the program goes on.
 */
import type { Core, Task } from '@orujo/core'
import {
  type Mut,
  type Owned,
  type OwnershipCode,
  type Ref,
  type ScopedTask,
  drop,
  lend,
  own,
  take,
  tie,
} from '@orujo/ownership'
import { failure } from '../support/machine.ts'
import { pick } from '../support/schedule.ts'
import type { Actor, Program } from './ownership-actor.ts'
import { type Content, type Item, type Thing, partsOf } from './ownership-world.ts'

/** A program whose tasks keep and use what they must not. */
export interface Misusing extends Program {
  /** Keeps what it is lent, in `kept`. */
  readonly keep: ScopedTask<[borrow: Ref<Content> | Mut<Content>], void>
  readonly kept: Ref<Content> | Mut<Content> | undefined
  /** What `useCaptured` does although nobody has sent it. */
  captured: (core: Core) => unknown
  readonly useCaptured: Task<[], void>
}

/** What is done to an owner by name. */
type Use = (core: Core, owned: Owned<Content>) => unknown

/** Breaks a rule, sees that it is refused, and puts all in order again. */
export type Violation = (actor: Actor, programs: Misusing) => Promise<void>

const BORROWS: readonly Use[] = Object.freeze([
  (core: Core, owned: Owned<Content>) => owned.read(core, () => undefined),
  (core: Core, owned: Owned<Content>) => owned.write(core, () => undefined),
  (core: Core, owned: Owned<Content>) => owned.borrow(core),
  (core: Core, owned: Owned<Content>) => owned.borrowMut(core),
])
const TRIES: readonly Use[] = Object.freeze([
  (core: Core, owned: Owned<Content>) => owned.tryBorrow(core),
  (core: Core, owned: Owned<Content>) => owned.tryBorrowMut(core),
])
const ENDS: readonly Use[] = Object.freeze([
  (core: Core, owned: Owned<Content>) => drop(core, owned),
  (_core: Core, owned: Owned<Content>) => take(owned),
])

async function refused(code: OwnershipCode, work: () => unknown): Promise<void> {
  const error = await failure(work)
  if (error?.name === 'OwnershipError' && error.code === code) return
  throw new Error(`not refused with ${code} but: ${String(error)}`, { cause: error })
}

/** An object that the task owns alone. */
function chosen(actor: Actor): Item {
  return pick(actor.schedule, actor.items)
}

/** A core that is not the task's own. */
function otherCore(actor: Actor): number {
  const { core } = actor
  return (core.id + 1 + actor.choose(core.cores - 1)) % core.cores
}

function send(actor: Actor, programs: Misusing, item: Item): Promise<Item[]> {
  return actor.core.call(programs.work, otherCore(actor), actor.seed(), 2, [item])
}

/** An object with another inside, which only its parts' names know. */
async function nested(actor: Actor): Promise<{ outer: Item; inner: Item }> {
  await actor.make()
  const inner = actor.items.at(-1)!
  actor.remove(inner)
  const uid = actor.world.unique()
  const stamp = actor.world.unique()
  actor.world.ghosts.set(uid, { isTyped: false, stamp, parts: [inner.uid] })
  const thing: Thing = { uid, stamp, parts: [inner] }
  const outer: Item = { uid, owned: own<Content>(actor.core, thing) }
  actor.take(outer)
  return { outer, inner }
}

function partOf(borrow: Ref<Content> | Mut<Content>): Owned<Content> {
  const content = ('view' in borrow ? borrow.view : borrow.value) as Content // never written here
  return partsOf(content)[0]!.owned
}

async function changed(
  core: Core,
  { owned }: Item,
  change: (parts: Item[]) => unknown,
): Promise<void> {
  await owned.write(core, (content) => {
    const thing = content as Thing // as `nested` makes it
    change(thing.parts)
  })
}

/** A borrow that the oracle counts. */
async function reading(
  { core, world }: Actor,
  { uid, owned }: Item,
): Promise<{ ref: Ref<Content>; end: () => void }> {
  world.count(core.id, uid, 'pending', 1)
  const ref = await owned.borrow(core)
  const end = (): void => {
    ref.release()
    world.count(core.id, uid, 'pending', -1)
  }
  return { ref, end }
}

export const VIOLATIONS: Readonly<Record<string, Violation>> = Object.freeze({
  'use after move': async (actor, programs) => {
    const item = chosen(actor)
    actor.remove(item)
    if (actor.choose(2) === 0) {
      actor.take({ uid: item.uid, owned: take(item.owned) })
    } else {
      for (const back of await send(actor, programs, item)) actor.take(back)
    }
    const uses: readonly Use[] = [...BORROWS, ...TRIES, ...ENDS, (_core, owned) => tie(owned)]
    await refused('OWN_MOVED', () => pick(actor.schedule, uses)(actor.core, item.owned))
    await refused('OWN_MOVED', () => send(actor, programs, item))
  },

  'use after drop': async (actor, programs) => {
    const item = chosen(actor)
    actor.remove(item)
    actor.drop(item)
    const uses: readonly Use[] = [...BORROWS, ...TRIES, (_core, owned) => take(owned)]
    await refused('OWN_DROPPED', () => pick(actor.schedule, uses)(actor.core, item.owned))
    await refused('OWN_DROPPED', () => send(actor, programs, item))
  },

  'double drop': async (actor) => {
    const item = chosen(actor)
    actor.remove(item)
    actor.drop(item)
    await refused('OWN_DROPPED', () => drop(actor.core, item.owned))
  },

  'drop, move or send while borrowed': async (actor, programs) => {
    const { core, world } = actor
    const item = chosen(actor)
    const end = await (async () => {
      if (actor.choose(2) === 0) return (await reading(actor, item)).end
      const mut = await item.owned.borrowMut(core)
      return () => mut.release()
    })()
    await refused('OWN_BORROWED', () => pick(actor.schedule, ENDS)(core, item.owned))
    await refused('OWN_BORROWED', () => send(actor, programs, item))
    await refused('OWN_BORROWED', () => own<Content>(core, { uid: 0, stamp: 0, parts: [item] }))
    await end()
    world.check()
  },

  'borrows that conflict': async (actor) => {
    const { core } = actor
    const item = chosen(actor)
    // Before the first has its answer, or after.
    const first = item.owned.borrowMut(core)
    if (actor.choose(2) === 0) await first
    await refused('OWN_BORROWED', () => pick(actor.schedule, BORROWS)(core, item.owned))
    const outcome = actor.choose(2) === 0 ? item.owned.tryBorrow(core) : undefined
    const { kind } = outcome ?? item.owned.tryBorrowMut(core)
    if (kind !== 'conflict') throw new Error(`outcome ${kind} beside an exclusive borrow`)
    await (await first).release()

    const { end } = await reading(actor, item)
    await refused('OWN_BORROWED', () => item.owned.borrowMut(core))
    end()
  },

  'use of what is lent exclusively': async (actor, programs) => {
    const { core, world } = actor
    const { uid, owned } = chosen(actor)
    const mut = await owned.borrowMut(core)
    world.lend(uid, mut.hold)
    const lent = lend(core, programs.write, otherCore(actor), mut, uid, actor.seed(), 2)
    await refused('OWN_BORROWED', () => mut.value)
    await refused('OWN_BORROWED', () => mut.release())
    await refused('OWN_BORROWED', () => pick(actor.schedule, BORROWS)(core, owned))
    for (const item of await lent) actor.take(item)
    world.comeBack(uid)
    await mut.release()
  },

  'use of a borrow after its end': async (actor) => {
    const { core } = actor
    const item = chosen(actor)
    const { ref, end } = await reading(actor, item)
    end()
    const mut = await item.owned.borrowMut(core)
    await refused('OWN_ESCAPED', () => ref.value)
    await mut.release()
    await refused('OWN_ESCAPED', () => mut.value)
    await refused('OWN_ESCAPED', () => mut.view)
  },

  'lending of what has ended': async (actor, programs) => {
    const item = chosen(actor)
    const { ref, end } = await reading(actor, item)
    end()
    const mut = await item.owned.borrowMut(actor.core)
    await mut.release()
    const target = otherCore(actor)
    const borrow = pick(actor.schedule, [ref, mut])
    await refused('OWN_ESCAPED', () => lend(actor.core, programs.keep, target, borrow))
  },

  'use of what was lent after its task': async (actor, programs) => {
    const { core } = actor
    const item = chosen(actor)
    const target = otherCore(actor)
    const mut = await item.owned.borrowMut(core)
    actor.world.lend(item.uid, mut.hold)
    await lend(core, programs.keep, target, mut)
    const { kept } = programs
    actor.world.comeBack(item.uid)
    programs.captured = () => kept!.value
    await refused('OWN_ESCAPED', () => core.call(programs.useCaptured, target))
    await mut.release()
  },

  'use of what is inside after the whole': async (actor) => {
    const { core } = actor
    const { outer } = await nested(actor)
    const { ref, end } = await reading(actor, outer)
    const inner = partOf(ref)
    end()
    await refused('OWN_ESCAPED', () => pick(actor.schedule, [...BORROWS, ...TRIES])(core, inner))
  },

  'end of the whole before what is inside': async (actor) => {
    const { core, world } = actor
    const { outer, inner } = await nested(actor)
    const mut = await outer.owned.borrowMut(core)
    const part = await partOf(mut).borrowMut(core)
    await refused('OWN_BORROWED', () => mut.release())
    await part.release()
    await mut.release()
    const { ref, end } = await reading(actor, outer)
    world.count(core.id, inner.uid, 'pending', 1)
    const inside = await partOf(ref).borrow(core)
    await refused('OWN_BORROWED', () => ref.release())
    inside.release()
    world.count(core.id, inner.uid, 'pending', -1)
    end()
  },

  'use on a core that does not own it': async (actor, programs) => {
    const { core } = actor
    const { owned } = chosen(actor)
    const use = pick(actor.schedule, [...BORROWS, ...TRIES, ENDS[0]!])
    programs.captured = (there) => use(there, owned)
    await refused('OWN_FOREIGN', () => core.call(programs.useCaptured, otherCore(actor)))
  },

  'a write of what is inside something shared': async (actor, programs) => {
    const { core } = actor
    const { outer } = await nested(actor)
    const { ref, end } = await reading(actor, outer)
    const inner = partOf(ref)
    const uses: readonly Use[] = [BORROWS[1]!, BORROWS[3]!, TRIES[1]!, ...ENDS]
    await refused('OWN_NESTED', () => pick(actor.schedule, uses)(core, inner))
    await refused('OWN_NESTED', () => send(actor, programs, { uid: 0, owned: inner }))
    end()
  },

  'a write of what is inside without the whole': async (actor) => {
    const { core } = actor
    const { inner } = await nested(actor)
    await refused('OWN_ESCAPED', () => pick(actor.schedule, BORROWS)(core, inner.owned))
    await refused('OWN_NESTED', () => take(inner.owned))
    await refused('OWN_NESTED', () => tie(inner.owned))
  },

  'an owner in two objects': async (actor) => {
    const { core } = actor
    const { inner } = await nested(actor)
    const twice = (): unknown => own<Content>(core, { uid: 0, stamp: 0, parts: [inner] })
    await refused('OWN_NESTED', twice)
    const other = await nested(actor)
    // Put there by a write it is found by the next who reads.
    actor.world.isChecking = false
    await changed(core, other.outer, (parts) => parts.push(inner))
    await refused('OWN_NESTED', () => other.outer.owned.borrow(core))
    await changed(core, other.outer, (parts) => parts.pop())
    actor.world.isChecking = true
  },
})

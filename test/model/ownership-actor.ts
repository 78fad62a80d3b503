/**
 * A task of a random ownership program: what it has, and whatever it may do next, which is asked of
 * a schedule of its own, so that a seed repeats the program as well as its interleaving.
 */
import { f64, type Core, type Task } from '@orujo/core'
import {
  type Mut,
  type Owned,
  type Ref,
  type ScopedTask,
  drop,
  lend,
  own,
  ownArray,
  take,
  tie,
} from '@orujo/ownership'
import { Store } from '#ownership/store.js'
import { type Schedule, pick } from '../support/schedule.ts'
import { type Content, type Item, type Thing, type World, partsOf } from './ownership-world.ts'

/** Objects inside one another, at most. */
export const MAX_HEIGHT = 3
/** Tasks that start tasks, and loans of loans. */
const MAX_DEPTH = 2
/** Exclusive borrows in a row. */
const BURSTS = Object.freeze([1, 1, 2, 5])

type Through<B> = ScopedTask<[borrow: B, uid: number, seed: number, depth: number], Item[]>

/** What all tasks of a program have in common. */
export interface Program {
  readonly world: World
  readonly pause: Task<[], void>
  readonly work: Task<[seed: number, depth: number, items: Item[]], Item[]>
  readonly read: Through<Ref<Content>>
  readonly write: Through<Mut<Content>>
  /** Notes that something was done. */
  count(what: string): void
}

/** A task, and the objects it has. */
export class Actor {
  readonly programs: Program
  readonly world: World
  readonly core: Core
  readonly schedule: Schedule
  readonly #depth: number
  items: Item[] = []
  /** Objects that others have for the moment. */
  #away: Promise<Item[]>[] = []

  constructor(programs: Program, core: Core, schedule: Schedule, depth: number) {
    this.programs = programs
    this.world = programs.world
    this.core = core
    this.schedule = schedule
    this.#depth = depth
  }

  take(item: Item): void {
    this.items.push(item)
    this.world.hold(item)
  }

  giveAll(): Item[] {
    const items = this.items
    this.items = []
    for (const { uid } of items) this.world.letGo(uid)
    return items
  }

  dropAll(): void {
    for (const item of this.giveAll()) this.drop(item)
  }

  async work(least = 3): Promise<void> {
    for (let steps = least + this.choose(2 * least); steps > 0; steps--) await this.#step()
    for (const items of await Promise.all(this.#away)) for (const item of items) this.take(item)
    this.#away = []
  }

  async #step(): Promise<void> {
    const item = this.items.length === 0 ? undefined : pick(this.schedule, this.items)
    if (item === undefined) return this.make()
    switch (this.choose(12)) {
      case 0:
        return this.make()
      case 1:
      case 2:
        return this.#read(item)
      case 3:
      case 4:
      case 5:
        // Several in a row use up the colours.
        for (let times = pick(this.schedule, BURSTS); times > 0; times--) {
          await this.#write(item, MAX_HEIGHT)
        }
        return
      case 6:
        return this.#move(item)
      case 7:
        if (this.choose(3) === 0) {
          this.remove(item)
          this.drop(item)
        }
        return
      case 8:
        Store.of(this.core).copies.clear()
        return
      default:
        return this.#send()
    }
  }

  async make(isTyped = this.choose(3) === 0): Promise<void> {
    const core = this.core
    const world = this.world
    const [uid, stamp] = [world.unique(), world.unique()]
    if (isTyped) {
      world.ghosts.set(uid, { isTyped, stamp, parts: [] })
      const owned = ownArray(core, f64, 3)
      await owned.write(core, (view) => view.set([uid, stamp]))
      this.take({ uid, owned: owned as unknown as Owned<Content> }) // one of its kinds
    } else {
      const parts = this.items.filter((item) => {
        return this.choose(2) === 0 && world.height(item.uid) < MAX_HEIGHT
      })
      for (const part of parts) {
        this.remove(part)
        if (this.choose(2) === 0) this.#tie(part)
      }
      world.ghosts.set(uid, { isTyped, stamp, parts: parts.map((part) => part.uid) })
      this.take({ uid, owned: own<Content>(core, { uid, stamp, parts }) })
    }
  }

  drop({ uid, owned }: Item): void {
    this.programs.count('drop')
    this.world.bury(uid)
    drop(this.core, owned)
  }

  #tie({ owned }: Item): void {
    this.programs.count('tie')
    tie(owned)
  }

  #move(item: Item): void {
    this.programs.count('move')
    this.remove(item)
    this.take({ uid: item.uid, owned: take(item.owned) })
  }

  remove(item: Item): void {
    this.items.splice(this.items.indexOf(item), 1)
    this.world.letGo(item.uid)
  }

  /** Some of the objects go to a task on another core and are back when `work` ends. */
  async #send(): Promise<void> {
    if (this.#depth === MAX_DEPTH) return this.#pause()
    this.programs.count('send')
    const core = this.core
    const items = this.items.filter(() => this.choose(2) === 0)
    for (const item of items) this.remove(item)
    const target = this.choose(core.cores)
    const back = core.call(this.programs.work, target, this.seed(), this.#depth + 1, items)
    this.#away.push(back)
    // Its failure is noticed when `work` waits for it.
    back.catch(() => undefined)
    if (this.choose(2) === 0) await this.#pause()
  }

  async #pause(): Promise<void> {
    const core = this.core
    for (let turns = this.choose(3); turns > 0; turns--) await core.yield()
    if (this.choose(2) === 0) await core.call(this.programs.pause, this.choose(core.cores))
  }

  // Shared.

  async #read({ uid, owned }: Item): Promise<void> {
    const core = this.core
    this.programs.count(owned.hold.container === undefined ? 'read' : 'read inside')
    const world = this.world
    const readers = 1 + this.choose(2)
    const one = async (): Promise<void> => {
      world.count(core.id, uid, 'pending', 1)
      let ref = owned.tryBorrow(core)
      if (ref.kind === 'absent') ref = await owned.borrow(core)
      if (ref.kind !== 'borrowed') throw new Error(`object ${uid} is borrowed`)
      world.count(core.id, uid, 'pending', -1)
      world.count(core.id, uid, 'live', 1)
      await this.readThrough(ref as Ref<Content>, uid) // what tryBorrow gives
      world.count(core.id, uid, 'live', -1)
      ref.release()
    }
    await Promise.all(Array.from({ length: readers }, one))
  }

  /** Reads, again and again, and what is inside. */
  async readThrough(ref: Ref<Content>, uid: number): Promise<void> {
    const world = this.world
    world.verify(uid, ref.value)
    for (let steps = this.choose(4); steps > 0; steps--) {
      const parts = partsOf(ref.value as Content) // only read here
      const choice = this.choose(3)
      if (choice === 0) await this.#pause()
      else if (choice === 1 && parts.length > 0) await this.#read(pick(this.schedule, parts))
      else if (choice === 2 && this.#depth < MAX_DEPTH) await this.#lendShared(ref, uid)
      world.verify(uid, ref.value)
    }
  }

  async #lendShared(ref: Ref<Content>, uid: number): Promise<void> {
    this.programs.count(ref.hold.container === undefined ? 'lend' : 'lend what is inside')
    const core = this.core
    const world = this.world
    const target = this.choose(core.cores)
    for (const place of [core.id, target]) world.count(place, uid, 'pending', 1)
    await lend(core, this.programs.read, target, ref, uid, this.seed(), this.#depth + 1)
    for (const place of [core.id, target]) world.count(place, uid, 'pending', -1)
  }

  // Exclusive.

  /** `height`: of objects that may be inside, this one included. */
  async #write({ uid, owned }: Item, height: number): Promise<void> {
    const core = this.core
    this.programs.count(owned.hold.container === undefined ? 'write' : 'write inside')
    let mut = owned.tryBorrowMut(core)
    if (mut.kind === 'absent') mut = await owned.borrowMut(core)
    if (mut.kind !== 'borrowed') throw new Error(`object ${uid} is borrowed`)
    await this.writeThrough(mut, uid, height)
    await mut.release()
  }

  async writeThrough(mut: Mut<Content>, uid: number, height: number): Promise<void> {
    const world = this.world
    for (let steps = this.choose(4); steps > 0; steps--) {
      world.verify(uid, mut.view)
      await this.#change(mut, uid, height)
    }
    world.verify(uid, mut.view)
  }

  async #change(mut: Mut<Content>, uid: number, height: number): Promise<void> {
    const parts = partsOf(mut.view as Content) // to be written only by its own borrow
    switch (this.choose(9)) {
      case 0:
      case 1:
        return this.#stamp(mut, uid)
      case 2:
        return this.#pause()
      case 3:
        if (parts.length > 0) await this.#read(pick(this.schedule, parts))
        return
      case 4:
      case 5:
      case 6:
        if (parts.length > 0) await this.#write(pick(this.schedule, parts), height - 1)
        return
      case 7:
        if (this.#depth < MAX_DEPTH) await this.#lendExclusive(mut, uid)
        return
      default:
        if (this.choose(4) === 0) this.#takeOut(mut, uid)
        else this.#putIn(mut, uid, height)
    }
  }

  #stamp(mut: Mut<Content>, uid: number): void {
    this.programs.count('change')
    const stamp = this.world.unique()
    this.world.ghosts.get(uid)!.stamp = stamp
    const content = mut.value
    if (content instanceof Float64Array) content[1] = stamp
    else content.stamp = stamp
  }

  async #lendExclusive(mut: Mut<Content>, uid: number): Promise<void> {
    const core = this.core
    const world = this.world
    const { hold } = mut
    this.programs.count(hold.container === undefined ? 'lend out' : 'lend out what is inside')
    if (hold.loan !== undefined) this.programs.count('lend out what was lent')
    world.lend(uid, hold)
    const target = this.choose(core.cores)
    const seed = this.seed()
    const items = await lend(core, this.programs.write, target, mut, uid, seed, this.#depth + 1)
    world.comeBack(uid)
    for (const item of items) this.take(item)
  }

  #putIn(mut: Mut<Content>, uid: number, height: number): void {
    const world = this.world
    const fitting = this.items.filter((item) => {
      return item.uid !== uid && world.height(item.uid) < height && item.owned.hold.state === 'free'
    })
    const ghost = world.ghosts.get(uid)!
    if (fitting.length === 0 || ghost.isTyped) return
    this.programs.count('put in')
    const item = pick(this.schedule, fitting)
    this.remove(item)
    ghost.parts.push(item.uid)
    if (this.choose(2) === 0) this.#tie(item)
    const thing = mut.value as Thing // as its ghost says
    thing.parts.push(item)
  }

  #takeOut(mut: Mut<Content>, uid: number): void {
    const ghost = this.world.ghosts.get(uid)!
    if (ghost.parts.length === 0) return
    this.programs.count('take out')
    const index = this.choose(ghost.parts.length)
    ghost.parts.splice(index, 1)
    const thing = mut.value as Thing // as its ghost says
    const [item] = thing.parts.splice(index, 1)
    this.take({ uid: item!.uid, owned: take(item!.owned) })
  }

  choose(count: number): number {
    return this.schedule.choose(count)
  }

  seed(): number {
    return this.choose(2 ** 30)
  }
}

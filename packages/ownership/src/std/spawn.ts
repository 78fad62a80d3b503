/**
 * Spawning: tasks that own what they are given. Owners and other handles in the arguments move to
 * the task, and those in its result to whoever joins it, wherever the task runs.
 *
 * Ownership   on success the task's. If the spawn itself throws, everything is still the caller's.
 *             What nobody joins, nobody has: join what gives owners back.
 * Failure     as `core.spawn`: the scope fails with the task, whether it is joined or not.
 */
import {
  anywhere,
  type Anywhere,
  type Core,
  type JoinHandle,
  type Target,
  type Task,
} from '@orujo/core'
import { bookOf } from '../controller-book.ts'
import { placerOf } from '../controller-core.ts'
import { placeTask } from '../controller-make.ts'
import type { Hold } from '../hold.ts'
import { homeOf } from '../object-id.ts'
import { handOver } from './hand-over.ts'

/** Chooses where a task runs whose program names no place. */
export type Placement = (core: Core) => Target | Anywhere

class Place {
  choose: Placement = byController
}

/** Something that has a place: an owner, a borrow, a shared handle, a global address, a core. */
export type Near = Target | { readonly hold: Hold }

/** Sets, for this core, where `spawn` runs tasks. Default: `placeTask`, or `anywhere` without it. */
export function placeSpawns(core: Core, choose: Placement): void {
  core.endpoint.state(Place, () => new Place()).choose = choose
}

/** Where the controller says; without one, here unless a core with nothing to do takes it first. */
function byController(core: Core): Target | Anywhere {
  const isControlled = (placerOf(core) ?? bookOf(core)) !== undefined
  return isControlled ? placeTask(core) : anywhere
}

/** Runs a task where there is time for it, with everything that `args` own. */
export function spawn<A extends unknown[], R>(
  core: Core,
  definition: Task<A, R>,
  ...args: A
): JoinHandle<R> {
  const { choose } = core.endpoint.state(Place, () => new Place())
  return spawnAt(core, choose(core), definition, args)
}

/**
 * Runs a task where an object lives: on its home. The object is not given to the task unless it is
 * among `args`.
 */
export function spawnTo<A extends unknown[], R>(
  core: Core,
  near: Near,
  definition: Task<A, R>,
  ...args: A
): JoinHandle<R> {
  return spawnAt(core, placeOf(near), definition, args)
}

function placeOf(near: Near): Target {
  if (typeof near === 'number' || 'core' in near) return near
  return homeOf(near.hold.pointer.id)
}

function spawnAt<A extends unknown[], R>(
  core: Core,
  place: Target | Anywhere,
  definition: Task<A, R>,
  args: A,
): JoinHandle<R> {
  const dst = typeof place === 'number' ? place : place.core
  if (dst !== core.id) return core.spawn(definition, place, ...args)
  // Refused at once, while everything is still the caller's.
  core.scope.checkOpen()
  core.endpoint.table.idOf(definition)
  return new LocalJoin(core, core.spawn(definition, dst, ...handOver(core, args)))
}

/** The result of a task of this core, handed over to who joins it. */
class LocalJoin<R> implements JoinHandle<R> {
  readonly #core: Core
  readonly #join: JoinHandle<R>
  #result: Promise<R> | undefined

  constructor(core: Core, join: JoinHandle<R>) {
    this.#core = core
    this.#join = join
  }

  join(): Promise<R> {
    if (this.#result === undefined) {
      this.#result = this.#take()
      // Whoever does not await it hears of a failure from the scope.
      this.#result.catch(ignore)
    }
    return this.#result
  }

  async #take(): Promise<R> {
    return handOver(this.#core, await this.#join.join())
  }
}

function ignore(): void {
  // As above.
}

/**
 * Lent round: every core lends its part of something to all others, works on the parts of all, and
 * gets its own back when everybody is done. It is a barrier as well.
 *
 * States      round r is open from when its first part arrives until all parts are back.
 * Invariants  all cores go through the same rounds. Nobody lends for round r + 2 before this core
 *             has ended round r, because it waits for its part of r + 1, which is lent until this
 *             core has ended that. So two places, by parity, are enough.
 * Access      home core only; `take` is called by the scoped task that carries a part.
 * Ownership   parts stay their owners'; a reference lives as long as the round.
 * Failure     a core whose work fails does not end its round: the run ends as a deadlock, unless
 *             the failure ends it first.
 * Bounds      cores^2 calls a round; the bytes of a part travel once to each other locale's core.
 */
import { CompletionEvent, type Core, type CoreId } from '@orujo/core'
import type { Owned, Ref } from '@orujo/ownership'

/** Lends a part to `target`; resolves when that is done with it. */
export type Offer<T> = (target: CoreId, parity: number, part: Ref<T>) => Promise<void>

interface Round<T> {
  readonly parts: Ref<T>[]
  /** Parts that are still to come. */
  readonly arrived: CompletionEvent
  /** Completed when this core is done with the parts. */
  readonly ended: CompletionEvent
}

export class LentRound<T> {
  readonly #others: number
  readonly #rounds: readonly [Round<T>, Round<T>]
  #number = 0

  constructor(cores: number) {
    this.#others = cores - 1
    this.#rounds = [makeRound(this.#others), makeRound(this.#others)]
  }

  /** Takes the part of a core. Resolves when this core is done with it. */
  async take(parity: number, from: CoreId, part: Ref<T>): Promise<void> {
    const { parts, arrived, ended } = this.#rounds[parity === 0 ? 0 : 1]
    parts[from] = part
    arrived.complete()
    await ended.wait()
  }

  /** Goes through a round: lends `owner` to all, and does `work` with the parts by core. */
  async share<R>(
    core: Core,
    owner: Owned<T>,
    offer: Offer<T>,
    work: (parts: readonly Ref<T>[]) => R | Promise<R>,
  ): Promise<R> {
    const parity = this.#number++ % 2 === 0 ? 0 : 1
    using own = await owner.borrow(core)
    this.#rounds[parity].parts[core.id] = own
    const others = Array.from({ length: core.cores }, (_, target) => target).filter(
      (target) => target !== core.id,
    )
    const loans = others.map((target) => offer(target, parity, own))
    const [result] = await Promise.all([this.#work(parity, work), ...loans])
    return result
  }

  async #work<R>(parity: 0 | 1, work: (parts: readonly Ref<T>[]) => R | Promise<R>): Promise<R> {
    const { parts, arrived, ended } = this.#rounds[parity]
    await arrived.wait()
    arrived.enroll(this.#others)
    const result = await work(parts)
    ended.complete()
    ended.enroll()
    return result
  }
}

function makeRound<T>(others: number): Round<T> {
  const round: Round<T> = {
    parts: [],
    arrived: new CompletionEvent(),
    ended: new CompletionEvent(),
  }
  round.arrived.enroll(others)
  round.ended.enroll()
  return round
}

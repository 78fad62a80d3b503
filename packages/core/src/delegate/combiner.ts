/**
 * Flat combiner: one task sends for all that queued behind it. Operations of this core's tasks on
 * one shared object are gathered into a batch, which travels as one message; the answer comes back
 * as one, and every operation gets its own part of it. Protocol, races, proof: combiner.md.
 *
 * States      of a round: open -> sealed -> in flight -> settled.
 * Invariants  one round is open at most; one is in flight unless rounds fill up; a waiter is woken
 *             by its own round only.
 * Access      the core (or host) it was made on.
 * Suspends    nothing here; `done` and `Answers.wait` return promises.
 * Ordering    rounds leave in the order in which they were opened, operations in that of joining.
 * Ownership   a batch belongs to the combiner from `open` until its `settle` or `fail` was called.
 * Failure     a round that cannot be sent, or whose call rejects, fails all its operations: who
 *             waits is rejected, who does not has its scope failed.
 * Bounds      MAX_IN_FLIGHT rounds are under way when combining; what a round may hold is the
 *             plan's to say; sealed rounds wait in memory, so producers heed `isCongested`.
 */
import type { Scope } from '../sync/scope.ts'
import type { Core } from './core.ts'
import type { Endpoint } from './endpoint.ts'

/**
 * Microtasks between the first operation of a round and its message: who was resumed together joins
 * together, also from inside an async function that awaits for them.
 */
const HOPS = 4
/** Rounds under way when they fill up: enough to keep a link busy, few enough to gather. */
const MAX_IN_FLIGHT = 4
/** The same where every operation is a round of its own. */
const MAX_SINGLE_IN_FLIGHT = 1024
/** Full rounds that wait to go before producers should pause. */
const MAX_SEALED = 4
/** Microtasks until who waits goes on: as for failed calls, see calls.ts. */
const LEAVE_HOPS = 5

/** What is combined, and how. `B`: operations gathered; `R`: the answer to all of them. */
export interface Combining<B, R> {
  /** Names the structure where its one-way operations fail. */
  readonly name: string
  /** An empty batch. */
  open(): B
  /**
   * Sends everything in `batch`, in one message as a rule, which it has written when it returns.
   * `core` belongs to no run: the rounds' scopes are kept active by the combiner.
   */
  send(core: Core, batch: B): Promise<R>
  /** Gives every operation its own answer. */
  settle(batch: B, answer: R): void
  /** Fails every operation. */
  fail(batch: B, error: Error): void
}

type Resolve = (value: unknown) => void

/** One batch and all who wait for it. Made by `FlatCombiner.join`. */
export class Round<B> {
  readonly batch: B
  /** The scope of the operation that joined last. */
  lastScope: Scope | undefined = undefined
  /** The scope of the last operation without a waiter. */
  lastFailing: Scope | undefined = undefined
  /** Scopes kept active, one entry for each stretch of operations. */
  readonly scopes: Scope[] = []
  /** Scopes that fail if the round does. */
  readonly failing = new Set<Scope>()
  #done: Promise<void> | undefined = undefined
  #resolve: (value?: Promise<never>) => void = ignore

  constructor(batch: B) {
    this.batch = batch
  }

  /** One promise for all operations of the round that need no answer of their own. */
  get done(): Promise<void> {
    return (this.#done ??= new Promise((resolve) => {
      this.#resolve = resolve
    }))
  }

  settle(): void {
    this.#resolve()
  }

  fail(error: Error): void {
    if (this.#done !== undefined) this.#resolve(Promise.reject(error))
  }
}

export class FlatCombiner<B, R> {
  readonly #endpoint: Endpoint
  readonly #plan: Combining<B, R>
  readonly #isCombining: boolean
  #open: Round<B> | undefined = undefined
  readonly #sealed: Round<B>[] = []
  #inFlight = 0
  #drained: Promise<void> | undefined = undefined
  #resolveDrained: () => void = ignore
  readonly #maxInFlight: number

  /** `isCombining` false: every operation is a round of its own and goes at once. */
  constructor(endpoint: Endpoint, plan: Combining<B, R>, isCombining = true) {
    this.#endpoint = endpoint
    this.#plan = plan
    this.#isCombining = isCombining
    this.#maxInFlight = isCombining ? MAX_IN_FLIGHT : MAX_SINGLE_IN_FLIGHT
  }

  /** Whether nothing is gathered, waiting or under way. */
  get isIdle(): boolean {
    return this.#open === undefined && this.#sealed.length === 0 && this.#inFlight === 0
  }

  /**
   * The round for an operation of `core`, whose scope waits for it. Add to its batch, then call
   * `added`, then ask for what to wait for, all before the next await.
   */
  join(core: Core): Round<B> {
    const round = this.#open ?? this.#begin()
    if (round.lastScope !== core.scope) this.#enter(round, core.scope)
    return round
  }

  /** As `join`, for an operation without a waiter: if the round fails, its scope does. */
  joinOneWay(core: Core): Round<B> {
    const round = this.join(core)
    if (round.lastFailing !== core.scope) {
      round.lastFailing = core.scope
      round.failing.add(core.scope)
    }
    return round
  }

  /** An operation was added to `round`. `isFull`: no more fit. */
  added(round: Round<B>, isFull: boolean): void {
    if (isFull || !this.#isCombining) this.#seal(round)
  }

  /** The batch that the next operation would be added to, if one is open: to match with. */
  get gathered(): B | undefined {
    return this.#open?.batch
  }

  /** Resolves when all that was gathered has been sent: messages sent then come after it. */
  flush(): Promise<void> {
    if (this.#open !== undefined) this.#seal(this.#open)
    return this.drain()
  }

  /** Whether many full rounds wait for others to come back: producers should `drain`. */
  get isCongested(): boolean {
    return this.#sealed.length >= MAX_SEALED
  }

  /** Resolves when no full round waits to go. All who ask share the promise. */
  drain(): Promise<void> {
    if (this.#sealed.length === 0) return Promise.resolve()
    return (this.#drained ??= new Promise((resolve) => {
      this.#resolveDrained = resolve
    }))
  }

  #begin(): Round<B> {
    const { ended } = this.#endpoint
    if (ended !== undefined) throw ended
    const round = new Round<B>(this.#plan.open())
    this.#open = round
    if (this.#inFlight === 0 && this.#isCombining) void this.#sendSoon(round)
    return round
  }

  #enter(round: Round<B>, scope: Scope): void {
    scope.checkOpen()
    this.#endpoint.scopes.enter(scope)
    round.scopes.push(scope)
    round.lastScope = scope
  }

  async #sendSoon(round: Round<B>): Promise<void> {
    // suspends: others join, and the round may be sealed because it is full
    for (let hops = 0; hops < HOPS; hops++) await undefined
    if (this.#open === round) this.#seal(round)
  }

  #seal(round: Round<B>): void {
    if (this.#open !== round) return
    this.#open = undefined
    this.#sealed.push(round)
    this.#pump()
  }

  #pump(): void {
    while (this.#sealed.length > 0 && this.#inFlight < this.#maxInFlight) {
      const round = this.#sealed.shift()!
      this.#inFlight++
      const failed = (error: unknown): void => this.#failed(round, error as Error)
      try {
        const root = this.#endpoint.scopes.root.context as Core // what makeCore made
        this.#plan.send(root, round.batch).then((answer) => this.#answered(round, answer), failed)
      } catch (error) {
        // Not here and now: those who wait have not begun to.
        Promise.reject(error as Error).catch(failed)
      }
    }
    if (this.#drained === undefined || this.#sealed.length > 0) return
    this.#drained = undefined
    this.#resolveDrained()
  }

  #answered(round: Round<B>, answer: R): void {
    this.#next()
    try {
      this.#plan.settle(round.batch, answer)
      round.settle()
    } catch (error) {
      this.#plan.fail(round.batch, error as Error)
      round.fail(error as Error)
    }
    void this.#leave(round)
  }

  #failed(round: Round<B>, error: Error): void {
    this.#next()
    this.#plan.fail(round.batch, error)
    round.fail(error)
    for (const scope of round.failing) {
      this.#endpoint.scopeFailed(scope, error, { kind: 'delegate', definition: this.#plan.name })
    }
    void this.#leave(round)
  }

  /** A round has come back: whoever relied on that goes now. */
  #next(): void {
    this.#inFlight--
    this.#pump()
    if (this.#inFlight === 0 && this.#open !== undefined) void this.#sendSoon(this.#open)
  }

  async #leave(round: Round<B>): Promise<void> {
    const { scheduler, scopes } = this.#endpoint
    scheduler.touch()
    // suspends: those who waited go on, while their scope is still kept active
    for (let hops = 0; hops < LEAVE_HOPS; hops++) await undefined
    for (const scope of round.scopes) scopes.leave(scope)
    scheduler.touch()
  }
}

/**
 * Answers: who waits for each operation of a batch, by its index: a task with a promise of its own,
 * or, for an operation without an answer, the scope that its failure fails.
 */
export class Answers {
  readonly #endpoint: Endpoint
  readonly #name: string
  readonly #waiters: (Resolve | Scope)[] = []
  #resolve: Resolve = ignore

  constructor(endpoint: Endpoint, name: string) {
    this.#endpoint = endpoint
    this.#name = name
  }

  /** Operations entered. */
  get length(): number {
    return this.#waiters.length
  }

  /** Enters an operation that is waited for. */
  wait(): Promise<unknown> {
    const promise = new Promise<unknown>(this.#capture)
    this.#waiters.push(this.#resolve)
    return promise
  }

  /** Enters an operation that is not. */
  oneWay(scope: Scope): void {
    this.#waiters.push(scope)
  }

  resolve(index: number, value: unknown): void {
    const waiter = this.#waiters[index]
    if (typeof waiter === 'function') waiter(value)
  }

  reject(index: number, error: unknown): void {
    const waiter = this.#waiters[index]!
    const thrown = error instanceof Error ? error : new Error(String(error), { cause: error })
    if (typeof waiter === 'function') waiter(Promise.reject(thrown))
    else {
      this.#endpoint.scopeFailed(waiter, thrown, { kind: 'delegate', definition: this.#name })
    }
  }

  /** Rejects those who wait; the round itself fails the scopes of the others. */
  rejectAll(error: Error): void {
    for (const waiter of this.#waiters) {
      if (typeof waiter === 'function') waiter(Promise.reject(error))
    }
  }

  // One for all operations: a closure in each would double what a waiter costs.
  readonly #capture = (resolve: Resolve): void => {
    this.#resolve = resolve
  }
}

function ignore(): void {
  // Nobody waits.
}

/**
 * Calls: the answers that this endpoint waits for.
 *
 * States      of a number: free -> open -> free, or open -> abandoned -> free.
 * Ownership   an open call keeps its scope active here, unless it is a spawned task's join.
 * Ordering    answers may come in any order; numbers are reused last in, first out.
 * Failure     `end` rejects every open call and refuses new ones, so that nothing waits for ever.
 * Bounds      one entry per call in flight; entries are reused, never freed.
 */
import { attachCallerStack, takeCallerStack } from '../message/wire-error.ts'
import type { Scope } from '../sync/scope.ts'
import type { ScopeTable } from '../sync/scopes.ts'
import { Join } from './join-handle.ts'

/** Microtasks until who awaits a failed call goes on: two in `failLater`, the rest to adopt it. */
const FAILURE_HOPS = 5

type Resolve = (value: unknown) => void
/** Who hears of an answer. */
type Waiter = Resolve | Join<unknown>

export class Calls {
  /** Number of the call that `open` made last. */
  last = 0
  readonly #scopes: ScopeTable
  readonly #waiters: Waiter[] = []
  readonly #scopeOf: (Scope | undefined)[] = []
  readonly #free: number[] = []
  #resolve: Resolve = ignore
  #abandoned = 0
  #end: Error | undefined = undefined

  constructor(scopes: ScopeTable) {
    this.#scopes = scopes
  }

  /** Calls in flight. */
  get openCount(): number {
    return this.#waiters.length - this.#free.length
  }

  /** Of these, calls that nobody waits for any more. */
  get abandonedCount(): number {
    return this.#abandoned
  }

  /** A new call, its number in `last`. `scope` stays active until the answer. */
  open(scope: Scope): Promise<unknown> {
    if (this.#end !== undefined) throw this.#end
    const promise = new Promise<unknown>(this.#capture)
    this.#enter(this.#resolve, scope)
    return promise
  }

  /**
   * A new call for the answer of a spawned task, its number in `last`. `scope` stays active until
   * the answer; undefined: none does.
   */
  openJoin(scope: Scope | undefined): Join<unknown> {
    if (this.#end !== undefined) throw this.#end
    const join = new Join<unknown>()
    this.#enter(join, scope)
    return join
  }

  /** Whether this call waits for an answer. */
  isOpen(call: number): boolean {
    return this.#waiters[call] !== undefined && this.#waiters[call] !== ignore
  }

  /** The answer is `value`. `src` >= 0: count the call as a message to `src` after all. */
  resolve(call: number, value: unknown, src: number): void {
    const waiter = this.#waiters[call]!
    this.#close(call, src)
    tell(waiter, value)
  }

  /** The answer is `error`; its stack gets the frames of those who wait for it. */
  reject(call: number, error: Error, src: number): void {
    const waiter = this.#waiters[call]!
    const scope = this.#scopeOf[call]
    // Whoever waits hears of it some microtasks from now: until then the scope goes on.
    if (scope !== undefined) this.#scopes.enter(scope)
    this.#close(call, src)
    tell(waiter, failLater(error))
    if (scope !== undefined) void this.#leaveLater(scope)
  }

  /** Nothing was sent for this call: its promise, which nobody has, stays unsettled. */
  cancel(call: number): void {
    this.#close(call, -1)
  }

  /**
   * Rejects the promise of a call that may yet be answered: its number stays in use until then, so
   * that a late answer meets nobody else.
   */
  abandon(call: number, error: Error): void {
    const waiter = this.#waiters[call]!
    this.#waiters[call] = forget
    this.#abandoned++
    tell(waiter, failLater(error, takeCallerStack))
  }

  /** Rejects everything, now and from now on. */
  end(error: Error): void {
    this.#end = error
    for (let call = 0; call < this.#waiters.length; call++) {
      const waiter = this.#waiters[call]!
      if (waiter === ignore) continue
      this.#waiters[call] = ignore
      tell(waiter, Promise.reject(error))
    }
  }

  #enter(waiter: Waiter, scope: Scope | undefined): void {
    const free = this.#free
    const call = free.length > 0 ? free.pop()! : this.#waiters.length
    this.last = call
    this.#waiters[call] = waiter
    this.#scopeOf[call] = scope
    if (scope !== undefined) this.#scopes.enter(scope)
  }

  #close(call: number, src: number): void {
    const scope = this.#scopeOf[call]
    if (this.#waiters[call] === forget) this.#abandoned--
    this.#waiters[call] = ignore
    this.#free.push(call)
    if (scope === undefined) return
    if (src >= 0) scope.counts[src]!++
    this.#scopes.leave(scope)
  }

  /** By counting, because a second reaction would hide who awaits from the stack trace. */
  async #leaveLater(scope: Scope): Promise<void> {
    for (let hops = 0; hops < FAILURE_HOPS; hops++) await undefined
    this.#scopes.leave(scope)
  }

  // Its twin is not kept: a call is rejected by resolving it with a promise that rejects.
  readonly #capture = (resolve: Resolve): void => {
    this.#resolve = resolve
  }
}

/**
 * Rejects with `error` two microtasks later. By then the call's promise has adopted this one's
 * fate, so that V8's asynchronous stack trace of an error made here names the functions that await
 * the call: the caller's stack, at no cost to calls that succeed.
 */
async function failLater(error: Error, useStack = attachCallerStack): Promise<never> {
  await undefined
  await undefined
  const callers: { stack?: string } = {}
  Error.captureStackTrace(callers, failLater)
  useStack(error, callers.stack)
  throw error
}

function tell(waiter: Waiter, answer: unknown): void {
  if (waiter instanceof Join) waiter.settle(answer)
  else waiter(answer)
}

/** Stands in for the promise of an abandoned call, and hears of its answer. */
function forget(answer: unknown): void {
  if (answer instanceof Promise) answer.catch(ignore)
}

function ignore(): void {
  // Stands in for a promise that is settled already.
}

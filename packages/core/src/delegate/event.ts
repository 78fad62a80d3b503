/**
 * Global completion event: the explicit form of a completion scope. Any task on any core may put
 * work under it and wait for it, phase after phase.
 *
 * States      quiet -> open (something enrolled, sent or spawned under it) -> quiet ...
 * Invariants  what a core enrolls by `enroll` is completed on that core, or by `completeAt` from
 *             another; work sent through `on(core)` completes by itself.
 * Access      sendable: the handle that arrives is bound to the core it arrives at.
 * Suspends    `wait` and `close`.
 * Ordering    waiters on one core resume in the order in which they began to wait.
 * Failure     failed work rejects those who wait, with all causes, and starts a clean phase.
 * Bounds      one slot at its home until `close`.
 * Source      Grappa's GlobalCompletionEvent; the protocol is ours, see sync/scopes.md.
 */
import { InvariantError, invariant } from '../errors.ts'
import type { sendableBrand } from '../memory/handle.ts'
import { codecExtension } from '../message/codec-extension.ts'
import type { CoreId } from '../place.ts'
import type { Scope } from '../sync/scope.ts'
import type { Core } from './core.ts'
import { delegate, task } from './define.ts'
import type { Endpoint } from './endpoint.ts'

export class GlobalCompletionEvent {
  declare readonly [sendableBrand]?: true
  /** Number by which other cores know the event. */
  readonly id: number
  readonly #endpoint: Endpoint

  /** Use `completionEvent(core)`. */
  constructor(endpoint: Endpoint, id: number) {
    this.#endpoint = endpoint
    this.id = id
  }

  /** Core that made the event. */
  get home(): CoreId {
    return this.#scope.home
  }

  /** `core` under this event: what is sent or spawned through it is waited for here. */
  on(core: Core): Core {
    return core.endpoint.scopes.at(this.id).context as Core
  }

  /** `count` more pieces of work will be completed on this core. */
  enroll(count = 1): void {
    checkCount('enroll', count)
    this.#endpoint.scopes.enroll(this.#scope, count)
  }

  /** `count` pieces of work enrolled on this core are finished. */
  complete(count = 1): void {
    checkCount('complete', count)
    this.#endpoint.scopes.complete(this.#scope, count)
  }

  /** `count` pieces of work enrolled on `core` are finished. */
  completeAt(core: CoreId, count = 1): void {
    checkCount('completeAt', count)
    const here = this.#scope.context as Core
    here.send(completeHere, core, this.id, count)
  }

  /**
   * Resolves when all work under the event that this core knows of is finished, wherever it runs;
   * at once if there is none. Rejects with WorkFailedError.
   */
  async wait(): Promise<void> {
    const { scopes } = this.#endpoint
    if (this.home === this.#endpoint.id) return scopes.wait(this.#scope)
    const root = scopes.root.context as Core
    await root.call(waitAtHome, this.home, this.id)
  }

  /**
   * Ends the event, when it is quiet, on the core that made it; later use throws ORUJO_SCOPE_ENDED.
   * Rejects with WorkFailedError for failures that nobody has been told of, and has ended it then.
   */
  async close(): Promise<void> {
    invariant(
      this.home === this.#endpoint.id,
      'A completion event is closed on the core that made it.',
    )
    try {
      await this.wait()
    } finally {
      // Failures are told once; the event is quiet all the same.
      if (this.#scope.active === 0) this.#endpoint.scopes.close(this.#scope)
    }
  }

  /** Looked up each time: an endpoint without work of the event may have forgotten it. */
  get #scope(): Scope {
    return this.#endpoint.scopes.at(this.id)
  }
}

/** A completion event with its home at `core`. It is aborted with the scope it was made in. */
export function completionEvent(core: Core): GlobalCompletionEvent {
  const scope = core.endpoint.scopes.open(core.scope, true)
  return new GlobalCompletionEvent(core.endpoint, scope.id)
}

const completeHere = delegate('orujo.event.complete', (core: Core, id: number, count: number) => {
  const { scopes } = core.endpoint
  scopes.complete(scopes.at(id), count)
})

const waitAtHome = task('orujo.event.wait', (core: Core, id: number) => {
  const { scopes } = core.endpoint
  return scopes.wait(scopes.at(id))
})

/** Definitions that every core needs for events. */
export const eventDefinitions = Object.freeze([completeHere, waitAtHome])

/** How an event travels: its number. */
export const eventExtension = codecExtension<Endpoint, GlobalCompletionEvent>({
  tag: 16,
  prototype: GlobalCompletionEvent.prototype,
  encode: (event, out) => out.integer(event.id),
  decode: (source, endpoint) => {
    return new GlobalCompletionEvent(endpoint, source.integer())
  },
})

function checkCount(verb: string, count: number): void {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new InvariantError(`${verb}(${count}): a count is needed.`)
  }
}

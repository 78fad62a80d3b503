/**
 * Shares: how many handles of one thing there are, over all cores, so that it ends with the last.
 * The protocol, the race it fears, and why it is safe: shares.md.
 *
 * States      of an entry: open (handles here, or lent to others) -> closed. At the root, where the
 *             thing was made, closing tells it.
 * Invariants  an entry is open exactly while it counts something; each but the root is counted by
 *             its parent.
 * Access      its own endpoint.
 * Bounds      one entry per thing that is used here, or was and is used through here.
 */
import { InvariantError, delegate, task, type Core, type CoreId } from '@orujo/core'
import type { Endpoint } from '@orujo/core/internal'
import { describeId, objectId, type ObjectId } from '../object-id.ts'

/** Number of a thing that many share: never used twice. */
export type ShareId = ObjectId

interface Entry {
  handles: number
  lent: number
  /** Undefined at the root. */
  readonly parent: CoreId | undefined
  /** At the root: nobody uses the thing any more. */
  readonly unused: ((core: Core) => void) | undefined
}

export class Shares {
  readonly #endpoint: Endpoint
  readonly #entries = new Map<ShareId, Entry>()
  #serial = 1

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint
  }

  static of({ endpoint }: { readonly endpoint: Endpoint }): Shares {
    return endpoint.state(Shares, () => new Shares(endpoint))
  }

  /** Things that are used here, or through here. */
  get size(): number {
    return this.#entries.size
  }

  /** Begins to count: one handle. `unused` is told when there is none any more. */
  open(unused: (core: Core) => void): ShareId {
    const id = objectId(this.#endpoint.id, this.#serial++)
    this.#entries.set(id, { handles: 1, lent: 0, parent: undefined, unused })
    return id
  }

  /** One more handle here, beside one that there is. */
  retain(id: ShareId): void {
    this.#entry(id).handles++
  }

  /** One less. */
  release(core: Core, id: ShareId): void {
    const entry = this.#entry(id)
    entry.handles--
    this.#close(core, id, entry)
  }

  /** A handle has left in a message. */
  sent(id: ShareId): void {
    const entry = this.#entry(id)
    entry.handles--
    entry.lent++
  }

  /** A handle has come from `src`. */
  arrived(id: ShareId, src: CoreId): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) {
      this.#entries.set(id, { handles: 1, lent: 0, parent: src, unused: undefined })
      return
    }
    entry.handles++
    // Decoding has no core of its own to speak through: this belongs to no run.
    const outside = this.#endpoint.scopes.root.context as Core // what makeCore made
    outside.send(returnShare, src, id)
  }

  /** What was lent has come back. */
  returned(core: Core, id: ShareId): void {
    const entry = this.#entry(id)
    entry.lent--
    this.#close(core, id, entry)
  }

  /**
   * Whether the only handle is the one here, or, if `isForChild`, below whom this was lent to. If
   * so, the thing is not counted any more, and is not told. Suspends elsewhere than at the root.
   */
  claim(core: Core, id: ShareId, isForChild: boolean): boolean | Promise<boolean> {
    const entry = this.#entry(id)
    const isOnly = isForChild
      ? entry.handles === 0 && entry.lent === 1
      : entry.handles === 1 && entry.lent === 0
    if (!isOnly) return false
    if (entry.parent !== undefined) return this.#claimAbove(core, id, entry.parent)
    this.#entries.delete(id)
    return true
  }

  async #claimAbove(core: Core, id: ShareId, parent: CoreId): Promise<boolean> {
    // suspends: nothing is added here, because the only handle is needed for the question
    const isOnly = await core.call(claimShare, parent, id)
    if (isOnly) this.#entries.delete(id)
    return isOnly
  }

  #close(core: Core, id: ShareId, entry: Entry): void {
    if (entry.handles > 0 || entry.lent > 0) return
    this.#entries.delete(id)
    if (entry.parent === undefined) entry.unused?.(core)
    else core.send(returnShare, entry.parent, id)
  }

  #entry(id: ShareId): Entry {
    const entry = this.#entries.get(id)
    if (entry !== undefined) return entry
    throw new InvariantError(`Core ${this.#endpoint.id} counts no shares of ${describeId(id)}.`)
  }
}

export const returnShare = delegate('own.share.return', (core: Core, id: ShareId): void => {
  Shares.of(core).returned(core, id)
})

export const claimShare = task('own.share.claim', (core: Core, id: ShareId) => {
  return Shares.of(core).claim(core, id, true)
})

/**
 * Transport: the contract between the cores and whatever carries their words.
 *
 * An endpoint has a link to every endpoint, itself included. A link is FIFO and bounded; being full
 * is an outcome of `RingWriter.reserve`, never an error. Words become visible to the other side
 * only after `publish`, and a parked endpoint reads them only after `wake`. Giving room back wakes
 * only a writer that has asked for it by `wantRoom`. Once an endpoint is lost or the transport is
 * closed every endpoint learns it from `state`; links then carry nothing of worth.
 */
import type { RingReader, RingWriter } from './ring.ts'

/** What `Transport.state` answers. */
export const RUNNING = 0
export const CLOSED = 1
export const LOST = 2

export interface Transport {
  /** This endpoint, 0 to endpoints - 1. Cores come first, the host is the last. */
  readonly endpoint: number
  readonly endpoints: number
  /** By destination. */
  readonly writers: readonly RingWriter[]
  /** By source. */
  readonly readers: readonly RingReader[]
  /** Wakes `dst` if it is parked. Call after `publish`. */
  wake(dst: number): void
  /** RUNNING, CLOSED or LOST. One shared load. */
  state(): number
  /** The endpoint that was lost; -1 if none was. */
  lostEndpoint(): number
  /** Announces a park of this endpoint; look for work and at `state` once more before `park`. */
  armPark(): void
  /** Takes the announcement back. */
  disarmPark(): void
  /**
   * After `armPark`: the next words that `dst` gives back wake this endpoint, once. Look for room
   * once more before `park`; whoever finds too little asks again.
   */
  wantRoom(dst: number): void
  /**
   * Resolves when woken; undefined if it was woken since `armPark`. May end without a reason, so
   * look for work again. Suspends.
   */
  park(): Promise<unknown> | undefined
}

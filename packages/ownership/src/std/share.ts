/**
 * Share: the part of a handle that is counted. Handles of Arcs, locks, atomics and senders have one
 * each.
 *
 * States      as Life. A copy is a share of its own.
 * Ownership   whoever has the handle drops it, or sends it on.
 */
import type { Core } from '@orujo/core'
import type { Endpoint, ValueSink, ValueSource } from '@orujo/core/internal'
import { describeId, homeOf } from '../object-id.ts'
import { requireOn } from '../wire.ts'
import { Life } from './life.ts'
import { Shares, type ShareId } from './shares.ts'

export class Share {
  readonly id: ShareId
  readonly life: Life
  readonly #shares: Shares
  readonly #kind: string

  /** `kind`: 'Arc', say. `id` is counted already. */
  private constructor(endpoint: Endpoint, kind: string, id: ShareId) {
    this.id = id
    this.#kind = kind
    this.#shares = Shares.of({ endpoint })
    this.life = new Life(endpoint, `${kind} of ${describeId(id)}`)
  }

  /** The first share of something made here, which `unused` tells of the end of the last. */
  static open(core: Core, kind: string, unused: (core: Core) => void): Share {
    return new Share(core.endpoint, kind, Shares.of(core).open(unused))
  }

  static decode(source: ValueSource, endpoint: Endpoint, kind: string): Share {
    const id = source.integer()
    const src = source.integer()
    Shares.of({ endpoint }).arrived(id, src)
    return new Share(endpoint, kind, id)
  }

  /** Where it was made. */
  get home(): number {
    return homeOf(this.id)
  }

  encode(sink: ValueSink): void {
    requireOn(sink.place, this.life.endpoint, this.life.name)
    this.life.requireLive('send')
    sink.integer(this.id)
    sink.integer(this.life.endpoint.id)
    sink.onSent(() => {
      this.life.end('moved')
      this.#shares.sent(this.id)
    })
  }

  /** One more, on the same core. */
  clone(): Share {
    this.life.requireLive('clone')
    this.#shares.retain(this.id)
    return new Share(this.life.endpoint, this.#kind, this.id)
  }

  /** The same share, for another handle. */
  take(): Share {
    this.life.requireLive('move')
    this.life.end('moved')
    return new Share(this.life.endpoint, this.#kind, this.id)
  }

  drop(core: Core): void {
    this.life.require('drop', core)
    this.life.end('dropped')
    this.#shares.release(core, this.id)
  }

  /** Keeps the thing for something that is under way, until `release`. */
  retain(verb: string, core: Core): void {
    this.life.require(verb, core)
    this.#shares.retain(this.id)
  }

  release(core: Core): void {
    this.#shares.release(core, this.id)
  }

  /** Whether this is the only share; then it is moved away, and nothing is told of it. */
  async claim(core: Core): Promise<boolean> {
    this.life.require('unwrap', core)
    this.life.work('tryUnwrap()')
    try {
      const isOnly = await this.#shares.claim(core, this.id, false)
      if (isOnly) this.life.end('moved')
      return isOnly
    } finally {
      this.life.rest()
    }
  }
}

/**
 * Arc: a value that many own and nobody changes. It is read like a shared borrow: where it lives in
 * place, elsewhere as a copy that is fetched once; it is freed with the last handle.
 *
 * States      of a handle: live -> moved | dropped; busy while `tryUnwrap` is under way.
 * Ownership   each handle is one share of the value (shares.md).
 * Failure     as of owners; a handle is not sent or dropped while it is borrowed: OWN_BORROWED.
 */
import type { Core, CoreId } from '@orujo/core'
import { codecExtension, type Endpoint, type sendableBrand } from '@orujo/core/internal'
import { type Ref } from '../borrow.ts'
import { COUNTED } from '../counted.ts'
import { Hold } from '../hold.ts'
import type { Absent, Conflict, SharedIn } from '../lent.ts'
import { own } from '../make.ts'
import { DROP, REQUIRE_GONE, TAKE, type Movable } from '../movable.ts'
import { homeOf } from '../object-id.ts'
import { Owned, cellOf } from '../owned.ts'
import { whileReading } from '../scoped.ts'
import { storeOf } from '../stores.ts'
import { decodePointing, encodePointing } from '../wire.ts'
import { Share } from './share.ts'

const KIND = 'Arc'

/** Makes a value that many can own, on this core: use it through the handles only. */
export function arc<T>(core: Core, value: T): Arc<T> {
  return shareOwned(core, own(core, value))
}

/** Gives an object up to whoever gets a handle: from now on nobody changes it. */
export function shareOwned<T>(core: Core, owned: Owned<T>): Arc<T> {
  const hold = cellOf(owned)
  hold.requireFree('share', core)
  const { store, shape, pointer } = hold
  hold.moveAway()
  const root = new Hold(store, shape, pointer)
  const share = Share.open(core, KIND, (last) => root.dropContents(last))
  return new Arc<T>(share, new Hold(store, shape, pointer))
}

/** One of the handles of a value that nobody changes. */
export class Arc<T> implements Movable<Arc<T>> {
  declare readonly [sendableBrand]?: true
  readonly [COUNTED] = true
  readonly #share: Share
  readonly #hold: Hold

  /** Use `arc`, `shareOwned` or `clone`. */
  constructor(share: Share, hold: Hold) {
    this.#share = share
    this.#hold = hold
  }

  /** Where the value lives. */
  get core(): CoreId {
    return homeOf(this.#hold.pointer.id)
  }

  /** For sending this. */
  get share(): Share {
    return this.#share
  }

  /** The cell behind the handle. */
  get hold(): Hold {
    return this.#hold
  }

  /**
   * Lends the value, shared, for as long as `work` takes. Fetches it first if it is elsewhere and
   * this core has no copy. Nothing of it may be kept or returned.
   */
  read<R>(core: Core, work: <L>(value: SharedIn<T, L>) => R | PromiseLike<R>): Promise<R> {
    return whileReading(this.borrow(core), work)
  }

  /** A shared borrow, until its `release`: `using ref = await arc.borrow(core)`. */
  async borrow(core: Core): Promise<Ref<T>> {
    return this.#asOwner(core).borrow(core)
  }

  /** A shared borrow at once, or why there is none. */
  tryBorrow(core: Core): Ref<T> | Absent | Conflict {
    return this.#asOwner(core).tryBorrow(core)
  }

  /** One more handle, on this core. Costs no message. */
  clone(): Arc<T> {
    const { store, shape, pointer } = this.#hold
    return new Arc<T>(this.#share.clone(), new Hold(store, shape, pointer))
  }

  /** Gives the handle up; the value is freed with the last. At most one message. */
  drop(core: Core): void {
    this.#share.life.require('drop', core)
    this.#hold.requireFree('drop', core)
    this.#hold.moveAway()
    this.#share.drop(core)
  }

  /**
   * The owner of the value, if this is the only handle, which is useless then. It may say no while
   * news of the end of another is still under way. Two messages if the value was shared elsewhere.
   */
  async tryUnwrap(core: Core): Promise<Owned<T> | undefined> {
    this.#hold.requireFree('unwrap', core)
    if (!(await this.#share.claim(core))) return undefined
    const { store, shape, pointer } = this.#hold
    this.#hold.moveAway()
    return new Owned<T>(new Hold(store, shape, pointer))
  }

  [TAKE](): Arc<T> {
    const hold = this.#hold
    this.#share.life.requireLive('move')
    hold.requireFree('move')
    const share = this.#share.take()
    hold.moveAway()
    return new Arc<T>(share, new Hold(hold.store, hold.shape, hold.pointer))
  }

  [DROP](core: Core): void {
    this.drop(core)
  }

  [REQUIRE_GONE](): void {
    this.#share.life.requireGone()
  }

  /** A way to the owner's borrows of this handle. */
  #asOwner(core: Core): Owned<T> {
    this.#share.life.require('borrow', core)
    return new Owned<T>(this.#hold)
  }
}

export const arcExtension = codecExtension<Endpoint, Arc<unknown>>({
  tag: 6,
  prototype: Arc.prototype,
  encode: ({ share, hold }, sink) => {
    hold.requireFree('send')
    share.encode(sink)
    encodePointing(hold, sink)
    sink.onSent(() => hold.moveAway())
  },
  decode: (source, endpoint) => {
    const share = Share.decode(source, endpoint, KIND)
    const { shape, pointer } = decodePointing(source)
    return new Arc(share, new Hold(storeOf({ endpoint }), shape, pointer))
  },
})

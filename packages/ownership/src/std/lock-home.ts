/**
 * Lock home: the queue of a lock, on the core that made it, and the pointer of the object that it
 * guards, which lives wherever its last writer was.
 *
 * States      free -> read (by some) -> free; free -> written (by one) -> free. Unused: no handle
 *             is left, and when it is free the object is dropped and this is forgotten.
 * Invariants  nobody is admitted before who waits longer; the pointer is the one that the last
 *             writer has left.
 * Ordering    first come, first served: readers that wait next to each other are let in together,
 *             one that comes after a waiting writer waits for it.
 * Suspends    `acquire` only.
 * Failure     an aborted wait leaves the queue and rejects with ORUJO_ABORTED.
 */
import { ObjectAddress, delegate, task, type Core, type Wait, type WaitSource } from '@orujo/core'
import { WaitQueue } from '@orujo/core/internal'
import type { Hold } from '../hold.ts'
import type { Pointer } from '../store.ts'

export type LockMode = 'read' | 'write'

/** A pointer as it travels. */
export type SentPointer = readonly [id: number, color: number, offset: number]

export class LockHome implements WaitSource {
  #pointer: Pointer
  #readers = 0
  #isWritten = false
  #isUnused = false
  readonly #drop: (core: Core, pointer: Pointer) => void
  readonly #queue = new WaitQueue<LockMode, Pointer>('a lock', () => this.#admitWaiting())

  /** `drop`: frees the object, and this. */
  constructor({ pointer }: Hold, drop: (core: Core, pointer: Pointer) => void) {
    this.#pointer = pointer
    this.#drop = drop
  }

  /** Where the object is, once the lock is held; the holder tells what has become of it. */
  acquire(core: Core, mode: LockMode): Pointer | Promise<Pointer> {
    const isNext = this.#queue.size === 0 && this.#isOpenFor(mode) && !core.scope.isAborted
    return isNext ? this.#admit(mode) : this.#queue.wait(mode, core.signal)
  }

  /** The same if nobody has to be waited for. */
  tryAcquire(mode: LockMode): Pointer | undefined {
    const isNext = this.#queue.size === 0 && this.#isOpenFor(mode)
    return isNext ? this.#admit(mode) : undefined
  }

  releaseRead(core: Core): void {
    this.#readers--
    this.#released(core)
  }

  /** `pointer`: where the writer has left the object. */
  releaseWrite(core: Core, pointer: Pointer): void {
    this.#pointer = pointer
    this.#isWritten = false
    this.#released(core)
  }

  /** The last handle is gone. What is still held ends first. */
  unused(core: Core): void {
    this.#isUnused = true
    if (this.#isOpenFor('write')) this.#drop(core, this.#pointer)
  }

  addWaits(found: Wait[]): void {
    this.#queue.addWaits(found)
  }

  #released(core: Core): void {
    if (this.#isUnused) this.unused(core)
    else this.#admitWaiting()
  }

  #admitWaiting(): void {
    for (;;) {
      const mode = this.#queue.first
      if (mode === undefined || !this.#isOpenFor(mode)) return
      this.#queue.grant(this.#admit(mode))
    }
  }

  #isOpenFor(mode: LockMode): boolean {
    return !this.#isWritten && (mode === 'read' || this.#readers === 0)
  }

  #admit(mode: LockMode): Pointer {
    if (mode === 'read') this.#readers++
    else this.#isWritten = true
    return this.#pointer
  }
}

/** Resolves with where the object is when the lock is held. */
export async function acquire(
  core: Core,
  address: ObjectAddress<LockHome>,
  mode: LockMode,
): Promise<Pointer> {
  const { raw, core: home } = address
  if (home === core.id) return address.local(core).acquire(core, mode)
  return received(await core.call(acquireHere, home, raw, mode))
}

/** The same, or undefined if somebody would have to be waited for. */
export async function tryAcquire(
  core: Core,
  address: ObjectAddress<LockHome>,
  mode: LockMode,
): Promise<Pointer | undefined> {
  const { raw, core: home } = address
  if (home === core.id) return address.local(core).tryAcquire(mode)
  const sent = await core.call(tryAcquireHere, home, raw, mode)
  return sent === undefined ? undefined : received(sent)
}

/** Ends a holding. One message, and nothing to wait for: the next holder is admitted at home. */
export function release(
  core: Core,
  address: ObjectAddress<LockHome>,
  mode: LockMode,
  { id, color, offset }: Pointer,
): void {
  if (core.endpoint.ended !== undefined) return
  const { raw, core: home } = address
  if (mode === 'read') core.send(releaseReadHere, home, raw)
  else core.send(releaseWriteHere, home, raw, id, color, offset)
}

export const acquireHere = task(
  'own.lock.acquire',
  (core: Core, raw: number, mode: LockMode): SentPointer | Promise<SentPointer> => {
    const pointer = lockAt(core, raw).acquire(core, mode)
    return pointer instanceof Promise ? pointer.then(sent) : sent(pointer)
  },
)

export const tryAcquireHere = task(
  'own.lock.try-acquire',
  (core: Core, raw: number, mode: LockMode): SentPointer | undefined => {
    const pointer = lockAt(core, raw).tryAcquire(mode)
    return pointer === undefined ? undefined : sent(pointer)
  },
)

export const releaseReadHere = delegate('own.lock.release-read', (core: Core, raw: number) => {
  lockAt(core, raw).releaseRead(core)
})

export const releaseWriteHere = delegate(
  'own.lock.release-write',
  (core: Core, raw: number, id: number, color: number, offset: number): void => {
    lockAt(core, raw).releaseWrite(core, { id, color, offset })
  },
)

function lockAt(core: Core, raw: number): LockHome {
  return new ObjectAddress<LockHome>(raw).local(core)
}

function sent({ id, color, offset }: Pointer): SentPointer {
  return [id, color, offset]
}

function received([id, color, offset]: SentPointer): Pointer {
  return { id, color, offset }
}

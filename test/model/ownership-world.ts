/**
 * The world of random ownership programs: what a sequential oracle knows of every object, who has
 * it, and the invariants I1 to I8 of the protocol, checked at every step by looking into all
 * stores of a cluster, which is all on one thread.
 *
 * I1 every object has one owner; I2 many readers or one writer; I3 a key means the same bytes for
 * ever; I4 an owner that nobody writes through has the newest key; I5 an exclusive borrow inside an
 * object goes with one of that; I6 copies count their readers; I7 no owner leads nowhere, and at
 * the end nothing is left; I8 a core fetches a key once.
 */
import type { Owned } from '@orujo/ownership'
import type { Hold } from '#ownership/hold.js'
import { homeOf } from '#ownership/object-id.js'
import type { Body } from '#ownership/body.js'
import type { Resident, Store } from '#ownership/store.js'

/** A value object; typed ones are `[uid, stamp, ...]`. */
export interface Thing {
  readonly uid: number
  stamp: number
  readonly parts: Item[]
}
export type Content = Thing | Float64Array

/** An owner, and which object the oracle takes it for. */
export interface Item {
  readonly uid: number
  readonly owned: Owned<Content>
}

/** What the oracle knows of an object. */
interface Ghost {
  readonly isTyped: boolean
  stamp: number
  readonly parts: number[]
}

/** An exclusive borrow that is lent. */
interface Loan {
  readonly hold: Hold
  /** Whether the borrower has lent it in turn. Then the lender is told when the borrower ends. */
  isPassedOn: boolean
}

interface Readers {
  live: number
  /** Borrows that begin or end. */
  pending: number
}

const NOBODY: Readers = Object.freeze({ live: 0, pending: 0 })

export class World {
  readonly ghosts = new Map<number, Ghost>()
  /** Not while a program has done what only its next step is refused for. */
  isChecking = true
  readonly #stores: readonly Store[]
  /** Owners in the hands of tasks. */
  readonly #held = new Map<number, Hold>()
  /** Exclusive borrows in the hands of those to whom they were lent. */
  readonly #borrowers = new Map<Hold, number>()
  /** By object: who has lent it exclusively, the last one last. */
  readonly #lenders = new Map<number, Loan[]>()
  /** By core and object; only those that are not 0. */
  readonly #readers: readonly Map<number, Readers>[]
  /** The bytes that each key was seen with. */
  readonly #keys = new Map<string, string>()
  #last = 0

  constructor(stores: readonly Store[]) {
    this.#stores = stores
    this.#readers = stores.map(() => new Map())
    for (const store of stores) this.#watch(store)
  }

  /** A number nobody else has. */
  unique(): number {
    return ++this.#last
  }

  hold({ uid, owned }: Item): void {
    if (this.#held.has(uid)) throw new Error(`I1: two tasks have object ${uid}`)
    this.#held.set(uid, owned.hold)
  }

  letGo(uid: number): void {
    if (!this.#held.delete(uid)) throw new Error(`the program does not have object ${uid}`)
  }

  /** Forgets an object and what is inside. */
  bury(uid: number): void {
    for (const part of this.ghosts.get(uid)!.parts) this.bury(part)
    this.ghosts.delete(uid)
  }

  /** Objects one inside the other, at most. */
  height(uid: number): number {
    return 1 + Math.max(0, ...this.ghosts.get(uid)!.parts.map((part) => this.height(part)))
  }

  /** Counts a borrow that begins or ends on `core`, or one that is live. */
  count(core: number, uid: number, kind: keyof Readers, by: 1 | -1): void {
    const here = this.#readers[core]!
    const readers = here.get(uid) ?? { live: 0, pending: 0 }
    here.set(uid, readers)
    readers[kind] += by
    if (readers.live === 0 && readers.pending === 0) here.delete(uid)
  }

  lend(uid: number, hold: Hold): void {
    const loans = this.#lenders.get(uid) ?? []
    this.#lenders.set(uid, loans)
    const last = loans.at(-1)
    if (last !== undefined) last.isPassedOn = true
    loans.push({ hold, isPassedOn: false })
  }

  comeBack(uid: number): void {
    this.#lenders.get(uid)!.pop()
  }

  borrow(uid: number, hold: Hold): void {
    this.#borrowers.set(hold, uid)
  }

  giveBack(hold: Hold): void {
    this.#borrowers.delete(hold)
  }

  /** An exclusive borrow has ended that was lent: its lender knows what has become of the object. */
  checkPublished(uid: number, { pointer }: Hold): void {
    const known = this.#lenders.get(uid)!.at(-1)!.hold.pointer
    if (known.id === pointer.id && known.color === pointer.color) return
    throw new Error(`I4: the owner of object ${uid} has not been told`)
  }

  /** What a reader sees must be what was written last. */
  verify(uid: number, content: unknown): void {
    const ghost = this.ghosts.get(uid)!
    const seen = content as Content // what this program put there
    if (uidOf(seen) !== uid) throw new Error(`object ${uidOf(seen)} instead of ${uid}`)
    if (stampOf(seen) !== ghost.stamp) {
      throw new Error(`stale: object ${uid} has ${stampOf(seen)} and not ${ghost.stamp}`)
    }
    const parts = partsOf(seen)
    const isAlike = parts.length === ghost.parts.length
    if (isAlike && parts.every((part, i) => part.uid === ghost.parts[i])) return
    const found = parts.map((part) => part.uid).join()
    throw new Error(`stale: object ${uid} has parts ${found}, not ${ghost.parts.join()}`)
  }

  /** The invariants that hold between any two steps. */
  check(): void {
    if (!this.isChecking) return
    const seen = new Set<number>()
    const visit = (uid: number, hold: Hold): void => this.#visit(uid, hold, seen, visit)
    for (const [uid, hold] of this.#held) visit(uid, hold)
    for (const [hold, uid] of this.#borrowers) visit(uid, hold)
    this.#checkBorrows()
  }

  /** When nothing is under way any more nobody reads. */
  checkQuiet(): void {
    this.check()
    for (const here of this.#readers) if (here.size > 0) throw new Error('the program reads still')
    if (this.#held.size > 0) throw new Error('the program has objects still')
  }

  #visit(
    uid: number,
    hold: Hold,
    seen: Set<number>,
    next: (uid: number, hold: Hold) => void,
  ): void {
    const { state, pointer, container } = hold
    const loan = this.#lenders.get(uid)?.find((one) => one.hold === hold)
    if (loan !== undefined) {
      if (!loan.isPassedOn) this.#residentOf(uid, hold)
      return
    }
    if (seen.has(pointer.id)) throw new Error(`I1: object ${uid} has two owners`)
    seen.add(pointer.id)
    const { value } = this.#residentOf(uid, hold)
    const content = value as Content // what this program put there
    if (state !== 'exclusive') {
      this.verify(uid, content)
      const bytes = this.#keys.get(`${pointer.id} ${pointer.color}`)
      if (bytes !== undefined && bytes !== describe(content)) {
        throw new Error(`I4: the owner of object ${uid} has a key of old bytes`)
      }
    } else if (container !== undefined && container.writer === undefined) {
      throw new Error(`I5: object ${uid} is written, and what it is part of is not`)
    }
    for (const part of partsOf(content)) next(part.uid, part.owned.hold)
  }

  #residentOf(uid: number, { pointer }: Hold): Resident {
    const store = this.#stores[homeOf(pointer.id)]!
    for (const resident of store.residents()) if (resident.id === pointer.id) return resident
    throw new Error(`I7: the owner of object ${uid} leads nowhere`)
  }

  #checkBorrows(): void {
    const written: number[] = []
    const read = new Set<number>()
    for (const store of this.#stores) {
      const counts = new Map<number, number>()
      for (const { value, readers, writer } of bodiesOf(store)) {
        if (readers === 0 && writer === undefined) continue
        const uid = uidOf(value as Content) // as above
        if (readers < 0) throw new Error(`I6: ${readers} readers of object ${uid}`)
        if (writer !== undefined) written.push(uid)
        if (readers === 0) continue
        read.add(uid)
        counts.set(uid, (counts.get(uid) ?? 0) + readers)
      }
      this.#checkCounts(store.here, counts)
    }
    for (const uid of written) if (read.has(uid)) throw new Error(`I2: object ${uid} is read, too`)
  }

  #checkCounts(core: number, counts: ReadonlyMap<number, number>): void {
    const here = this.#readers[core]!
    for (const [uid, count] of counts) {
      const { live, pending } = here.get(uid) ?? NOBODY
      if (count <= live + pending) continue
      throw new Error(`I6: ${count} readers of object ${uid} on core ${core}, not ${live}`)
    }
    for (const [uid, { live }] of here) {
      // Typed memory of a neighbour is read where it is, which leaves no trace in a store.
      if ((counts.get(uid) ?? 0) >= live || this.ghosts.get(uid)!.isTyped) continue
      throw new Error(`I6: object ${uid} has ${live} readers on core ${core}`)
    }
  }

  /** Sees every fetch and every copy of a core. */
  #watch({ copies, here }: Store): void {
    const { add, acquire } = copies
    const underWay = new Set<string>()
    copies.add = (id, color, contents) => {
      const key = `${id} ${color}`
      const bytes = describe(contents.value as Content) // what this program put there
      const known = this.#keys.get(key)
      if (known !== undefined && known !== bytes) {
        throw new Error(`I3: key ${key} is ${known} and ${bytes}`)
      }
      this.#keys.set(key, bytes)
      return add.call(copies, id, color, contents)
    }
    copies.acquire = (id, color, fetch) => {
      const key = `${id} ${color}`
      return acquire.call(copies, id, color, async () => {
        const isHere = copies.find(id, color) !== undefined
        if (isHere || underWay.has(key)) throw new Error(`I8: core ${here} fetches ${key} again`)
        underWay.add(key)
        try {
          return await fetch()
        } finally {
          underWay.delete(key)
        }
      })
    }
  }
}

export function partsOf(content: Content): readonly Item[] {
  return content instanceof Float64Array ? [] : content.parts
}

function uidOf(content: Content): number {
  return content instanceof Float64Array ? content[0]! : content.uid
}

function stampOf(content: Content): number {
  return content instanceof Float64Array ? content[1]! : content.stamp
}

/** The bytes of an object: what is inside is there as a key. */
function describe(content: Content): string {
  const parts = partsOf(content).map(({ uid, owned }) => {
    const { id, color } = owned.hold.pointer
    return `${uid} at ${id} ${color}`
  })
  return `${uidOf(content)}: ${stampOf(content)} [${parts.join()}]`
}

function* bodiesOf(store: Store): Iterable<Body> {
  yield* store.residents()
  yield* store.copies.copies()
}

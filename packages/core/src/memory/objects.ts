/**
 * Objects: JavaScript values that stay on one core and are named by slot, so that others can send
 * delegates to them. A symmetric object is one value per core, all in the same slot.
 *
 * An address is a 2D one whose 40 offset bits hold generation (16) and slot (24). The generation
 * is odd while the slot is live; a slot whose generations are used up is not used again, so that a
 * stale address never names another object.
 *
 * Access      the table: its own endpoint. SymmetricSlots: core 0.
 * Failure     a stale, foreign or made-up address is ORUJO_BAD_ADDRESS; removing twice is
 *             ORUJO_DOUBLE_FREE; no slot left is ORUJO_MEMORY_EXHAUSTED.
 * Bounds      SYMMETRIC_SLOTS symmetric objects, the rest of 2^24 slots for each core's own; a slot
 *             serves 2^15 objects one after another.
 */
import type { sendableBrand } from './handle.ts'
import { invariant, OrujoError } from '../errors.ts'
import type { CoreId } from '../place.ts'
import {
  badAddress,
  checkAddress,
  coreField,
  isSymmetric,
  isTwoDimensional,
  offsetField,
  OFFSET_LIMIT,
  symmetricAddress,
  twoDimensional,
  type RawAddress,
} from './address.ts'

const SLOT_LIMIT = 2 ** 24
const GENERATION_LIMIT = 2 ** 16
/** A symmetric object is a piece of a program's structure, not of its data: 2^16 are plenty. */
const SYMMETRIC_SLOTS = 2 ** 16
const FIRST_SYMMETRIC_SLOT = SLOT_LIMIT - SYMMETRIC_SLOTS

/** Anything that stands for one endpoint. */
export interface ObjectPlace {
  readonly memory: { readonly objects: ObjectTable }
}

/** The values that one endpoint holds. */
export class ObjectTable {
  readonly #core: CoreId
  /** The address of slot 0 in generation 0 of this endpoint, and of every endpoint. */
  readonly #ownBase: number
  readonly #everyBase = symmetricAddress(0)
  readonly #slots = new Slots(0, FIRST_SYMMETRIC_SLOT)
  readonly #values: unknown[] = []
  /** By slot - FIRST_SYMMETRIC_SLOT. Core 0's SymmetricSlots chooses slots and generations. */
  readonly #symmetricGenerations: number[] = []
  readonly #symmetricValues: unknown[] = []
  #size = 0

  constructor(core: CoreId) {
    this.#core = core
    this.#ownBase = twoDimensional(core, 0)
  }

  /** Values held, symmetric ones included. */
  get size(): number {
    return this.#size
  }

  /** Every value held here, in no particular order, and `undefined` for slots that are free. */
  *held(): Iterable<unknown> {
    yield* this.#values
    yield* this.#symmetricValues
  }

  /** Keeps `value` here until `remove`; its address works on every core. */
  put(value: unknown): RawAddress {
    const offset = this.#slots.reserve('objects on one core')
    this.#values[slotOf(offset)] = value
    this.#size++
    return this.#ownBase + offset
  }

  /** Keeps this core's own value of a symmetric object. `raw` is from SymmetricSlots.reserve. */
  putSymmetric(raw: number, value: unknown): void {
    const offset = this.#offset(raw)
    const place = slotOf(offset) - FIRST_SYMMETRIC_SLOT
    invariant(place >= 0, 'only an address from SymmetricSlots names a symmetric object')
    while (this.#symmetricGenerations.length < place) this.#symmetricGenerations.push(0)
    const generation = generationOf(offset)
    const current = this.#symmetricGenerations[place] ?? 0
    const isNew = isOdd(generation) && !isOdd(current) && generation > current
    invariant(isNew, `slot ${place} of symmetric objects is in use, or was released`)
    this.#symmetricGenerations[place] = generation
    this.#symmetricValues[place] = value
    this.#size++
  }

  /** The value at an address of this endpoint, or this endpoint's value of a symmetric object. */
  get(raw: number): unknown {
    const offset = this.#offset(raw)
    const slot = slotOf(offset)
    if (slot < FIRST_SYMMETRIC_SLOT) {
      if (this.#slots.isLive(offset)) return this.#values[slot]
    } else {
      const place = slot - FIRST_SYMMETRIC_SLOT
      const generation = generationOf(offset)
      if (isOdd(generation) && this.#symmetricGenerations[place] === generation) {
        return this.#symmetricValues[place]
      }
    }
    throw badAddress(`there is no object at this address of core ${this.#core}: it was released`)
  }

  /** Forgets the value and returns it. */
  remove(raw: number): unknown {
    const offset = this.#offset(raw)
    const slot = slotOf(offset)
    return slot < FIRST_SYMMETRIC_SLOT
      ? this.#removeOwn(offset, slot)
      : this.#removeSymmetric(offset, slot - FIRST_SYMMETRIC_SLOT)
  }

  #removeOwn(offset: number, slot: number): unknown {
    this.#slots.release(offset)
    const value = this.#values[slot]
    this.#values[slot] = undefined
    this.#size--
    return value
  }

  #removeSymmetric(offset: number, place: number): unknown {
    const generation = generationOf(offset)
    const current = this.#symmetricGenerations[place] ?? 0
    if (current !== generation || !isOdd(generation)) throw notLive(generation, current)
    const value = this.#symmetricValues[place]
    this.#symmetricGenerations[place] = generation + 1
    this.#symmetricValues[place] = undefined
    this.#size--
    return value
  }

  /** Generation and slot of an address that this endpoint can look up. */
  #offset(raw: number): number {
    const own = raw - this.#ownBase
    if (own >= 0 && own < OFFSET_LIMIT) return own
    const symmetric = raw - this.#everyBase
    const isSymmetricSlot = slotOf(symmetric) >= FIRST_SYMMETRIC_SLOT
    if (symmetric >= 0 && symmetric < OFFSET_LIMIT && isSymmetricSlot) return symmetric
    throw badAddress(`${raw} is no address of an object on core ${this.#core}: send to its home`)
  }
}

/** Slots of symmetric objects, for all cores. Core 0 has the only one. */
export class SymmetricSlots {
  readonly #slots = new Slots(FIRST_SYMMETRIC_SLOT, SYMMETRIC_SLOTS)

  /** Symmetric objects that are live. */
  get size(): number {
    return this.#slots.size
  }

  /** The address of a new symmetric object, for every core's `putSymmetric`. */
  reserve(): RawAddress {
    return symmetricAddress(this.#slots.reserve('symmetric objects'))
  }

  /** When every core has removed its value. */
  release(raw: number): void {
    if (!isSymmetric(checkAddress(raw))) throw badAddress('this is no symmetric object')
    this.#slots.release(offsetField(raw))
  }
}

/** Names one object on one core. Travels as `raw`. */
export class ObjectAddress<T = unknown> {
  declare readonly [sendableBrand]?: true
  readonly raw: RawAddress

  constructor(raw: number) {
    const isObject = isTwoDimensional(checkAddress(raw)) && !isSymmetric(raw)
    if (!isObject) throw badAddress(`${raw} is not the address of an object on one core`)
    this.raw = raw
  }

  /** The home. */
  get core(): CoreId {
    return coreField(this.raw)
  }

  equals(other: ObjectAddress): boolean {
    return this.raw === other.raw
  }

  /** The object, at its home; ORUJO_BAD_ADDRESS elsewhere. */
  local(place: ObjectPlace): T {
    // The table keeps values of any type; T is the type that was held when the address was made.
    return place.memory.objects.get(this.raw) as T
  }
}

/** Names one object per core, all alike. Travels as `raw`. */
export class SymmetricObject<T = unknown> {
  declare readonly [sendableBrand]?: true
  readonly raw: RawAddress

  constructor(raw: number) {
    if (!isSymmetric(checkAddress(raw))) throw badAddress(`${raw} is no symmetric object`)
    this.raw = raw
  }

  /** The object of the core of `place`. */
  local(place: ObjectPlace): T {
    // As in ObjectAddress.
    return place.memory.objects.get(this.raw) as T
  }

  /** The address of the object that `core` holds. */
  on(core: CoreId): ObjectAddress<T> {
    return new ObjectAddress(twoDimensional(core, offsetField(this.raw)))
  }
}

/** Slots of one range, each with the generation it is in. */
class Slots {
  readonly #first: number
  readonly #limit: number
  /** By slot - first: odd while live. */
  readonly #generations: number[] = []
  readonly #free: number[] = []
  #size = 0

  constructor(first: number, limit: number) {
    this.#first = first
    this.#limit = limit
  }

  get size(): number {
    return this.#size
  }

  /** Generation and slot of a slot that is live from now on. */
  reserve(what: string): number {
    const place = this.#free.pop() ?? this.#generations.length
    if (place >= this.#limit) {
      throw new OrujoError(
        'ORUJO_MEMORY_EXHAUSTED',
        `no slot is left of ${this.#limit} for ${what}, ${this.#size} are live; release some`,
      )
    }
    const generation = (this.#generations[place] ?? 0) + 1
    this.#generations[place] = generation
    this.#size++
    return generation * SLOT_LIMIT + this.#first + place
  }

  isLive(offset: number): boolean {
    const generation = generationOf(offset)
    return isOdd(generation) && this.#generations[slotOf(offset) - this.#first] === generation
  }

  release(offset: number): void {
    const place = slotOf(offset) - this.#first
    const generation = generationOf(offset)
    if (!this.isLive(offset)) throw notLive(generation, this.#generations[place] ?? 0)
    this.#generations[place] = generation + 1
    if (generation + 1 < GENERATION_LIMIT) this.#free.push(place)
    this.#size--
  }
}

function generationOf(offset: number): number {
  return Math.floor(offset / SLOT_LIMIT)
}

function slotOf(offset: number): number {
  return offset - generationOf(offset) * SLOT_LIMIT
}

function isOdd(generation: number): boolean {
  return generation % 2 === 1
}

function notLive(asked: number, current: number): OrujoError {
  if (!isOdd(asked) || asked > current) return badAddress('no object was ever at this address')
  return new OrujoError('ORUJO_DOUBLE_FREE', 'this object was released before; release it once')
}

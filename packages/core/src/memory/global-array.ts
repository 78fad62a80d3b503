/**
 * Handles of typed global memory: GlobalArray (linear, dealt out over all cores) and SymmetricArray
 * (one piece at the same offset on every core). They say where elements are and give a core its own
 * part as a view; reading and writing from afar is built on top of them.
 *
 * States      live -> freed, when the directory of the endpoint retires the handle.
 * Access      `local` on the core whose part it is; everything else anywhere, the host included.
 * Ownership   a handle owns nothing: freeing an array retires the handles of all endpoints. A view
 *             taken before that still sees the bytes, which may by then be another array's.
 * Failure     use of a freed array, or `local` on the host: ORUJO_BAD_ADDRESS.
 */
import type { sendableBrand } from './handle.ts'
import type { CoreId } from '../place.ts'
import { badAddress } from './address.ts'
import type { ElementType } from './element.ts'
import { GlobalAddress } from './global-address.ts'
import type { CoreHeap } from './heap.ts'
import type { LinearLayout } from './linear-layout.ts'
import type { ViewOf } from './view.ts'

/** Anything that stands for one endpoint: a Core, the first parameter of every body. */
export interface MemoryPlace {
  readonly memory: PlaceMemory
}

/** What handles need of an endpoint's memory; CoreMemory is one. */
export interface PlaceMemory {
  readonly core: CoreId
  /** Undefined on the host, which holds no part of any array. */
  readonly heap: CoreHeap | undefined
  readonly directory: {
    array(id: number): GlobalArray
    symmetric(id: number): SymmetricArray
  }
}

/** A linear array. Travels as `id`; each endpoint has one handle of its own per array. */
export class GlobalArray<T extends ElementType = ElementType> {
  declare readonly [sendableBrand]?: true
  readonly layout: LinearLayout<T>
  readonly id: number
  readonly length: number
  readonly type: T
  /** The endpoint whose part `#view` shows; both undefined until asked for and when freed. */
  #memory: PlaceMemory | undefined
  #view: ViewOf<T> | undefined

  constructor(layout: LinearLayout<T>) {
    this.layout = layout
    this.id = layout.id
    this.length = layout.length
    this.type = layout.type
  }

  get isFreed(): boolean {
    return this.layout.isFreed
  }

  /** The part that the core of `place` holds: element i of the array at `localIndex(i)`. */
  local(place: MemoryPlace): ViewOf<T> {
    const view = this.#view
    if (view !== undefined && place.memory === this.#memory) return view
    return this.#attach(place.memory)
  }

  /** Core that holds element `index`. Unchecked: `index` must be a whole number in the array. */
  home(index: number): CoreId {
    return this.layout.home(index)
  }

  /** Index of element `index` in its home's `local` view. Unchecked, as `home`. */
  localIndex(index: number): number {
    return this.layout.localIndex(index)
  }

  /** Index in the array of element `slot` of the part that `core` holds. */
  globalIndex(core: CoreId, slot: number): number {
    return this.layout.globalIndex(core, slot)
  }

  /** Length of the part that `core` holds. */
  elementsOn(core: CoreId): number {
    return this.layout.elementsOn(core)
  }

  /** Address of element `index`, 0 to length; ORUJO_BAD_ADDRESS for other indexes. */
  at(index: number): GlobalAddress<T> {
    this.checkLive()
    return new GlobalAddress(this.layout.addressOf(index), this.type, this.layout)
  }

  checkLive(): void {
    if (this.isFreed) throw freed('global array', this.id)
  }

  /** By the directory, when the array is freed. */
  retire(): void {
    this.layout.retire()
    this.#memory = this.#view = undefined
  }

  #attach(memory: PlaceMemory): ViewOf<T> {
    this.checkLive()
    const own = memory.directory.array(this.id)
    // One id means one array of one type, whichever endpoint's handle this is.
    if (own !== this) return own.local({ memory }) as ViewOf<T>
    const { layout } = this
    const length = layout.elementsOn(memory.core)
    const view = heapOf(memory).view(this.type, layout.base, length)
    this.#memory = memory
    this.#view = view
    return view
  }
}

/** A symmetric array. Travels as `id`; each endpoint has one handle of its own per array. */
export class SymmetricArray<T extends ElementType = ElementType> {
  declare readonly [sendableBrand]?: true
  readonly id: number
  /** In the heap of every core. */
  readonly byteOffset: number
  /** Elements on each core. */
  readonly length: number
  readonly type: T
  /** Of the first element, on every core. */
  readonly address: GlobalAddress<T>
  #isFreed = false
  #memory: PlaceMemory | undefined
  #view: ViewOf<T> | undefined

  constructor(shape: { id: number; byteOffset: number; length: number; type: T }) {
    this.id = shape.id
    this.byteOffset = shape.byteOffset
    this.length = shape.length
    this.type = shape.type
    this.address = GlobalAddress.symmetric(shape.byteOffset, shape.type)
  }

  get isFreed(): boolean {
    return this.#isFreed
  }

  /** The elements that the core of `place` holds. */
  local(place: MemoryPlace): ViewOf<T> {
    const view = this.#view
    if (view !== undefined && place.memory === this.#memory) return view
    return this.#attach(place.memory)
  }

  /** Address of the first of the elements that `core` holds. */
  on(core: CoreId): GlobalAddress<T> {
    this.checkLive()
    return this.address.on(core)
  }

  checkLive(): void {
    if (this.#isFreed) throw freed('symmetric array', this.id)
  }

  /** By the directory, when the array is freed. */
  retire(): void {
    this.#isFreed = true
    this.#memory = this.#view = undefined
  }

  #attach(memory: PlaceMemory): ViewOf<T> {
    this.checkLive()
    const own = memory.directory.symmetric(this.id)
    // As for linear arrays: one id, one type.
    if (own !== this) return own.local({ memory }) as ViewOf<T>
    const view = heapOf(memory).view(this.type, this.byteOffset, this.length)
    this.#memory = memory
    this.#view = view
    return view
  }
}

function heapOf(memory: PlaceMemory): CoreHeap {
  if (memory.heap !== undefined) return memory.heap
  throw badAddress('the host holds no part of a global array: call local on a core, or read it')
}

function freed(what: string, id: number): Error {
  return badAddress(`the ${what} ${id} was freed`)
}

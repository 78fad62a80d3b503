/**
 * Directory: what one endpoint knows of the arrays that are live: their layouts, and its own
 * handles. Core 0 tells every endpoint of each allocation and each free, in the order in which they
 * happen.
 *
 * Invariants  one handle per live array, so that an array that arrives in a message makes no
 *             object.
 * Failure     an id that is not live: ORUJO_BAD_ADDRESS. A handle of a freed array stays freed,
 *             even when its id is given out again.
 * Shared words  the heaps of the cores of one locale, `bufferOf`. A heap is its own core's, who
 *             needs nobody's leave; another core of the locale touches only such stretches of it as
 *             it was given the right to, by a layer that grants each stretch to one writer or to
 *             many readers at a time, its own core included: ownership. A right passes by message.
 *             Who gives it up has read and written before it sends; the ring publishes messages by
 *             an atomic store, and whoever receives has loaded that; so all the one did happens
 *             before all the other does, no two touch a stretch at once with a writer among them,
 *             and plain loads and stores are enough. A stretch so granted is neither freed nor
 *             reached by an address while it is out: that too is up to the layer.
 */
import { invariant } from '../errors.ts'
import type { CoreId } from '../place.ts'
import { allocationId, badAddress, checkAddress, isLinear, offsetField } from './address.ts'
import { fromDescription, type ElementType } from './element.ts'
import { GlobalAddress } from './global-address.ts'
import { GlobalArray, SymmetricArray, type PlaceMemory } from './global-array.ts'
import type { CoreHeap } from './heap.ts'
import { LinearLayout, type LinearDescription } from './linear-layout.ts'
import { ObjectTable } from './objects.ts'
import type { SymmetricDescription } from './shared-region.ts'

export class Directory {
  readonly #heap: CoreHeap | undefined
  /** By id; ids start at 1. */
  readonly #arrays: (GlobalArray | undefined)[] = [undefined]
  readonly #symmetric = new Map<number, SymmetricArray>()

  /** `heap`: this endpoint's own; undefined on the host. */
  constructor(heap: CoreHeap | undefined) {
    this.#heap = heap
  }

  /** A new linear array; this endpoint's part of it becomes zero. */
  addLinear(description: LinearDescription): GlobalArray {
    const layout = LinearLayout.from(description)
    invariant(this.#arrays[layout.id] === undefined, `the array ${layout.id} is live already`)
    const array = new GlobalArray(layout)
    while (this.#arrays.length < layout.id) this.#arrays.push(undefined)
    this.#arrays[layout.id] = array
    this.#heap?.clear(layout.base, layout.bytesPerCore)
    return array
  }

  /** The array has been freed. */
  removeLinear(id: number): void {
    this.array(id).retire()
    this.#arrays[id] = undefined
  }

  /** This endpoint's handle of a live array. */
  array(id: number): GlobalArray {
    const array = this.#arrays[id]
    if (array === undefined) throw unknown('linear array', id)
    return array
  }

  layout(id: number): LinearLayout {
    return this.array(id).layout
  }

  /** A new symmetric array; this endpoint's piece of it becomes zero. */
  addSymmetric(description: SymmetricDescription): SymmetricArray {
    const { id, offset, length } = description
    invariant(!this.#symmetric.has(id), `the symmetric array ${id} is live already`)
    const type = fromDescription(description.type)
    const array = new SymmetricArray({ id, byteOffset: offset, length, type })
    this.#symmetric.set(id, array)
    this.#heap?.clear(offset, length * type.bytes)
    return array
  }

  removeSymmetric(id: number): void {
    this.symmetric(id).retire()
    this.#symmetric.delete(id)
  }

  /** This endpoint's handle of a live symmetric array. */
  symmetric(id: number): SymmetricArray {
    const array = this.#symmetric.get(id)
    if (array === undefined) throw unknown('symmetric array', id)
    return array
  }

  /** An address that came as a number. A linear one must lie in a live array, or at its end. */
  address<T extends ElementType>(raw: number, type: T): GlobalAddress<T> {
    if (!isLinear(checkAddress(raw))) return new GlobalAddress(raw, type)
    const layout = this.layout(allocationId(raw))
    if (offsetField(raw) <= layout.totalBytes) return new GlobalAddress(raw, type, layout)
    throw badAddress(`byte ${offsetField(raw)} is past the end of the linear array ${layout.id}`)
  }
}

/** The heaps of all cores of a locale, which are numbered without a gap. */
export interface LocaleHeaps {
  readonly firstCore: CoreId
  readonly buffers: readonly ArrayBufferLike[]
}

/** All that an endpoint knows and holds of global memory. */
export class CoreMemory implements PlaceMemory {
  readonly core: CoreId
  readonly heap: CoreHeap | undefined
  readonly directory: Directory
  readonly objects: ObjectTable
  readonly #locale: LocaleHeaps

  /** Without `heap`: the host. `locale`: the heaps that this core shares, its own among them. */
  constructor(core: CoreId, heap?: CoreHeap, locale?: LocaleHeaps) {
    this.core = core
    this.heap = heap
    this.#locale = locale ?? { firstCore: core, buffers: heap === undefined ? [] : [heap.buffer] }
    invariant(this.bufferOf(core) === heap?.buffer, `the heap of core ${core} is not its locale's`)
    this.directory = new Directory(heap)
    this.objects = new ObjectTable(core)
  }

  /** This core's part of the heap; ORUJO_BAD_ADDRESS on the host, which has none. */
  get ownHeap(): CoreHeap {
    if (this.heap !== undefined) return this.heap
    throw badAddress('the host holds no part of the global heap: do this in a task on a core')
  }

  /**
   * The heap of a core of this one's locale, itself included; undefined of all others, of the host
   * and on the host. Only for a layer that grants rights to it: see above.
   */
  bufferOf(core: CoreId): ArrayBufferLike | undefined {
    return this.#locale.buffers[core - this.#locale.firstCore]
  }
}

function unknown(what: string, id: number): Error {
  return badAddress(`there is no ${what} ${id} here: it was freed, or is of another runtime`)
}

/**
 * Allocation: global arrays, symmetric memory, pieces and objects. Core 0 hands out the memory that
 * all cores share the layout of, and tells every endpoint before the handle is given out, so that a
 * handle is never ahead of its description.
 *
 * Ownership   whoever allocates frees, from any core.
 * Ordering    core 0 tells of a free before it can tell of the next use of the same memory, on the
 *             same links, so no core ever takes one for the other.
 * Failure     ORUJO_MEMORY_EXHAUSTED, ORUJO_STRADDLE, ORUJO_DOUBLE_FREE, ORUJO_BAD_ADDRESS.
 */
import { inspect } from 'node:util'

import { record } from '../check.ts'
import { type Core, type Target } from '../delegate/core.ts'
import { delegate, task } from '../delegate/define.ts'
import { allEnded, onCores } from '../delegate/on-cores.ts'
import { Reducer } from '../delegate/reducer.ts'
import { OrujoError } from '../errors.ts'
import {
  type ElementType,
  type TypeDescription,
  describe,
  fromDescription,
} from '../memory/element.ts'
import { GlobalAddress } from '../memory/global-address.ts'
import { GlobalArray, SymmetricArray } from '../memory/global-array.ts'
import type { LinearDescription } from '../memory/linear-layout.ts'
import { ObjectAddress, SymmetricObject, SymmetricSlots } from '../memory/objects.ts'
import { SharedRegion, type SymmetricDescription } from '../memory/shared-region.ts'
import type { AnyDefinition, Delegate } from '../message/definition.ts'
import type { CoreId } from '../place.ts'
import { allOf } from './collective.ts'

/** The core that hands out memory whose layout all cores share. */
const ALLOCATOR: CoreId = 0

export interface ArrayOptions {
  /** Bytes of a block: consecutive blocks lie on consecutive cores. Default 64. */
  readonly blockBytes?: number | 'contiguous'
}

const ARRAY_OPTIONS: readonly string[] = Object.freeze([
  'blockBytes',
] satisfies (keyof ArrayOptions)[])

/** What `free` takes. */
export type Freeable =
  GlobalArray | SymmetricArray | GlobalAddress | ObjectAddress | SymmetricObject | AnyReducer

/** A reducer, whatever it reduces. */
type AnyReducer = Reducer<unknown, never>

/** An array of `length` elements, zeroed, dealt out block by block to all cores. */
export async function globalArray<T extends ElementType>(
  core: Core,
  type: T,
  length: number,
  options: ArrayOptions = {},
): Promise<GlobalArray<T>> {
  record('globalArray()', options, ARRAY_OPTIONS)
  const id = await core.call(allocateLinear, ALLOCATOR, describe(type), length, options.blockBytes)
  return core.memory.directory.array(id) as unknown as GlobalArray<T>
}

/** `length` elements, zeroed, at the same place on every core. */
export async function symmetric<T extends ElementType>(
  core: Core,
  type: T,
  length = 1,
): Promise<SymmetricArray<T>> {
  const id = await core.call(allocateSymmetric, ALLOCATOR, describe(type), length)
  return core.memory.directory.symmetric(id) as unknown as SymmetricArray<T>
}

/** One object per core, made there by `make` (a `factory`, or a delegate), under one name. */
export async function symmetricObject<A extends unknown[], T>(
  core: Core,
  make: Delegate<A, T>,
  ...args: A
): Promise<SymmetricObject<T>> {
  const id = core.endpoint.table.idOf(make)
  const raw = await core.call(reserveSlot, ALLOCATOR)
  const calls = onCores(core, (dst) => core.call(makeObject, dst, raw, id, args))
  try {
    await allOf(calls)
  } catch (error) {
    const made = await Promise.allSettled(calls)
    const freeing = onCores(core, async (dst) => {
      if (made[dst]!.status === 'fulfilled') await core.call(freeObject, dst, raw)
    })
    await allEnded(freeing)
    await core.call(releaseSlot, ALLOCATOR, raw)
    throw error
  }
  return new SymmetricObject<T>(raw)
}

/** `count` elements, zeroed, side by side on the core `target`. */
export async function allocate<T extends ElementType>(
  core: Core,
  type: T,
  target: Target,
  count = 1,
): Promise<GlobalAddress<T>> {
  const home = typeof target === 'number' ? target : target.core
  const byteOffset = await core.call(allocateHere, home, describe(type), count)
  return GlobalAddress.twoDimensional(home, byteOffset, type)
}

/** Gives memory or an object back. Any core may; only once. */
export async function free(core: Core, what: Freeable): Promise<void> {
  if (what instanceof GlobalArray || what instanceof SymmetricArray) {
    // Asked here, because its number may be another array's by now.
    if (what.isFreed) {
      throw new OrujoError('ORUJO_DOUBLE_FREE', 'This array was freed before; free it once.')
    }
    await core.call(what instanceof GlobalArray ? freeLinear : freeSymmetric, ALLOCATOR, what.id)
  } else if (what instanceof GlobalAddress) {
    if (what.isLinear || what.isSymmetric) {
      throw new OrujoError(
        'ORUJO_BAD_ADDRESS',
        'This is the address of an element. Free the array that it belongs to.',
      )
    }
    await core.call(freeHere, what.core, what.byteOffset)
  } else if (what instanceof ObjectAddress) await core.call(freeObject, what.core, what.raw)
  else if (what instanceof SymmetricObject || what instanceof Reducer) {
    const { raw } = what instanceof Reducer ? what.object : what
    await allEnded(onCores(core, (dst) => core.call(freeObject, dst, raw)))
    await core.call(releaseSlot, ALLOCATOR, raw)
  } else {
    throw new OrujoError(
      'ORUJO_BAD_ADDRESS',
      `free() takes an array, an address or a symmetric object, got ${inspect(what)}.`,
    )
  }
}

/** Bytes in use and free: of the shared region (per core), and of each core's own part. */
export async function memoryUsage(core: Core): Promise<MemoryReport> {
  const [shared, own] = await Promise.all([
    core.call(sharedUsage, ALLOCATOR),
    allEnded(onCores(core, (dst) => core.call(ownUsage, dst))),
  ])
  return { shared, own }
}

export interface MemoryUsageOf {
  readonly bytes: number
  readonly bytesInUse: number
  readonly bytesFree: number
  readonly largestFree: number
}

export interface MemoryReport {
  readonly shared: MemoryUsageOf
  /** By core. */
  readonly own: readonly MemoryUsageOf[]
}

const allocateLinear = task(
  'orujo.allocate.linear',
  async (
    core: Core,
    type: TypeDescription,
    length: number,
    blockBytes: number | 'contiguous' | undefined,
  ): Promise<number> => {
    const description = allocatorOf(core).region.allocateLinear(
      fromDescription(type),
      length,
      blockBytes,
    )
    await everywhere(core, (dst) => core.call(addLinear, dst, description))
    return description.id
  },
)

const allocateSymmetric = task(
  'orujo.allocate.symmetric',
  async (core: Core, type: TypeDescription, length: number): Promise<number> => {
    const { region } = allocatorOf(core)
    const description = region.allocateSymmetric(fromDescription(type), length)
    await everywhere(core, (dst) => core.call(addSymmetric, dst, description))
    return description.id
  },
)

const freeLinear = task('orujo.free.linear', async (core: Core, id: number): Promise<void> => {
  allocatorOf(core).region.freeLinear(id)
  await everywhere(core, (dst) => core.call(removeLinear, dst, id))
})

const freeSymmetric = task(
  'orujo.free.symmetric',
  async (core: Core, id: number): Promise<void> => {
    allocatorOf(core).region.freeSymmetric(id)
    await everywhere(core, (dst) => core.call(removeSymmetric, dst, id))
  },
)

const addLinear = delegate(
  'orujo.directory.add-linear',
  (core: Core, description: LinearDescription): void => {
    core.memory.directory.addLinear(description)
  },
)

const addSymmetric = delegate(
  'orujo.directory.add-symmetric',
  (core: Core, description: SymmetricDescription): void => {
    core.memory.directory.addSymmetric(description)
  },
)

const removeLinear = delegate('orujo.directory.remove-linear', (core: Core, id: number): void => {
  core.memory.directory.removeLinear(id)
})

const removeSymmetric = delegate(
  'orujo.directory.remove-symmetric',
  (core: Core, id: number): void => {
    core.memory.directory.removeSymmetric(id)
  },
)

const reserveSlot = delegate('orujo.slot.reserve', (core: Core): number => {
  return allocatorOf(core).slots.reserve()
})

const releaseSlot = delegate('orujo.slot.release', (core: Core, raw: number): void => {
  allocatorOf(core).slots.release(raw)
})

const makeObject = delegate(
  'orujo.object.make',
  (core: Core, raw: number, id: number, args: readonly unknown[]): void => {
    const make: AnyDefinition = core.endpoint.table.definitions[id]!
    core.memory.objects.putSymmetric(raw, make.body(core, ...args))
  },
)

const freeObject = delegate('orujo.object.free', (core: Core, raw: number): void => {
  core.memory.objects.remove(raw)
})

const allocateHere = delegate(
  'orujo.allocate.here',
  (core: Core, type: TypeDescription, count: number): number => {
    return core.memory.ownHeap.allocate(fromDescription(type), count)
  },
)

const freeHere = delegate('orujo.free.here', (core: Core, byteOffset: number): void => {
  core.memory.ownHeap.free(byteOffset)
})

const sharedUsage = delegate('orujo.usage.shared', (core: Core): MemoryUsageOf => {
  return allocatorOf(core).region.usage()
})

const ownUsage = delegate('orujo.usage.own', (core: Core): MemoryUsageOf =>
  core.memory.ownHeap.usage(),
)

/** Definitions that every core needs for allocation. */
export const allocationDefinitions = Object.freeze([
  allocateLinear,
  allocateSymmetric,
  freeLinear,
  freeSymmetric,
  addLinear,
  addSymmetric,
  removeLinear,
  removeSymmetric,
  reserveSlot,
  releaseSlot,
  makeObject,
  freeObject,
  allocateHere,
  freeHere,
  sharedUsage,
  ownUsage,
])

/** What the allocating core keeps. */
class Allocator {
  readonly region: SharedRegion
  readonly slots = new SymmetricSlots()

  constructor(core: Core) {
    this.region = new SharedRegion(core.memory.ownHeap.sharedBytes, core.cores)
  }
}

function allocatorOf(core: Core): Allocator {
  return core.endpoint.state(Allocator, () => new Allocator(core))
}

/** On every core and the host. */
async function everywhere(core: Core, call: (dst: CoreId) => Promise<void>): Promise<void> {
  await allEnded([...onCores(core, call), call(core.host)])
}

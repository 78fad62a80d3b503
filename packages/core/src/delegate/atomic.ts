/**
 * Atomic operations on one element of global memory: ordinary delegates, run at the element's home,
 * where nothing else happens meanwhile. That is what makes them atomic.
 *
 * Failure     a freed, foreign or misaligned address: ORUJO_BAD_ADDRESS, thrown or rejected.
 */
import {
  type ElementType,
  F32,
  type TypeDescription,
  type ScalarType,
  type ValueOf,
  describe,
  fromDescription,
  scalarOf,
} from '../memory/element.ts'
import type { GlobalAddress } from '../memory/global-address.ts'
import type { CoreHeap } from '../memory/heap.ts'
import type { Core } from './core.ts'
import { delegate } from './define.ts'

type Scalar = number | bigint

/** The element at `address`. */
export function read<T extends ElementType>(
  core: Core,
  address: GlobalAddress<T>,
): Promise<ValueOf<T>> {
  address.check()
  const { type, byteOffset } = address
  const answer =
    type.kind === 'scalar'
      ? core.call(readScalar, address.core, type.code, byteOffset)
      : core.call(readStruct, address.core, describe(type), byteOffset)
  return answer as Promise<ValueOf<T>>
}

/** Stores `value` at `address`; resolves when it is there. */
export function write<T extends ElementType>(
  core: Core,
  address: GlobalAddress<T>,
  value: ValueOf<T>,
): Promise<void> {
  address.check()
  const { type, byteOffset } = address
  return type.kind === 'scalar'
    ? core.call(writeScalar, address.core, type.code, byteOffset, value as Scalar)
    : core.call(writeStruct, address.core, describe(type), byteOffset, value as object)
}

/** Adds `by` to the element at `address`; resolves with its value before. */
export function fetchAdd<T extends ScalarType>(
  core: Core,
  address: GlobalAddress<T>,
  by: ValueOf<T>,
): Promise<ValueOf<T>> {
  address.check()
  const { type, byteOffset } = address
  const answer = core.call(fetchAddScalar, address.core, type.code, byteOffset, by)
  return answer as Promise<ValueOf<T>>
}

/**
 * Stores `desired` if the element at `address` is `expected`, rounded as the element is; resolves
 * with whether it was.
 */
export function compareAndSwap<T extends ScalarType>(
  core: Core,
  address: GlobalAddress<T>,
  expected: ValueOf<T>,
  desired: ValueOf<T>,
): Promise<boolean> {
  address.check()
  const { type, byteOffset } = address
  return core.call(swapScalar, address.core, type.code, byteOffset, expected, desired)
}

/**
 * Adds `by` to the element at `address`, one-way: done when the scope of `core` has ended.
 *
 * @returns false above the high-water mark, as `core.send`
 */
export function increment<T extends ScalarType>(
  core: Core,
  address: GlobalAddress<T>,
  by: ValueOf<T>,
): boolean {
  address.check()
  const { type, byteOffset } = address
  return core.send(addScalar, address.core, type.code, byteOffset, by)
}

const readScalar = delegate(
  'orujo.read',
  (core: Core, code: number, byteOffset: number): Scalar => {
    return core.memory.ownHeap.load(scalarOf(code), byteOffset)
  },
)

const readStruct = delegate(
  'orujo.read.struct',
  (core: Core, type: TypeDescription, byteOffset: number): object => {
    return core.memory.ownHeap.load(fromDescription(type), byteOffset) as unknown as object
  },
)

const writeScalar = delegate(
  'orujo.write',
  (core: Core, code: number, byteOffset: number, value: Scalar): void => {
    core.memory.ownHeap.store(scalarOf(code), byteOffset, value)
  },
)

const writeStruct = delegate(
  'orujo.write.struct',
  (core: Core, type: TypeDescription, byteOffset: number, value: object): void => {
    core.memory.ownHeap.store(fromDescription(type), byteOffset, value as ValueOf<ElementType>)
  },
)

const fetchAddScalar = delegate(
  'orujo.fetch-add',
  (core: Core, code: number, byteOffset: number, by: Scalar): Scalar => {
    return add(core.memory.ownHeap, scalarOf(code), byteOffset, by)
  },
)

const addScalar = delegate(
  'orujo.add',
  (core: Core, code: number, byteOffset: number, by: Scalar): void => {
    add(core.memory.ownHeap, scalarOf(code), byteOffset, by)
  },
)

const swapScalar = delegate(
  'orujo.compare-and-swap',
  (core: Core, code: number, byteOffset: number, expected: Scalar, desired: Scalar): boolean => {
    const heap = core.memory.ownHeap
    const type = scalarOf(code)
    if (!isHeld(type, heap.load(type, byteOffset), expected)) return false
    heap.store(type, byteOffset, desired)
    return true
  },
)

/** Definitions that every core needs for atomic operations. */
export const atomicDefinitions = Object.freeze([
  readScalar,
  readStruct,
  writeScalar,
  writeStruct,
  fetchAddScalar,
  addScalar,
  swapScalar,
])

function add(heap: CoreHeap, type: ScalarType, byteOffset: number, by: Scalar): Scalar {
  const before: Scalar = heap.load(type, byteOffset)
  // Both are numbers or both bigints: the type of the element decided at the caller.
  const after = typeof before === 'bigint' ? before + BigInt(by) : before + Number(by)
  heap.store(type, byteOffset, after)
  return before
}

/** Whether an element that is `held` is what `expected` would be as an element. */
function isHeld(type: ScalarType, held: Scalar, expected: Scalar): boolean {
  const value = type.code === F32 ? Math.fround(Number(expected)) : expected
  return held === value || (Number.isNaN(held) && Number.isNaN(value))
}

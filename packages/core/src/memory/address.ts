/**
 * Addresses as 53-bit numbers, and Grappa's block-cyclic arithmetic on them. Pure functions: an
 * address travels as one number, and hot loops that compute with addresses make no objects.
 *
 *   2D      bit 52 = 1 | core 12 bits          | byte offset in that core's heap      40 bits
 *   linear  bit 52 = 0 | allocation id 12 bits | byte offset within the allocation    40 bits
 *
 * A symmetric address is a 2D one whose core field is all ones: the same offset on every core.
 * Id 0 is never given out, so small numbers, 0 first, are no addresses. JavaScript's bit operators
 * stop at 32 bits; everything here multiplies, divides and floors, exactly up to 2^53.
 *
 * Source      Grappa, Addressing.hpp: core, pointer, localize, block_min, block_max.
 */
import { OrujoError } from '../errors.ts'

/** Offsets are below this: 40 bits. */
export const OFFSET_LIMIT = 2 ** 40
/** The core field of a symmetric address. */
export const EVERY_CORE = 0xfff
/** Endpoints are 0 to 4094, as 4095 means every core; the host is the last of them. */
export const MAX_CORES = EVERY_CORE - 1
/** Linear allocations that can live at once: 12 bits, less the id 0. */
export const MAX_ALLOCATION_ID = 4095
/** Distribution unit of linear arrays, as in Grappa: a cache line. */
export const DEFAULT_BLOCK_BYTES = 64

const TWO_DIMENSIONAL = 2 ** 52
const FIRST_SYMMETRIC = TWO_DIMENSIONAL + EVERY_CORE * OFFSET_LIMIT
const FIELD_LIMIT = 2 ** 12

declare const flavor: unique symbol

/** An address in the format above. */
export type RawAddress = number & { readonly [flavor]?: 'address' }

/** How a linear allocation is dealt out: block after block, core after core. */
export interface Blocks {
  readonly blockBytes: number
  readonly cores: number
}

/** The address of byte `offset` in the heap of `core`. ORUJO_BAD_ADDRESS if a field overflows. */
export function twoDimensional(core: number, offset: number): RawAddress {
  return TWO_DIMENSIONAL + join('core', core, offset)
}

/** The address of byte `offset` in the heap of whichever core uses it. */
export function symmetricAddress(offset: number): RawAddress {
  return TWO_DIMENSIONAL + join('core', EVERY_CORE, offset)
}

/** The address of byte `offset` of the linear allocation `id`. */
export function linearAddress(id: number, offset: number): RawAddress {
  if (id === 0) throw badAddress('no linear allocation has the id 0')
  return join('allocation id', id, offset)
}

/** `raw` itself if it is an address at all; ORUJO_BAD_ADDRESS if not. */
export function checkAddress(raw: number): RawAddress {
  if (Number.isSafeInteger(raw) && raw >= OFFSET_LIMIT) return raw
  throw badAddress(`${raw} is not a global address: those are whole numbers from 2^40 to 2^53 - 1`)
}

export function isLinear(raw: RawAddress): boolean {
  return raw < TWO_DIMENSIONAL
}

/** True of symmetric addresses too. */
export function isTwoDimensional(raw: RawAddress): boolean {
  return raw >= TWO_DIMENSIONAL
}

export function isSymmetric(raw: RawAddress): boolean {
  return raw >= FIRST_SYMMETRIC
}

/** The core that a 2D address names; EVERY_CORE if it is symmetric. */
export function coreField(raw: RawAddress): number {
  return Math.floor((raw - TWO_DIMENSIONAL) / OFFSET_LIMIT)
}

/** The allocation that a linear address lies in. */
export function allocationId(raw: RawAddress): number {
  return Math.floor(raw / OFFSET_LIMIT)
}

/** Byte offset in the heap (2D) or within the allocation (linear). */
export function offsetField(raw: RawAddress): number {
  return raw - Math.floor(raw / OFFSET_LIMIT) * OFFSET_LIMIT
}

/** The address `bytes` further on; ORUJO_BAD_ADDRESS if that leaves the core or the allocation. */
export function addBytes(raw: RawAddress, bytes: number): RawAddress {
  const offset = offsetField(raw) + bytes
  if (offset >= 0 && offset < OFFSET_LIMIT && Number.isInteger(offset)) return raw + bytes
  throw badAddress(`an address moved by ${bytes} bytes has the offset ${offset}, outside 0 to 2^40`)
}

/** The core that holds byte `offset` of a linear allocation. */
export function coreOfOffset(offset: number, blocks: Blocks): number {
  return Math.floor(offset / blocks.blockBytes) % blocks.cores
}

/** Where byte `offset` lies in its core's own part, from the start of that part. */
export function localOfOffset(offset: number, blocks: Blocks): number {
  const { blockBytes, cores } = blocks
  const row = Math.floor(Math.floor(offset / blockBytes) / cores)
  return row * blockBytes + (offset % blockBytes)
}

/** Inverse: the offset in the allocation of byte `local` of the part that `core` holds. */
export function offsetOfLocal(local: number, core: number, blocks: Blocks): number {
  const { blockBytes, cores } = blocks
  return (Math.floor(local / blockBytes) * cores + core) * blockBytes + (local % blockBytes)
}

/** Start of the block in which the byte at `offset` lies. */
export function blockMinOf(offset: number, blockBytes: number): number {
  return offset - (offset % blockBytes)
}

/** Start of the block after the one in which the last byte of the element at `offset` lies. */
export function blockMaxOf(offset: number, elementBytes: number, blockBytes: number): number {
  return blockMinOf(offset + elementBytes - 1, blockBytes) + blockBytes
}

/**
 * Where the first byte at or after `offset` that `core` holds lies in that core's part. The bytes
 * of [a, b) on a core are therefore those from localize(a) up to localize(b).
 */
export function localizeOffset(offset: number, core: number, blocks: Blocks): number {
  const home = coreOfOffset(offset, blocks)
  if (core === home) return localOfOffset(offset, blocks)
  const row = localOfOffset(blockMinOf(offset, blocks.blockBytes), blocks)
  return core > home ? row : row + blocks.blockBytes
}

/** An ORUJO_BAD_ADDRESS error, not yet thrown. */
export function badAddress(message: string): OrujoError {
  return new OrujoError('ORUJO_BAD_ADDRESS', message)
}

function join(fieldName: string, field: number, offset: number): number {
  if (!Number.isInteger(field) || field < 0 || field >= FIELD_LIMIT) {
    throw badAddress(`an address has no room for ${fieldName} ${field}: it must be 0 to 4095`)
  }
  if (!Number.isInteger(offset) || offset < 0 || offset >= OFFSET_LIMIT) {
    throw badAddress(`an address has no room for the byte offset ${offset}: it must be below 2^40`)
  }
  return field * OFFSET_LIMIT + offset
}

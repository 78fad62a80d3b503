/**
 * Partition: which core has which vertex, and the slot by which kernels know it.
 *
 * Vertex v lives on core v mod cores, in row floor(v / cores): in files that list their busiest
 * vertices first, blocks would give them all to one core. Its slot is the core in the upper bits
 * and the row in the lower ones, so that owner and row of a neighbour cost a shift and a mask, and
 * each core's vertices are consecutive bits of a bitmap over slots.
 */
import { GraphError } from './errors.ts'

/** Rows of a core fill whole words of a bitmap. */
const MIN_ROW_BITS = 5
/** Slots are non-negative 32-bit integers. */
const MAX_SLOT_BITS = 31

export class Partition {
  readonly vertices: number
  readonly cores: number
  /** Bits of a slot that hold the row. */
  readonly rowBits: number
  readonly rowMask: number
  /** Slots in all, unused ones included. */
  readonly slots: number

  constructor(vertices: number, cores: number) {
    const rows = Math.max(1, Math.ceil(vertices / cores))
    this.vertices = vertices
    this.cores = cores
    this.rowBits = Math.max(MIN_ROW_BITS, Math.ceil(Math.log2(rows)))
    this.slots = cores * 2 ** this.rowBits
    if (this.slots > 2 ** MAX_SLOT_BITS) {
      throw new GraphError('GRAPH_SIZE', `${vertices} vertices are too many for ${cores} cores`)
    }
    this.rowMask = 2 ** this.rowBits - 1
  }

  /** Vertices that live on `core`. */
  rowsOf(core: number): number {
    return Math.max(0, Math.ceil((this.vertices - core) / this.cores))
  }

  firstSlotOf(core: number): number {
    return core << this.rowBits
  }

  slotOf(vertex: number): number {
    const row = Math.floor(vertex / this.cores)
    return ((vertex - row * this.cores) << this.rowBits) | row
  }

  vertexAt(slot: number): number {
    return (slot & this.rowMask) * this.cores + (slot >>> this.rowBits)
  }
}

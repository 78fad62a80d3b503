/**
 * Locked blocks: short arrays, each behind a readers-writer lock. Block i is made on core i modulo
 * the cores, and every core has a handle of every lock.
 *
 * Ownership   `dropBlocks` gives all handles up; a block goes with the last of its lock.
 */
import { f64, objectDelegate, task, type Core, type SymmetricObject } from '@orujo/core'
import { lockOwned, ownArray, type RwLock } from '@orujo/ownership'

export interface Blocks {
  /** Handles of the blocks that were made here. */
  readonly made: RwLock<Float64Array>[]
  /** Handles of all, by number, from `shareBlocks` on. */
  readonly all: RwLock<Float64Array>[]
}

/** This core's share of `count` blocks of `length` numbers, all 0. */
export function makeBlocks(core: Core, count: number, length: number): Blocks {
  const shelf = { length: Math.ceil((count - core.id) / core.cores) }
  return { made: Array.from(shelf, () => lockOwned(core, ownArray(core, f64, length))), all: [] }
}

export const cloneMade = objectDelegate(
  'bench.modes.blocks.clone',
  (_core: Core, { made }: Blocks): RwLock<Float64Array>[] => made.map((lock) => lock.clone()),
)

/** Gets this core a handle of every block. */
export const shareBlocks = task(
  'bench.modes.blocks.share',
  async (core: Core, blocks: SymmetricObject<Blocks>): Promise<void> => {
    const { all } = blocks.local(core)
    for (let home = 0; home < core.cores; home++) {
      const locks = await core.call(cloneMade, blocks.on(home))
      for (const [i, lock] of locks.entries()) all[i * core.cores + home] = lock
    }
  },
)

export const dropBlocks = task(
  'bench.modes.blocks.drop',
  (core: Core, blocks: SymmetricObject<Blocks>): void => {
    const { made, all } = blocks.local(core)
    for (const lock of made) lock.drop(core)
    for (const lock of all) lock.drop(core)
  },
)

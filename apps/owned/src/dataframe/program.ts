/**
 * Data frame: an object that owns the chunks of all columns, which lie on all cores. To answer a
 * query the frame is lent to every core, which borrows the columns of the chunks that lie with it,
 * and makes a table of groups of them. The groups are then split by their keys: each core becomes
 * the owner of one part of every table, merges those, and gives the result away.
 */
import { f64, factory, i32, task, type Core, type SymmetricObject } from '@orujo/core'
import {
  drop,
  own,
  ownArray,
  scopedTask,
  type Owned,
  type Ref,
  type Shared,
} from '@orujo/ownership'
import { readAll } from '../borrow-all.ts'
import {
  CHUNK_ROWS,
  generate,
  type Chunk,
  type Frame,
  type Generator,
  type Rows,
} from './columns.ts'
import { GroupTable, type Groups } from './group-table.ts'
import { QUERIES, type Query } from './queries.ts'

/** Groups, as they change hands. */
export interface OwnedGroups {
  readonly keys: Owned<Int32Array>
  readonly values: Owned<Float64Array>
}

/** Where a core merges what it is sent. */
export class Merger {
  table: GroupTable | undefined = undefined
}

export type Mergers = SymmetricObject<Merger>

export const makeMerger = factory('dataframe.merger', () => new Merger())

// The frame.

export const generateChunks = task(
  'dataframe.generate',
  async (core: Core, generator: Generator): Promise<Chunk[]> => {
    const chunks: Chunk[] = []
    const step = CHUNK_ROWS * core.cores
    for (let begin = CHUNK_ROWS * core.id; begin < generator.rows; begin += step) {
      const end = Math.min(generator.rows, begin + CHUNK_ROWS)
      chunks.push(await keepRows(core, generate(generator, begin, end)))
      // suspends: so that the core is not silent for long
      await core.yield()
    }
    return chunks
  },
)

export const keepChunk = task(
  'dataframe.keep',
  (core: Core, keys: Int32Array[], values: Float64Array[]): Promise<Chunk> =>
    keepRows(core, { keys, values }),
)

async function keepRows(core: Core, { keys, values }: Rows): Promise<Chunk> {
  return {
    rows: keys[0]!.length,
    keys: await Promise.all(keys.map((column) => ownKeys(core, column))),
    values: await Promise.all(values.map((column) => ownValues(core, column))),
  }
}

async function ownKeys(core: Core, keys: Int32Array): Promise<Owned<Int32Array>> {
  const owned = ownArray(core, i32, keys.length)
  await owned.write(core, (view) => view.set(keys))
  return owned
}

async function ownValues(core: Core, values: Float64Array): Promise<Owned<Float64Array>> {
  const owned = ownArray(core, f64, values.length)
  await owned.write(core, (view) => view.set(values))
  return owned
}

/** Becomes the owner of chunks, given in the order of their rows. */
export const joinChunks = task('dataframe.join', (core: Core, chunks: Chunk[]): Owned<Frame> =>
  own<Frame>(core, { chunks }),
)

export const dropFrame = task('dataframe.drop', (core: Core, frame: Owned<Frame>): void => {
  drop(core, frame)
})

// A query.

/** Groups the rows that lie here, and gives the groups to the cores that merge them. */
export const groupHere = scopedTask(
  'dataframe.group',
  async (core: Core, frame: Ref<Frame>, mergers: Mergers, index: number): Promise<void> => {
    const query = QUERIES[index]!
    const table = new GroupTable(query)
    const { chunks } = frame.value
    for (let i = core.id; i < chunks.length; i += core.cores) {
      await addChunk(core, table, query, chunks[i]!)
      // suspends: groups of others arrive
      await core.yield()
    }
    const parts = table.split(core.cores)
    await Promise.all(parts.map((part, dst) => give(core, mergers, dst, index, part)))
  },
)

async function addChunk(
  core: Core,
  table: GroupTable,
  { keys, accumulators }: Query,
  chunk: Shared<Chunk>,
): Promise<void> {
  await readAll(
    core,
    keys.map((column) => chunk.keys[column]!),
    (keyColumns) =>
      readAll(
        core,
        accumulators.map(({ column }) => chunk.values[column]!),
        (valueColumns) => table.addRows(keyColumns, valueColumns),
      ),
  )
}

/** Makes groups an object and `dst` its owner. */
async function give(
  core: Core,
  mergers: Mergers,
  dst: number,
  index: number,
  { keys, values }: Groups,
): Promise<void> {
  if (keys.length === 0) return
  const given: OwnedGroups = {
    keys: await ownKeys(core, keys),
    values: await ownValues(core, values),
  }
  await core.call(mergeHere, dst, mergers, index, given)
}

/** Merges groups that this core owns from now on. */
export const mergeHere = task(
  'dataframe.merge',
  async (core: Core, mergers: Mergers, index: number, given: OwnedGroups): Promise<void> => {
    const merger = mergers.local(core)
    await readGroups(core, given, (groups) => {
      merger.table ??= new GroupTable(QUERIES[index]!)
      merger.table.addGroups(groups.keys, groups.values)
    })
    drop(core, given.keys)
    drop(core, given.values)
  },
)

/** Borrows groups, both parts at once. */
export async function readGroups<R>(
  core: Core,
  { keys, values }: OwnedGroups,
  work: (groups: Shared<Groups>) => R,
): Promise<R> {
  const [keysRef, valuesRef] = await Promise.all([keys.borrow(core), values.borrow(core)])
  try {
    return work({ keys: keysRef.value, values: valuesRef.value })
  } finally {
    keysRef.release()
    valuesRef.release()
  }
}

/** Gives this core's part of the answer away; undefined if it has no groups. */
export const takeResult = task(
  'dataframe.take',
  async (core: Core, mergers: Mergers): Promise<OwnedGroups | undefined> => {
    const merger = mergers.local(core)
    const groups = merger.table?.groups
    merger.table = undefined
    if (groups === undefined) return undefined
    return { keys: await ownKeys(core, groups.keys), values: await ownValues(core, groups.values) }
  },
)

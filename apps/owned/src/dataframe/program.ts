/**
 * Data frame: an object that owns the chunks of all columns, which lie on all cores. To answer a
 * query the frame is lent to every core, which borrows the columns of the chunks that lie with it,
 * and makes groups of them. Groups are dealt out by their keys: each core becomes the owner of
 * those that are its own, brings them together, and gives the answer away.
 *
 * Bounds      what a core has dealt out of two chunks, and others have not taken in yet.
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
import { answerTable, Grouping } from './grouping.ts'
import type { AnswerTable, Groups } from './group-table.ts'
import { QUERIES, type Query } from './queries.ts'

/** Groups, as they change hands. */
export interface OwnedGroups {
  readonly keys: Owned<Int32Array>
  readonly values: Owned<Float64Array>
}

/** Where a core brings together the groups that are its own. */
export class Merger {
  table: AnswerTable | undefined = undefined

  /** Takes groups in. */
  add(index: number, { keys, values }: Shared<Groups>): void {
    this.table ??= answerTable(QUERIES[index]!)
    this.table.addGroups(keys, values)
  }
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

/** Groups the rows that lie here, and gives the groups to the cores that they belong to. */
export const groupHere = scopedTask(
  'dataframe.group',
  async (core: Core, frame: Ref<Frame>, mergers: Mergers, index: number): Promise<void> => {
    const query = QUERIES[index]!
    const grouping = new Grouping(query, core.cores)
    const { chunks } = frame.value
    let underWay: Promise<unknown> = Promise.resolve()
    for (let i = core.id; i < chunks.length; i += core.cores) {
      const dealt = await addChunk(core, grouping, query, chunks[i]!)
      if (dealt !== undefined) {
        const given = await ownParts(core, dealt, mergers, index)
        await underWay
        underWay = giveAll(core, mergers, index, given)
      }
      // suspends: groups of others arrive
      await core.yield()
    }
    const rest = await ownParts(core, grouping.rest(), mergers, index)
    await underWay
    await giveAll(core, mergers, index, rest)
  },
)

async function addChunk(
  core: Core,
  grouping: Grouping,
  { keys }: Query,
  chunk: Shared<Chunk>,
): Promise<Groups[] | undefined> {
  const { columns } = grouping
  return await readAll(
    core,
    keys.map((column) => chunk.keys[column]!),
    (keyColumns) =>
      readAll(
        core,
        columns.map((column) => chunk.values[column]!),
        (values) =>
          grouping.addRows(keyColumns, new Map(columns.map((column, i) => [column, values[i]!]))),
      ),
  )
}

/** Groups for other cores, by core; undefined where there are none. */
type Given = (OwnedGroups | undefined)[]

/** Makes parts objects, to be given away; this core's own is taken in as it is. */
async function ownParts(
  core: Core,
  parts: readonly Groups[],
  mergers: Mergers,
  index: number,
): Promise<Given> {
  mergers.local(core).add(index, parts[core.id]!)
  return await Promise.all(
    parts.map(async (part, dst) => {
      return dst === core.id || part.keys.length === 0 ? undefined : await ownGroups(core, part)
    }),
  )
}

async function ownGroups(core: Core, { keys, values }: Groups): Promise<OwnedGroups> {
  return { keys: await ownKeys(core, keys), values: await ownValues(core, values) }
}

/** Makes each core the owner of its groups. */
async function giveAll(core: Core, mergers: Mergers, index: number, given: Given): Promise<void> {
  await Promise.all(
    given.map(async (groups, dst) => {
      if (groups !== undefined) await core.call(mergeHere, dst, mergers, index, groups)
    }),
  )
}

/** Brings groups, which this core owns from now on, together with what it has. */
export const mergeHere = task(
  'dataframe.merge',
  async (core: Core, mergers: Mergers, index: number, given: OwnedGroups): Promise<void> => {
    await readGroups(core, given, (groups) => mergers.local(core).add(index, groups))
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
    const answers = merger.table?.answers()
    merger.table = undefined
    return answers === undefined || answers.keys.length === 0
      ? undefined
      : await ownGroups(core, answers)
  },
)

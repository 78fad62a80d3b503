/**
 * The command `dataframe`: each query timed on the cores, and its answer held against that of
 * another program on one thread, group by group.
 */
import {
  parseWhole,
  plural,
  whole,
  type NewCommand,
  type Outcome,
  type Problem,
  type ProblemContext,
  type ProblemOptions,
  type RunProblem,
} from '@orujo/cli'
import { free, onAllCores, symmetricObject, type Core, type Runtime } from '@orujo/core'
import { drop, lend, type Owned } from '@orujo/ownership'
import { stat } from 'node:fs/promises'
import { readAll } from '../borrow-all.ts'
import { AppError, appOf, countUpTo } from '../app.ts'
import {
  CHUNK_ROWS,
  KEY_COLUMNS,
  MAX_ROWS,
  ROW_BYTES,
  VALUE_COLUMNS,
  type Chunk,
  type Frame,
  type Generator,
  type Rows,
} from './columns.ts'
import { readCsv } from './csv.ts'
import type { Groups } from './group-table.ts'
import {
  dropFrame,
  generateChunks,
  groupHere,
  joinChunks,
  keepChunk,
  makeMerger,
  readGroups,
  takeResult,
  type Mergers,
  type OwnedGroups,
} from './program.ts'
import { QUERIES } from './queries.ts'
import { Reference } from './reference.ts'

/** Of a row that is a group of its own, on its way, and as an answer: keys and numbers. */
const GROUP_BYTES = 56
/** Characters of a row of a file, at least: for how much memory it may need. */
const MIN_LINE_BYTES = 18

const HELP = `
The data is that of the group-by benchmark of h2oai: generated as G1, or from a file
with columns id1 to id6 and v1 to v3.

Queries:
${QUERIES.map(({ name, question }) => `  ${name.padEnd(4)} ${question}`).join('\n')}

Example:
  npm run --silent dataframe -- --rows 1000000 --locales 2 --cores 1 --json`

interface DataFrameOptions extends Generator {
  readonly csv?: string
}

export function addDataFrame(newCommand: NewCommand, run: RunProblem): void {
  newCommand('dataframe', 'group-by queries on a data frame')
    .option('--rows <count>', 'rows to generate', countUpTo(MAX_ROWS), 1_000_000)
    .option('--groups <k>', 'distinct values of id1; id3 has rows / k', countUpTo(MAX_ROWS), 100)
    .option('--csv <file>', 'read rows instead')
    .option('--seed <number>', 'for generated rows', parseWhole, 1)
    .addHelpText('after', HELP)
    .action(async (options: DataFrameOptions & ProblemOptions) => {
      return await run(await dataFrame(options), options)
    })
}

async function dataFrame(options: DataFrameOptions): Promise<Problem> {
  const { csv } = options
  const rows = csv === undefined ? options.rows : (await fileBytes(csv)) / MIN_LINE_BYTES
  const bytesOfRow = ROW_BYTES + 2 * GROUP_BYTES
  return appOf('dataframe', {
    program: new URL('./program.js', import.meta.url),
    ownedBytes: rows * bytesOfRow,
    // A core has whole chunks, the first one of few rows all of them.
    lumpBytes: Math.min(rows, CHUNK_ROWS) * bytesOfRow,
    solve: (runtime, context) => solve(runtime, options, context),
  })
}

async function fileBytes(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    throw new AppError(`cannot read '${path}': ${(error as Error).message}`, error)
  }
}

/** What a query has given. */
interface Answer {
  readonly name: string
  readonly question: string
  readonly groups: number
  readonly seconds: number
  readonly fault: string | undefined
}

async function solve(
  { host }: Runtime,
  options: DataFrameOptions,
  { nowMs, progress }: ProblemContext,
): Promise<Outcome> {
  const chunks = await (options.csv === undefined
    ? generateOnAllCores(host, options)
    : readOntoCores(host, options.csv))
  const rows = chunks.reduce((sum, chunk) => sum + chunk.rows, 0)
  const frame = await host.call(joinChunks, 0, chunks)
  const mergers = await symmetricObject(host, makeMerger)
  const all = await collect(host, frame, rows)
  const answers: Answer[] = []
  for (const [index, query] of QUERIES.entries()) {
    progress.update(index, QUERIES.length)
    const start = nowMs()
    const parts = await ask(host, frame, mergers, index)
    const seconds = (nowMs() - start) / 1000
    const found: Groups[] = []
    for (const part of parts) found.push(await takeOut(host, part))
    const reference = new Reference(query, all)
    const { name, question } = query
    const fault = reference.findFault(found)
    answers.push({ name, question, groups: reference.groups, seconds, fault })
  }
  progress.update(QUERIES.length, QUERIES.length)
  await free(host, mergers)
  await host.call(dropFrame, 0, frame)
  return outcome(rows, answers)
}

async function generateOnAllCores(
  host: Core,
  { rows, groups, seed }: DataFrameOptions,
): Promise<Chunk[]> {
  const byCore = await onAllCores(host, generateChunks, { rows, groups, seed })
  const count = byCore.reduce((sum, chunks) => sum + chunks.length, 0)
  return Array.from(
    { length: count },
    (_, i) => byCore[i % host.cores]![Math.floor(i / host.cores)]!,
  )
}

async function readOntoCores(host: Core, path: string): Promise<Chunk[]> {
  const chunks: Chunk[] = []
  await readCsv(path, async ({ keys, values }) => {
    const dst = chunks.length % host.cores
    chunks.push(await host.call(keepChunk, dst, [...keys], [...values]))
  })
  return chunks
}

/** All columns in one piece, for the reference. */
async function collect(host: Core, frame: Owned<Frame>, rows: number): Promise<Rows> {
  const keys = Array.from({ length: KEY_COLUMNS }, () => new Int32Array(rows))
  const values = Array.from({ length: VALUE_COLUMNS }, () => new Float64Array(rows))
  await frame.read(host, async ({ chunks }) => {
    let first = 0
    for (const chunk of chunks) {
      await readAll(host, chunk.keys, (columns) => {
        for (const [i, column] of columns.entries()) keys[i]!.set(column, first)
      })
      await readAll(host, chunk.values, (columns) => {
        for (const [i, column] of columns.entries()) values[i]!.set(column, first)
      })
      first += chunk.rows
    }
  })
  return { keys, values }
}

/** Runs a query; the parts of its answer. */
async function ask(
  host: Core,
  frame: Owned<Frame>,
  mergers: Mergers,
  index: number,
): Promise<OwnedGroups[]> {
  using ref = await frame.borrow(host)
  const cores = Array.from({ length: host.cores }, (_, id) => id)
  await Promise.all(cores.map((id) => lend(host, groupHere, id, ref, mergers, index)))
  const parts = await onAllCores(host, takeResult, mergers)
  return parts.filter((part) => part !== undefined)
}

/** A part of an answer in plain memory; the object is dropped. */
async function takeOut(host: Core, part: OwnedGroups): Promise<Groups> {
  const groups = await readGroups(host, part, ({ keys, values }) => {
    return { keys: Int32Array.from(keys), values: Float64Array.from(values) }
  })
  drop(host, part.keys)
  drop(host, part.values)
  return groups
}

function outcome(rows: number, answers: readonly Answer[]): Outcome {
  const queries = answers.map(({ name, groups, seconds }) => ({ name, groups, seconds }))
  const faults = answers.flatMap(({ fault }) => fault ?? [])
  return {
    figures: { rows, queries },
    rows: [
      ['rows', whole(rows)],
      ...answers.map(({ name, question, groups, seconds }): [string, string] => [
        `${name}: ${question}`,
        `${plural(groups, 'group')} in ${seconds.toFixed(3)} s`,
      ]),
    ],
    fault: faults[0],
  }
}

/** The data frame: its data, its tables of groups, and queries on many cores of one thread. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { free, onAllCores, symmetricObject } from '@orujo/core'
import { drop, lend } from '@orujo/ownership'
import { CHUNK_ROWS, generate, type Chunk, type Rows } from '#owned/dataframe/columns.js'
import { readCsv } from '#owned/dataframe/csv.js'
import { GroupTable, type Groups } from '#owned/dataframe/group-table.js'
import * as program from '#owned/dataframe/program.js'
import { QUERIES, type Query } from '#owned/dataframe/queries.js'
import { Reference } from '#owned/dataframe/reference.js'
import { onCluster } from '../../support/owned-app.ts'

const SEEDS = 3
const generator = { rows: 2000, groups: 10, seed: 5 }
const all = generate(generator, 0, generator.rows)

/** The table of some rows. */
function tableOf(query: Query, { keys, values }: Rows): GroupTable {
  const table = new GroupTable(query)
  addTo(table, query, { keys, values })
  return table
}

function addTo(table: GroupTable, query: Query, { keys, values }: Rows): void {
  table.addRows(
    query.keys.map((column) => keys[column]!),
    query.accumulators.map(({ column }) => values[column]!),
  )
}

function slice({ keys, values }: Rows, begin: number, end: number): Rows {
  return {
    keys: keys.map((column) => column.subarray(begin, end)),
    values: values.map((column) => column.subarray(begin, end)),
  }
}

test('rows are the same whoever generates them, and of the kind that is known', (t) => {
  const part = generate(generator, 500, 600)
  t.deepEqual(part.keys, slice(all, 500, 600).keys)
  t.deepEqual(part.values, slice(all, 500, 600).values)
  const distinct = all.keys.map((column) => new Set(column).size)
  t.deepEqual([distinct[0], distinct[1], distinct[3], distinct[4]], [10, 10, 10, 10])
  t.true(distinct[2]! > 190 && distinct[2]! <= 200)
  t.true(all.values[0]!.every((value) => value >= 1 && value <= 5 && Number.isInteger(value)))
  t.true(all.values[1]!.every((value) => value >= 1 && value <= 15 && Number.isInteger(value)))
  t.true(all.values[2]!.every((value) => value >= 0 && value <= 100))
})

test('a small frame has the answers that anybody can add up', (t) => {
  const keys = [
    [0, 1, 0],
    [0, 0, 1],
    [2, 2, 2],
    [0, 0, 0],
    [0, 0, 0],
    [7, 8, 7],
  ].map((column) => Int32Array.from(column))
  const values = [
    [1, 2, 3],
    [4, 5, 6],
    [0.5, 1.5, 2.5],
  ].map((column) => Float64Array.from(column))
  const answer = (name: string) => {
    const query = QUERIES.find((one) => one.name === name)!
    const { keys: found, values: numbers } = tableOf(query, { keys, values }).groups
    return [[...found], [...numbers]]
  }
  t.deepEqual(answer('q1'), [
    [0, 1],
    [4, 2],
  ])
  t.deepEqual(answer('q2'), [
    [0, 0, 1, 0, 0, 1],
    [1, 2, 3],
  ])
  t.deepEqual(answer('q3'), [[2], [6, 4.5, 3]])
  t.deepEqual(answer('q7'), [[2], [3, 4]])
})

for (const query of QUERIES) {
  test(`${query.name}: a table, and tables merged part by part, have the answer of maps`, (t) => {
    const reference = new Reference(query, all)
    const whole = tableOf(query, all)
    t.is(whole.count, reference.groups)
    t.is(reference.findFault([whole.groups]), undefined)
    fc.assert(
      fc.property(fc.nat(generator.rows), fc.integer({ min: 1, max: 5 }), (cut, parts) => {
        const tables = [slice(all, 0, cut), slice(all, cut, generator.rows)].map((rows) =>
          tableOf(query, rows).split(parts),
        )
        const merged = Array.from({ length: parts }, (_, part): Groups => {
          const table = new GroupTable(query)
          for (const split of tables) table.addGroups(split[part]!.keys, split[part]!.values)
          return table.groups
        })
        t.is(reference.findFault(merged), undefined)
      }),
      { numRuns: 10 },
    )
  })
}

test('the reference finds what is wrong', (t) => {
  const query = QUERIES[2]!
  const reference = new Reference(query, all)
  const { keys, values } = tableOf(query, all).groups
  const spoilt = values.slice()
  spoilt[0]!++
  t.regex(reference.findFault([{ keys, values: spoilt }])!, /in a group that should have/)
  t.regex(reference.findFault([])!, /0 groups that should be/)
  t.regex(
    reference.findFault([
      { keys, values },
      { keys, values },
    ])!,
    /twice/,
  )
})

test('queries on many cores have the answer of one', async (t) => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    await onCluster(program, seed, async (cluster) => {
      const { host, cores } = cluster
      const chunks: Chunk[] = []
      for (let begin = 0; begin < generator.rows; begin += 300) {
        const { keys, values } = slice(all, begin, Math.min(begin + 300, generator.rows))
        const dst = chunks.length % cores
        const keep = host.call(program.keepChunk, dst, [...keys], [...values])
        chunks.push(await cluster.until(keep))
      }
      const frame = await cluster.until(host.call(program.joinChunks, 0, chunks))
      const mergers = await cluster.until(symmetricObject(host, program.makeMerger))
      for (const [index, query] of QUERIES.entries()) {
        const run = async () => {
          using ref = await frame.borrow(host)
          await Promise.all(
            Array.from({ length: cores }, (_, id) =>
              lend(host, program.groupHere, id, ref, mergers, index),
            ),
          )
          const found: Groups[] = []
          for (const part of await onAllCores(host, program.takeResult, mergers)) {
            if (part === undefined) continue
            const copy = await program.readGroups(host, part, ({ keys, values }) => {
              return { keys: Int32Array.from(keys), values: Float64Array.from(values) }
            })
            found.push(copy)
            drop(host, part.keys)
            drop(host, part.values)
          }
          return found
        }
        const found = await cluster.until(run())
        const fault = new Reference(query, all).findFault(found)
        t.is(fault, undefined, `seed ${seed}`)
      }
      await cluster.until(free(host, mergers))
      await cluster.until(host.call(program.dropFrame, 0, frame))
    })
  }
})

const HEADER = 'id1,id2,id3,id4,id5,id6,v1,v2,v3'

async function withFile(text: string, work: (path: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'orujo-'))
  try {
    const path = join(directory, 'frame.csv')
    await writeFile(path, text)
    await work(path)
  } finally {
    await rm(directory, { recursive: true })
  }
}

test('a file is read in chunks, its ids numbered as they come', async (t) => {
  const rows = CHUNK_ROWS + 2
  const lines = Array.from({ length: rows }, (_, i) => `id${i % 3},id1,id9,${i % 2},5,6,1,2,${i}.5`)
  await withFile([HEADER, ...lines, ''].join('\n'), async (path) => {
    const chunks: Rows[] = []
    const count = await readCsv(path, (chunk) => Promise.resolve(void chunks.push(chunk)))
    t.is(count, rows)
    t.deepEqual(
      chunks.map(({ keys }) => keys[0]!.length),
      [CHUNK_ROWS, 2],
    )
    t.deepEqual([...chunks[0]!.keys[0]!.subarray(0, 4)], [0, 1, 2, 0])
    t.is(chunks[1]!.keys[0]![0], CHUNK_ROWS % 3)
    t.is(chunks[1]!.values[2]![1], rows - 1 + 0.5)
  })
})

for (const [text, message] of [
  ['a,b\n1,2', /line 1 must be 'id1,id2/],
  [`${HEADER}\n1,2,3`, /line 2 must have 9 columns/],
  [`${HEADER}\na,b,c,1,2,3,1,2,\n`, /line 2 must have a number for v3/],
  [HEADER, /has no rows/],
] as const) {
  test(`a file that is no frame is refused: ${String(message)}`, async (t) => {
    await withFile(text, async (path) => {
      await t.throwsAsync(
        readCsv(path, () => Promise.resolve()),
        { message },
      )
    })
  })
}

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
import { answerTable, Grouping } from '#owned/dataframe/grouping.js'
import type { Groups } from '#owned/dataframe/group-table.js'
import * as program from '#owned/dataframe/program.js'
import { QUERIES, type Query } from '#owned/dataframe/queries.js'
import { Reference } from '#owned/dataframe/reference.js'
import { onCluster } from '../../support/owned-app.ts'

const SEEDS = 3
const generator = { rows: 2000, groups: 10, seed: 5 }
const all = generate(generator, 0, generator.rows)

/** What is made of rows that come in lots, each from `cuts` on, on one of `parts` cores. */
function answersOf(query: Query, rows: Rows, cuts: readonly number[], parts: number): Groups[] {
  const tables = Array.from({ length: parts }, () => answerTable(query))
  const give = (dealt: readonly Groups[]) => {
    for (const [part, { keys, values }] of dealt.entries()) tables[part]!.addGroups(keys, values)
  }
  const grouping = new Grouping(query, parts)
  for (const [i, begin] of cuts.entries()) {
    const { keys, values } = slice(rows, begin, cuts[i + 1] ?? rows.keys[0]!.length)
    const dealt = grouping.addRows(
      query.keys.map((column) => keys[column]!),
      new Map(grouping.columns.map((column) => [column, values[column]!])),
    )
    if (dealt !== undefined) give(dealt)
  }
  give(grouping.rest())
  return tables.map((table) => table.answers())
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
    const [found] = answersOf(query, { keys, values }, [0], 1)
    return [[...found!.keys], [...found!.values]]
  }
  t.deepEqual(answer('q1'), [
    [0, 1],
    [4, 2],
  ])
  t.deepEqual(answer('q2'), [
    [0, 0, 1, 0, 0, 1],
    [1, 2, 3],
  ])
  t.deepEqual(answer('q3'), [[2], [6, 1.5]])
  t.deepEqual(answer('q4'), [[0], [2, 5, 1.5]])
  t.deepEqual(answer('q6'), [
    [0, 0],
    [1.5, 1],
  ])
  t.deepEqual(answer('q7'), [[2], [-1]])
  t.deepEqual(answer('q8'), [
    [7, 8],
    [2.5, 0.5, 1.5, NaN],
  ])
  t.deepEqual(answer('q9'), [
    [0, 0, 1, 0],
    [1, NaN],
  ])
  t.deepEqual(answer('q10')[1], [0.5, 1, 1.5, 1, 2.5, 1])
})

test('a median between two values is their mean, and a single value has no deviation', (t) => {
  const query = QUERIES.find((one) => one.name === 'q6')!
  const keys = Array.from({ length: 6 }, () => Int32Array.of(1, 1, 1, 1, 2))
  const values = Array.from({ length: 3 }, () => Float64Array.of(4, 1, 3, 10, 5))
  const [{ values: found }] = answersOf(query, { keys, values }, [0], 1) as [Groups]
  t.is(found[0], 3.5)
  t.true(Math.abs(found[1]! - Math.sqrt(15)) < 1e-12)
  t.deepEqual([...found.subarray(2)], [5, NaN])
})

for (const query of QUERIES) {
  test(`${query.name}: lots of rows, dealt out and brought together, are answered`, (t) => {
    const reference = new Reference(query, all)
    t.is(reference.findFault(answersOf(query, all, [0], 1)), undefined)
    const cuts = fc.array(fc.nat(generator.rows), { maxLength: 5 })
    fc.assert(
      fc.property(cuts, fc.integer({ min: 1, max: 5 }), (at, parts) => {
        const inOrder = [0, ...at.sort((a, b) => a - b)]
        t.is(reference.findFault(answersOf(query, all, inOrder, parts)), undefined)
      }),
      { numRuns: 10 },
    )
  })
}

test('rows are dealt out only if hardly any share a group, or all values are needed', (t) => {
  const isDealing = (name: string): boolean => {
    const query = QUERIES.find((one) => one.name === name)!
    const grouping = new Grouping(query, 2)
    const add = () =>
      grouping.addRows(
        query.keys.map((column) => all.keys[column]!),
        new Map(grouping.columns.map((column) => [column, all.values[column]!])),
      )
    add()
    return add() !== undefined
  }
  t.deepEqual(QUERIES.map(({ name }) => name).filter(isDealing), ['q6', 'q10'])
})

test('the reference finds what is wrong', (t) => {
  const query = QUERIES[2]!
  const reference = new Reference(query, all)
  const [{ keys, values }] = answersOf(query, all, [0], 1) as [Groups]
  const spoilt = values.slice()
  spoilt[0]!++
  t.regex(reference.findFault([{ keys, values: spoilt }])!, /in a group that should have/)
  spoilt[0] = NaN
  t.regex(reference.findFault([{ keys, values: spoilt }])!, /NaN in a group that should have/)
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

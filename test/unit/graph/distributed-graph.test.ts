/** Distributed graphs on real threads: the same graph and the same levels as in one thread. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { launch, type Runtime } from '#core/index.js'
import { treeLevels } from '#graph/bfs-tree.js'
import { loadGraph, type DistributedGraph } from '#graph/distributed-graph.js'
import { loadCsr } from '#graph/load-csr.js'
import { Partition } from '#graph/partition.js'
import { topDownBfs } from '#graph/reference-bfs.js'
import { edgeListSource, kroneckerSource, type GraphSource } from '#graph/source.js'
import { NAMED_GRAPHS, type NamedGraph } from './bfs-model.js'

const TOPOLOGIES = [
  [1, 1],
  [1, 2],
  [1, 4],
  [2, 1],
  [2, 2],
  [2, 4],
] as const

const directory = await mkdtemp(join(tmpdir(), 'orujo-graphs-'))
test.after.always(() => rm(directory, { recursive: true }))

async function fileOf(name: string, text: string): Promise<GraphSource> {
  const path = join(directory, `${name.replaceAll(' ', '-')}.txt`)
  await writeFile(path, text)
  return await edgeListSource(path)
}

/** Ids are 3 * vertex + 5; a loop at each vertex makes sure that it occurs. */
async function sourceOf({ name, vertices, pairs }: NamedGraph): Promise<GraphSource> {
  const id = (vertex: number) => 3 * vertex + 5
  const loops = Array.from({ length: vertices }, (_, vertex) => [vertex, vertex] as const)
  const lines = [...pairs, ...loops].map(([from, to]) => `${id(from)}\t${id(to)}\n`)
  return await fileOf(name, lines.join(''))
}

async function withRuntime(
  [locales, coresPerLocale]: readonly [number, number],
  use: (runtime: Runtime) => Promise<void>,
): Promise<void> {
  const program = import.meta.resolve('#graph/program.js')
  const runtime = await launch({ program, locales, coresPerLocale })
  try {
    await use(runtime)
  } finally {
    await runtime.close()
  }
}

/** Levels by id of a search, checked by the graph itself; what is wrong if that finds fault. */
async function levelsFrom(
  { host }: Runtime,
  graph: DistributedGraph,
  source: number,
): Promise<string> {
  const outcome = await graph.searchBreadthFirst(host, source)
  const verdict = await graph.verify(host, outcome, await graph.tree(host, outcome))
  return verdict.isRight ? [...graph.levelsById(verdict.result)].join(' ') : verdict.reason
}

/** Compares counts and levels, from some sources, with those of the same graph in one thread. */
async function difference(
  runtime: Runtime,
  source: GraphSource,
  isDirected: boolean,
): Promise<string | undefined> {
  const { csr, ids, inputEdges } = await loadCsr(source, isDirected)
  const graph = await loadGraph(runtime.host, source, { isDirected })
  const counts = [graph.vertices, graph.edges, graph.selfLoops, graph.inputEdges].join()
  const expectedCounts = [csr.vertices, csr.edges, csr.selfLoops, inputEdges].join()
  if (counts !== expectedCounts) return `${counts} instead of ${expectedCounts}`
  for (const vertex of new Set([0, csr.vertices - 1])) {
    const { levels } = treeLevels({ source: vertex, parents: topDownBfs(csr, vertex) })
    const reached = [...levels!.keys()].filter((other) => levels![other] !== -1)
    const expected = reached.map((other) => [ids?.[other] ?? other, levels![other]]).join(' ')
    const found = await levelsFrom(runtime, graph, vertex)
    if (found !== expected) return `from ${vertex}: ${found} instead of ${expected}`
  }
  await graph.free(runtime.host)
  return undefined
}

for (const topology of TOPOLOGIES) {
  const [locales, cores] = topology
  test.serial(`${locales} x ${cores} cores find what one thread finds`, async (t) => {
    await withRuntime(topology, async (runtime) => {
      for (const named of NAMED_GRAPHS) {
        const source = await sourceOf(named)
        for (const isDirected of [false, true]) {
          t.is(await difference(runtime, source, isDirected), undefined, named.name)
        }
      }
      t.is(await difference(runtime, kroneckerSource(11, 3), false), undefined)
      t.is(await difference(runtime, kroneckerSource(11, 3), true), undefined)
    })
  })
}

test.serial('search after search gives the same levels', async (t) => {
  await withRuntime([2, 2], async (runtime) => {
    const graph = await loadGraph(runtime.host, kroneckerSource(13, 5))
    const source = (await graph.seededVertex(runtime.host, 1))!
    const first = await levelsFrom(runtime, graph, source)
    for (let search = 0; search < 30; search++) {
      t.is(await levelsFrom(runtime, graph, source), first)
    }
  })
})

test.serial('the seed chooses the same source whatever the number of cores', async (t) => {
  const chosen: (number | undefined)[][] = []
  for (const topology of [TOPOLOGIES[0], TOPOLOGIES[4]]) {
    await withRuntime(topology, async (runtime) => {
      const graph = await loadGraph(runtime.host, kroneckerSource(8, 5))
      const seeds = Array.from({ length: 20 }, (_, seed) => seed)
      chosen.push(await Promise.all(seeds.map((seed) => graph.seededVertex(runtime.host, seed))))
    })
  }
  t.deepEqual(chosen[0], chosen[1])
  t.true(new Set(chosen[0]).size > 10)
})

test.serial('a source that is sought goes round to the first vertex with an edge', async (t) => {
  await withRuntime([1, 2], async (runtime) => {
    const lone = await loadGraph(runtime.host, await fileOf('lone', '1 1\n2 2\n3 1\n'), {
      isDirected: true,
    })
    for (let seed = 0; seed < 9; seed++) t.is(await lone.seededVertex(runtime.host, seed), 2)
    const loops = await loadGraph(runtime.host, await fileOf('loops', '1 1\n2 2\n'))
    t.true((await loops.seededVertex(runtime.host, 1))! < 2)
    const empty = await loadGraph(runtime.host, await fileOf('empty', '# nothing\n'))
    t.is(await empty.seededVertex(runtime.host, 1), undefined)
    t.deepEqual([empty.vertices, empty.edges], [0, 0])
  })
})

test.serial('ids are looked up both ways, and paths are told in ids', async (t) => {
  await withRuntime([1, 2], async ({ host }) => {
    const graph = await loadGraph(host, await fileOf('ids', '10 20\n20 40\n40 80\n7 9\n'))
    t.is(graph.vertexOf(40), 4)
    t.is(graph.idOf(4), 40)
    t.is(graph.vertexOf(41), undefined)
    t.deepEqual(graph.nearestIds(41), [40, 80])
    t.deepEqual(graph.nearestIds(1), [7])
    t.deepEqual(graph.nearestIds(99), [80])
    const tree = await graph.tree(host, await graph.searchBreadthFirst(host, graph.vertexOf(10)!))
    t.deepEqual(graph.pathTo(tree, 80), [10, 20, 40, 80])
    t.deepEqual(graph.pathTo(tree, 7), [])
    t.deepEqual(graph.pathTo(tree, 11), [])
  })
})

test.serial('the first malformed line is told, whichever core met it', async (t) => {
  await withRuntime([1, 4], async ({ host }) => {
    const lines = Array.from({ length: 400 }, (_, i) => `${i} ${i + 1}`)
    lines[199] = 'one'
    lines[399] = 'two'
    const source = await fileOf('malformed', lines.join('\n'))
    const error = await t.throwsAsync(loadGraph(host, source), { code: 'GRAPH_FORMAT' })
    t.regex(error?.message ?? '', /malformed\.txt:200: expected two vertex ids .* found 'one'$/)
    const [unreadable] = [await fileOf('gone', '1 2\n')]
    await rm(join(directory, 'gone.txt'))
    await t.throwsAsync(loadGraph(host, unreadable), { message: /there is no such file/ })
  })
})

test.serial('progress adds up to all the work', async (t) => {
  await withRuntime([1, 2], async ({ host }) => {
    const told: number[][] = []
    await loadGraph(host, kroneckerSource(14, 1), {
      onProgress: (done, total) => told.push([done, total]),
    })
    t.deepEqual(told.at(-1), [16 << 14, 16 << 14])
  })
})

test.serial('one search at a time, and only from a vertex', async (t) => {
  await withRuntime([1, 2], async ({ host }) => {
    const graph = await loadGraph(host, kroneckerSource(8, 1))
    const search = graph.searchBreadthFirst(host, 0)
    await t.throwsAsync(graph.searchBreadthFirst(host, 1), { message: /^One search at a time/ })
    await search
    await t.throwsAsync(graph.searchBreadthFirst(host, 256), { message: 'There is no vertex 256.' })
    await graph.free(host)
  })
})

test.serial('a wrong tree is refused with the names of its vertices', async (t) => {
  await withRuntime([2, 2], async ({ host }) => {
    const graph = await loadGraph(host, await fileOf('wrong', '10 20\n20 40\n40 80\n10 80\n'))
    const outcome = await graph.searchBreadthFirst(host, 0)
    const tree = await graph.tree(host, outcome)
    const [ten, , forty] = [0, 1, 2].map((vertex) => new Partition(4, 4).slotOf(vertex))
    tree.parents[forty!] = ten!
    const name = (id: number) => `<${id}>`
    const verdict = await graph.verify(host, outcome, tree, name)
    const reason = 'vertex <40> has parent <10>, but no edge joins them'
    t.deepEqual(verdict, { isRight: false, reason })
    const right = await graph.tree(host, outcome)
    const counted = await graph.verify(host, { ...outcome, levels: 9 }, right)
    t.false(counted.isRight)
  })
})

/**
 * Trace: breadth-first searches with a trace and without, on the same graph.
 *
 * Means       what recording costs a program of many short phases.
 * Not meant   the writing of the file, which happens at close; the check of a tree is not timed,
 *             and made once per trial, because its garbage would be collected during the next
 *             search.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { launch, type Runtime } from '@orujo/core'
import { kroneckerSource, loadGraph } from '@orujo/graph'
import { scaled, verify, type MicroCase, type Subject } from '../harness/case.ts'
import { CORES } from './runtime-case.ts'

const GRAPH_SCALE = 18
const SEED = 1
const SEARCHES = 24

const COMMON = { unit: 'ms', better: 'less' } as const

export const tracedSearch: MicroCase = {
  ...COMMON,
  name: 'bfs.traced',
  baseline: 'bfs.untraced',
  async open() {
    const directory = await mkdtemp(join(tmpdir(), 'orujo-bench-'))
    const subject = await openSearch(join(directory, 'trace.json'))
    return {
      trial: (scale) => subject.trial(scale),
      async close() {
        await subject.close()
        await rm(directory, { recursive: true })
      },
    }
  },
}

export const untracedSearch: MicroCase = {
  ...COMMON,
  name: 'bfs.untraced',
  open: () => openSearch(undefined),
}

async function openSearch(trace: string | undefined): Promise<Subject> {
  const program = import.meta.resolve('@orujo/graph/program')
  const runtime = await launch({
    program,
    coresPerLocale: CORES,
    ...(trace === undefined ? {} : { trace }),
  })
  try {
    return await searchOn(runtime)
  } catch (error) {
    await runtime.close()
    throw error
  }
}

async function searchOn(runtime: Runtime): Promise<Subject> {
  const { host } = runtime
  const graph = await loadGraph(host, kroneckerSource(GRAPH_SCALE, SEED))
  const source = (await graph.seededVertex(host, SEED))!
  return {
    async trial(scale) {
      const count = scaled(SEARCHES, scale)
      const start = performance.now()
      let outcome = await graph.searchBreadthFirst(host, source)
      for (let i = 1; i < count; i++) outcome = await graph.searchBreadthFirst(host, source)
      const ms = (performance.now() - start) / count
      const verdict = await graph.verify(host, outcome, await graph.tree(host, outcome))
      verify('bfs.traced', Number(verdict.isRight), 1)
      return ms
    },
    close: () => runtime.close(),
  }
}

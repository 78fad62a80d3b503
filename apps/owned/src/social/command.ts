/**
 * The command `social`: requests of many users, timed, and the same requests one after the other,
 * which say what every timeline and every post must be.
 */
import {
  parseWhole,
  plural,
  rate,
  whole,
  type NewCommand,
  type Outcome,
  type Problem,
  type ProblemContext,
  type ProblemOptions,
  type RunProblem,
} from '@orujo/cli'
import { free, onAllCores, symmetricObject, type Core, type Runtime } from '@orujo/core'
import { edgeListSource, kroneckerSource, loadCsr, type Csr } from '@orujo/graph'
import { AppError, appOf, countUpTo, wholeUpTo } from '../app.ts'
import { addCounts, type StoreCounts } from '../store-counts.ts'
import { shareOf, type Network } from './network.ts'
import {
  addFollowers,
  countWrongPosts,
  countWrongTimelines,
  dropAll,
  makePart,
  makeTimelines,
  serve,
} from './program.ts'
import { runAll, textsOf, type ReferenceRun } from './reference.ts'
import type { RequestOptions } from './requests.ts'
import type { ServeReport } from './serve.ts'
import { TIMELINE_WORDS } from './timeline.ts'

const KRONECKER = 'kronecker:'
const MAX_REQUESTS = 10_000_000
/** Users in one message, of whom some have thousands of followers. */
const USERS_AT_ONCE = 2 ** 11
/** Steps of the progress bar. */
const STEPS = 3

const HELP = `
Graphs:
  PATH             a text file of edges, two vertex ids a line, plain or gzip
  kronecker:SCALE  2^SCALE vertices, 16 edges a vertex, as Graph500 generates them

Vertices are users; those that an edge joins follow each other. A post goes to the home timelines of
all who follow its author, or whom it mentions.

Example:
  npm run --silent social -- --graph kronecker:14 --requests 100000 --cores 2 --json`

interface SocialOptions {
  readonly graph: string
  readonly requests: number
  readonly compose: number
  readonly seed: number
}

export function addSocial(newCommand: NewCommand, run: RunProblem): void {
  newCommand('social', 'a social network: compose post, home timeline')
    .option('--graph <graph>', 'who follows whom: a file, or kronecker:SCALE', 'kronecker:14')
    .option('--requests <count>', 'requests in all', countUpTo(MAX_REQUESTS), 100_000)
    .option('--compose <percent>', 'requests of 100 that compose a post', wholeUpTo(100), 10)
    .option('--seed <number>', 'for the graph and the requests', parseWhole, 1)
    .addHelpText('after', HELP)
    .action(async (options: SocialOptions & ProblemOptions) => {
      return await run(await social(options), options)
    })
}

async function social({ graph, requests, compose, seed }: SocialOptions): Promise<Problem> {
  const { csr } = await loadCsr(await sourceOf(graph, seed), false)
  const users = csr.vertices
  if (users === 0) throw new AppError(`'${graph}' has no vertices, thus no users`)
  return appOf('social', {
    program: new URL('./program.js', import.meta.url),
    ownedBytes: users * TIMELINE_WORDS * 4,
    solve: (runtime, context) => {
      return solve(runtime, { graph, csr, options: { users, requests, compose, seed } }, context)
    },
  })
}

async function sourceOf(graph: string, seed: number) {
  if (!graph.startsWith(KRONECKER)) return await edgeListSource(graph)
  const scale = graph.slice(KRONECKER.length)
  if (/^\d+$/.test(scale)) return kroneckerSource(Number(scale), seed)
  throw new AppError('SCALE is a whole number, as in kronecker:14')
}

/** A network to be run. */
interface Setting {
  readonly graph: string
  readonly csr: Csr
  readonly options: RequestOptions
}

async function solve(
  { host }: Runtime,
  setting: Setting,
  { nowMs, progress }: ProblemContext,
): Promise<Outcome> {
  const { csr, options } = setting
  const network = await symmetricObject(host, makePart, options)
  await tellFollowers(host, network, csr)
  await onAllCores(host, makeTimelines, network)
  progress.update(1, STEPS)
  const start = nowMs()
  const reports = await onAllCores(host, serve, network)
  const seconds = (nowMs() - start) / 1000
  progress.update(2, STEPS)
  const texts = textsOf(options)
  const sequentialStart = nowMs()
  const expected = runAll(options, texts, csr.outgoing)
  const sequentialSeconds = (nowMs() - sequentialStart) / 1000
  const wrong = await compare(host, network, expected)
  progress.update(STEPS, STEPS)
  await onAllCores(host, dropAll, network)
  await free(host, network)
  return outcome(setting, { reports, seconds, sequentialSeconds, expected, wrong })
}

/** Gives each core the followers of its users. */
async function tellFollowers(host: Core, network: Network, csr: Csr): Promise<void> {
  const { offsets, targets } = csr.outgoing
  const step = USERS_AT_ONCE * host.cores
  for (let core = 0; core < host.cores; core++) {
    for (let first = core; first < csr.vertices; first += step) {
      const users: number[] = []
      const end = Math.min(csr.vertices, first + step)
      for (let user = first; user < end; user += host.cores) users.push(user)
      const rows = users.map((user) => targets.subarray(offsets[user], offsets[user + 1]))
      const counts = Int32Array.from(rows, (row) => row.length)
      const all = new Int32Array(counts.reduce((sum, count) => sum + count, 0))
      let at = 0
      for (const row of rows) {
        all.set(row, at)
        at += row.length
      }
      await host.call(addFollowers, core, network, counts, all)
    }
  }
}

/** Timelines and posts that are not as in the sequential run. */
async function compare(host: Core, network: Network, expected: ReferenceRun): Promise<number> {
  const { timelines } = expected
  let wrong = (await onAllCores(host, countWrongPosts, network)).reduce((a, b) => a + b, 0)
  for (let core = 0; core < host.cores; core++) {
    const count = shareOf(timelines.length, host.cores, core)
    for (let slot = 0; slot < count; slot += USERS_AT_ONCE) {
      const length = Math.min(USERS_AT_ONCE, count - slot)
      const words = new Int32Array(length * TIMELINE_WORDS)
      for (let i = 0; i < length; i++) {
        words.set(timelines[(slot + i) * host.cores + core]!, i * TIMELINE_WORDS)
      }
      wrong += await host.call(countWrongTimelines, core, network, slot, words)
    }
  }
  return wrong
}

interface Found {
  readonly reports: readonly ServeReport[]
  readonly seconds: number
  readonly sequentialSeconds: number
  readonly expected: ReferenceRun
  readonly wrong: number
}

function outcome({ graph, csr, options }: Setting, found: Found): Outcome {
  const { reports, seconds, sequentialSeconds } = found
  const done = addReports(reports)
  const { composed, deliveries, reads, postsRead } = done
  const { fetches, hits, moves } = addCounts(reports)
  const { users, requests } = options
  const follows = 2 * csr.edges
  const requestsPerSecond = requests / seconds
  const times = { seconds, sequentialSeconds, requestsPerSecond }
  const work = { requests, composed, deliveries, reads, postsRead }
  return {
    figures: { graph, users, follows, ...work, ...times, fetches, hits, moves },
    rows: [
      ['users', `${whole(users)}, who follow ${whole(follows)} in all`],
      ['posts composed', `${whole(composed)}, put into ${whole(deliveries)} timelines`],
      ['timelines read', `${whole(reads)}, with ${whole(postsRead)} posts`],
      ['time', `${seconds.toFixed(3)} s`],
      ['rate', `${rate(requestsPerSecond)} requests a second`],
      ['one loop, one thread', `${rate(requests / sequentialSeconds)} a second`],
      ['pages fetched', `${whole(fetches)}; borrows of their copies: ${whole(hits)}`],
    ],
    fault: describeFault(found, done, requests),
  }
}

type Done = Omit<ServeReport, keyof StoreCounts>

function addReports(reports: readonly ServeReport[]): Done {
  const sum = (of: keyof Done) => reports.reduce((all, report) => all + report[of], 0)
  return {
    composed: sum('composed'),
    deliveries: sum('deliveries'),
    reads: sum('reads'),
    postsRead: sum('postsRead'),
    spoilt: sum('spoilt'),
  }
}

function describeFault({ wrong, expected }: Found, done: Done, requests: number) {
  if (wrong > 0) return `${plural(wrong, 'timeline or post', 'timelines or posts')} differ`
  if (done.spoilt > 0) return `${plural(done.spoilt, 'post')} read were not as written`
  const isAll =
    done.composed + done.reads === requests &&
    done.composed === expected.composed &&
    done.deliveries === expected.deliveries
  return isAll ? undefined : 'requests were lost, or served twice'
}

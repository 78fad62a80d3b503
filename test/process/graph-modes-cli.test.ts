/** PageRank, and both modes of the graph command line, as a user runs them: real processes. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { type AppOutcome, checkRefused, reportOf, runApp } from '../support/app.ts'

const directory = await mkdtemp(join(tmpdir(), 'orujo-modes-'))
test.after.always(() => rm(directory, { recursive: true }))

interface Report {
  readonly kernel: string
  readonly mode: string
  readonly seconds: number[]
  readonly iterations: number
  readonly change: number
  readonly error: number
  readonly verified: boolean
  readonly result: unknown
}

function run(...args: string[]): Promise<AppOutcome> {
  return runApp('graph', args, { cwd: directory })
}

async function report(...args: string[]): Promise<Report> {
  return (await reportOf('graph', args, { cwd: directory })) as Report // as the app documents it
}

async function write(name: string, content: string): Promise<string> {
  await writeFile(join(directory, name), content)
  return name
}

const MODES = ['delegate', 'ownership']
const PLACES = [
  ['--locales', '1', '--cores', '2'],
  ['--locales', '2', '--cores', '2'],
]

test.serial('both modes search alike, to the last byte of --out', async (t) => {
  const found: string[] = []
  for (const mode of MODES) {
    for (const place of PLACES) {
      const graph = ['--graph', 'kronecker:10', '--mode', mode, '--trials', '2', ...place]
      const { verified, result, ...rest } = await report('bfs', ...graph, '--out', 'levels.txt')
      t.is(rest.mode, mode)
      t.true(verified)
      const levels = await readFile(join(directory, 'levels.txt'), 'utf8')
      found.push(JSON.stringify(result) + levels)
    }
  }
  t.is(new Set(found).size, 1)
})

test.serial('pagerank --json prints one object with exactly the agreed fields', async (t) => {
  for (const mode of MODES) {
    for (const place of PLACES) {
      const graph = ['--graph', 'kronecker:10', '--iterations', '7', '--mode', mode, ...place]
      const found = await report('pagerank', ...graph)
      t.deepEqual(Object.keys(found), [
        'kernel',
        'mode',
        'graph',
        'locales',
        'coresPerLocale',
        'seconds',
        'median',
        'iterations',
        'change',
        'error',
        'verified',
      ])
      t.like(found, { kernel: 'pagerank', mode, iterations: 7, verified: true })
      t.true(found.error < 1e-12)
      t.is(found.seconds.length, 3)
    }
  }
})

test.serial('a tolerance ends pagerank early', async (t) => {
  const limits = ['--iterations', '500', '--tolerance', '1e-7']
  const found = await report('pagerank', '--graph', 'kronecker:8', '--cores', '2', ...limits)
  t.true(found.verified && found.iterations < 500 && found.change < 1e-7)
})

test.serial(
  'a directed graph ranks what is pointed to; what has no edges gives to all',
  async (t) => {
    const file = await write('chain.txt', '10 20\n20 30\n')
    for (const mode of MODES) {
      const place = ['--locales', '2', '--cores', '2', '--mode', mode, '--out', 'ranks.txt']
      const { verified } = await report('pagerank', '--graph', file, '--directed', ...place)
      t.true(verified)
      const lines = (await readFile(join(directory, 'ranks.txt'), 'utf8')).trimEnd().split('\n')
      const ranks = lines.map((line) => line.split(' ').map(Number) as [number, number])
      t.deepEqual(
        ranks.map(([id]) => id),
        [10, 20, 30],
      )
      t.true(ranks[0]![1] < ranks[1]![1] && ranks[1]![1] < ranks[2]![1])
      t.true(Math.abs(ranks.reduce((sum, [, rank]) => sum + rank, 0) - 1) < 1e-12)
    }
  },
)

test.serial('an empty graph has no ranks and no levels in either mode', async (t) => {
  const file = await write('empty.txt', '# nothing\n')
  for (const mode of MODES) {
    const graph = ['--graph', file, '--cores', '2', '--mode', mode]
    t.like(await report('pagerank', ...graph), { iterations: 0, error: 0, verified: true })
    t.true((await report('bfs', ...graph)).verified)
  }
})

test.serial('pagerank for people is a table that names the highest vertices', async (t) => {
  const file = await write('star.txt', '1 9\n2 9\n3 9\n')
  const { code, stdout, stderr } = await run('pagerank', '--graph', file, '--cores', '2')
  t.is(stderr, '')
  t.is(code, 0)
  t.regex(stdout, /mode +│ delegate/)
  t.regex(stdout, /rank 1 +│ 0\.\d+ +9 /)
  t.regex(stdout, /verified +│ yes, error /)
})

const REFUSALS: readonly (readonly [what: string, args: readonly string[], message: RegExp])[] = [
  ['another mode', ['bfs', '--mode', 'magic'], /'magic' is invalid.*delegate, ownership/],
  ['no iteration', ['pagerank', '--iterations', '0'], /It must be at least 1/],
  ['a tolerance of words', ['pagerank', '--tolerance', 'few'], /a number from 0 up to 1/],
  ['a damping of 1', ['pagerank', '--damping', '1'], /a number from 0 up to 1, 1 excluded/],
]

for (const [what, args, message] of REFUSALS) {
  test.serial(`${what} is refused in one line, with exit code 1`, async (t) => {
    checkRefused(t, await run(...args, '--graph', 'wordnet'), message)
  })
}

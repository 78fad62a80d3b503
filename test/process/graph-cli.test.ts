/** The graph command line as a user runs it: output, exit codes and messages of a real process. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { link, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import test from 'ava'
import { type AppOutcome, checkRefused, mainOf, reportOf, runApp } from '../support/app.ts'

const directory = await mkdtemp(join(tmpdir(), 'orujo-cli-'))
test.after.always(() => rm(directory, { recursive: true }))

interface Report {
  readonly kernel: string
  readonly mode: string
  readonly graph: { vertices: number; edges: number; directed: boolean }
  readonly locales: number
  readonly coresPerLocale: number
  readonly seconds: number[]
  readonly median: number
  readonly verified: boolean
  readonly result: { source: number | null; reached: number; levels: number }
}

function run(...args: string[]): Promise<AppOutcome> {
  return runApp('graph', args, { cwd: directory })
}

async function report(...args: string[]): Promise<Report> {
  const line = ['bfs', '--cores', '2', ...args]
  return (await reportOf('graph', line, { cwd: directory })) as Report // as the app documents it
}

async function write(name: string, content: string | Uint8Array): Promise<string> {
  await writeFile(join(directory, name), content)
  return name
}

const EDGES = '# a file with everything\n% of it\n\n10 20\r\n20\t30\n30 10\n10 20\n40 40\n500 600'

test.serial('--json prints one object with exactly the agreed fields', async (t) => {
  const file = await write('edges.txt', EDGES)
  const found = await report('--graph', file, '--source', '20', '--trials', '3')
  const { seconds, median, ...rest } = found
  t.deepEqual(rest, {
    kernel: 'bfs',
    mode: 'delegate',
    graph: { vertices: 6, edges: 6, directed: false },
    locales: 1,
    coresPerLocale: 2,
    verified: true,
    result: { source: 20, reached: 3, levels: 2 },
  })
  t.is(seconds.length, 3)
  t.is(median, [...seconds].sort((a, b) => a - b)[1]!)
  t.deepEqual(Object.keys(found), [
    'kernel',
    'mode',
    'graph',
    'locales',
    'coresPerLocale',
    'seconds',
    'median',
    'verified',
    'result',
  ])
})

test.serial('--directed follows edges in their direction only', async (t) => {
  const file = await write('chain.txt', '1 2\n2 3\n4 3\n')
  const directed = await report('--graph', file, '--source', '2', '--directed')
  t.true(directed.graph.directed)
  t.deepEqual(directed.result, { source: 2, reached: 2, levels: 2 })
  const undirected = await report('--graph', file, '--source', '2')
  t.deepEqual(undirected.result, { source: 2, reached: 4, levels: 3 })
})

test.serial(
  '--out lists id and level of each vertex reached, by the ids of the file',
  async (t) => {
    const file = await write('edges.txt.gz', gzipSync(EDGES))
    await report('--graph', file, '--source', '30', '--out', 'levels.txt')
    const lines = await readFile(join(directory, 'levels.txt'), 'utf8')
    t.is(lines, '10 1\n20 1\n30 0\n')
  },
)

test.serial('a report for people is a table; nothing but it is printed', async (t) => {
  const file = await write('edges.txt', EDGES)
  const { code, stdout, stderr } = await run('bfs', '--graph', file, '--locales', '2')
  t.is(code, 0)
  t.is(stderr, '')
  t.regex(stdout, /vertices +│ 6 /)
  t.regex(stdout, /edges +│ 6 \(4 distinct, without self loops\)/)
  t.regex(stdout, /verified +│ yes/)
})

test.serial('a report of one vertex speaks of one vertex', async (t) => {
  const file = await write('loop.txt', '7 7\n')
  const { stdout } = await run('bfs', '--graph', file, '--trials', '1')
  t.regex(stdout, /reached +│ 1 vertex on 1 level /)
  t.regex(stdout, /rate +│ [1-9]\d* edges of the input a second/)
})

test.serial('a reader that has seen enough ends nothing but the output', async (t) => {
  const file = await write('edges.txt', EDGES)
  const search = ['--graph', file, '--source', '30', '--out', 'unread.txt']
  for (const args of [['--help'], search]) {
    const child = spawn(process.execPath, [mainOf('graph'), 'bfs', ...args], { cwd: directory })
    child.stdout.destroy()
    let stderr = ''
    for await (const text of child.stderr) stderr += String(text)
    t.is(stderr, '')
    t.is(child.exitCode ?? (await once(child, 'exit'))[0], 0)
  }
  t.is(await readFile(join(directory, 'unread.txt'), 'utf8'), '10 1\n20 1\n30 0\n')
})

test.serial('--out never overwrites the graph, by whatever name', async (t) => {
  const file = await write('precious.txt', EDGES)
  await link(join(directory, file), join(directory, 'alias.txt'))
  for (const out of ['precious.txt', './precious.txt', 'alias.txt']) {
    const { code, stderr } = await run('bfs', '--graph', file, '--out', out)
    t.is(code, 1)
    t.is(stderr, `error: cannot write '${out}': it is the graph\n`)
  }
  t.is(await readFile(join(directory, file), 'utf8'), EDGES)
})

test.serial('wordnet is the agreed graph, and a word is a source', async (t) => {
  const found = await report('--graph', 'wordnet', '--source', 'dog', '--locales', '2')
  t.deepEqual(found.graph, { vertices: 117_791, edges: 378_203, directed: false })
  t.deepEqual([found.verified, found.locales], [true, 2])
  t.deepEqual(found.result, { source: 102086723, reached: 115_579, levels: 14 })
})

test.serial('a Kronecker graph and its answer are the same on every number of cores', async (t) => {
  const runs = [
    ['--locales', '1', '--cores', '1'],
    ['--locales', '1', '--cores', '4'],
    ['--locales', '2', '--cores', '2'],
  ]
  const results: unknown[] = []
  for (const cores of runs) {
    const { graph, result, verified } = await report('--graph', 'kronecker:12', ...cores)
    results.push({ graph, result, verified })
  }
  t.deepEqual(results[1], results[0])
  t.deepEqual(results[2], results[0])
})

test.serial('an empty graph has an empty answer', async (t) => {
  const file = await write('empty.txt', '# nothing\n')
  const found = await report('--graph', file, '--out', 'empty-levels.txt')
  t.deepEqual(found.graph, { vertices: 0, edges: 0, directed: false })
  t.deepEqual(found.result, { source: null, reached: 0, levels: 0 })
  t.is(await readFile(join(directory, 'empty-levels.txt'), 'utf8'), '')
})

test.serial(
  'a malformed line is told by file, line and expectation, without a stack',
  async (t) => {
    const file = await write('bad.txt', '1 2\n# fine\n3 x\n')
    t.deepEqual(await run('bfs', '--graph', file), {
      code: 1,
      stdout: '',
      stderr:
        'error: bad.txt:3: expected two vertex ids from 0 to 9007199254740991, ' + "found '3 x'\n",
    })
  },
)

const REFUSALS: readonly (readonly [what: string, args: readonly string[], message: RegExp])[] = [
  ['a missing file', ['--graph', 'nowhere.txt'], /^error: cannot read 'nowhere.txt': there is no/],
  ['a directory', ['--graph', '.'], /^error: '\.' is not a file/],
  ['no graph', [], /^error: required option '--graph <graph>' not specified/],
  ['an unknown option', ['--graph', 'wordnet', '--fast'], /^error: unknown option '--fast'/],
  ['a scale in words', ['--graph', 'kronecker:ten'], /SCALE is a whole number, as in kronecker:18/],
  ['a scale too large', ['--graph', 'kronecker:99'], /scale is a whole number from 1 to 30/],
  ['no cores', ['--graph', 'wordnet', '--cores', '0'], /'--cores .*It must be at least 1/],
  ['a word of nothing', ['--graph', 'wordnet', '--source', ''], /WordNet has no word ''\n$/],
  ['half a trial', ['--graph', 'wordnet', '--trials', '1.5'], /It must be a whole number/],
  ['a word near others', ['--graph', 'wordnet', '--source', 'dgo'], /did you mean 'dog', /],
  ['a word near none', ['--graph', 'wordnet', '--source', 'zzzzqzzzz'], /no word 'zzzzqzzzz'\n$/],
  ['a word where ids are numbers', ['--graph', 'ids.txt', '--source', 'dog'], /'dog' is none/],
  ['an id that is not there', ['--graph', 'ids.txt', '--source', '5'], /nearest: 4 and 8/],
  [
    'a directory to write to',
    ['--graph', 'ids.txt', '--out', '.'],
    /cannot write '\.': it is a directory/,
  ],
  ['a negative id', ['--graph', 'ids.txt', '--source', '-1'], /from 0: '-1' is none/],
  [
    'a place it cannot write',
    ['--graph', 'ids.txt', '--out', 'no/where'],
    /cannot write 'no\/where': there is no such dir/,
  ],
]

for (const [what, args, message] of REFUSALS) {
  test.serial(`${what} is refused in one line, with exit code 1`, async (t) => {
    await write('ids.txt', '4 8\n')
    checkRefused(t, await run('bfs', ...args), message)
  })
}

test.serial('--help tells what graphs there are and what the numbers count', async (t) => {
  const { code, stdout } = await run('bfs', '--help')
  t.is(code, 0)
  t.regex(stdout, /kronecker:SCALE/)
  t.regex(stdout, /duplicates and self loops included/)
})

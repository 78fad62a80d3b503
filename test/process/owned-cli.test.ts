/** The apps on owned objects as a user runs them: answers, output, exit codes and messages. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { type AppOutcome, checkRefused, reportOf, runApp } from '../support/app.ts'

function run(...args: string[]): Promise<AppOutcome> {
  return runApp('owned', args)
}

type Report = Readonly<Record<string, unknown>>

async function report(...args: string[]): Promise<Report> {
  return (await reportOf('owned', args)) as Report // as the app documents it
}

const SHAPES = [
  [1, 1],
  [1, 2],
  [2, 1],
  [2, 2],
] as const

const APPS: readonly (readonly [args: string, expected: Report, measured: readonly string[]])[] = [
  ...['ownership', 'delegate'].map((mode) => {
    const args = `kvstore --keys 500 --operations 20000 --mix 50 --mode ${mode}`
    const expected = { app: 'kvstore', mode, keys: 500, operations: 20_000, mix: 50, zipf: 0.99 }
    const counts = ['reads', 'writes', 'hits', 'fetches', 'moves']
    const rates = ['seconds', 'operationsPerSecond', 'sequentialOperationsPerSecond']
    return [args, expected, [...rates, ...counts]] as const
  }),
  [
    'gemm --size 50 --block 16',
    { app: 'gemm', size: 50, block: 16, moves: 0 },
    ['seconds', 'gflops', 'sequentialGflops', 'fetches', 'fetchedBytes'],
  ],
  [
    'social --graph kronecker:6 --requests 2000',
    { app: 'social', graph: 'kronecker:6', users: 64, requests: 2000, moves: 0 },
    [
      ...['follows', 'composed', 'deliveries', 'reads', 'postsRead', 'fetches', 'hits'],
      ...['seconds', 'sequentialSeconds', 'requestsPerSecond'],
    ],
  ],
]

for (const [args, expected, measured] of APPS) {
  test.serial(`${args} is verified on 1 and 2 cores of 1 and 2 locales`, async (t) => {
    for (const [locales, coresPerLocale] of SHAPES) {
      const cores = ['--locales', String(locales), '--cores', String(coresPerLocale)]
      const found = { ...(await report(...args.split(' '), ...cores)) }
      for (const name of measured) {
        t.is(typeof found[name], 'number', name)
        delete found[name]
      }
      t.deepEqual(found, { ...expected, verified: true, locales, coresPerLocale })
    }
  })
}

interface QueryReport {
  readonly name: string
  readonly groups: number
  readonly seconds: number
}

test.serial('dataframe tells the groups of each query, on any cores the same', async (t) => {
  for (const [locales, cores] of SHAPES) {
    const shape = ['--locales', String(locales), '--cores', String(cores)]
    const found = await report('dataframe', '--rows', '3000', '--groups', '3', ...shape)
    t.true(found['verified'])
    t.is(found['rows'], 3000)
    const groups = (found['queries'] as QueryReport[]).map((query) => [query.name, query.groups])
    t.deepEqual(groups.slice(0, 2), [
      ['q1', 3],
      ['q2', 9],
    ])
    t.deepEqual(
      groups.map(([name]) => name),
      Array.from({ length: 10 }, (_, i) => `q${i + 1}`),
    )
  }
})

test.serial('what cannot be dealt out evenly has room all the same', async (t) => {
  const shape = ['--locales', '2', '--cores', '2']
  t.true((await report('gemm', '--size', '512', '--block', '512', ...shape))['verified'])
  for (const rows of ['10000', '70000']) {
    t.true((await report('dataframe', '--rows', rows, ...shape))['verified'])
  }
})

test.serial('dataframe reads a file', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'orujo-'))
  try {
    const path = join(directory, 'frame.csv')
    const rows = [
      'id1,id1,id1,1,1,1,1,2,0.5',
      'id2,id1,id2,1,2,3,4,5,1.5',
      'id2,id2,id2,1,2,3,4,5,2',
    ]
    await writeFile(path, ['id1,id2,id3,id4,id5,id6,v1,v2,v3', ...rows, ''].join('\n'))
    const { code, stdout, stderr } = await run('dataframe', '--csv', path, '--cores', '2')
    t.is(stderr, '')
    t.is(code, 0)
    t.regex(stdout, /app +│ dataframe /)
    t.regex(stdout, /rows +│ 3 /)
    t.regex(stdout, /q1: sum v1 by id1 +│ 2 groups in /)
    t.regex(stdout, /q2: sum v1 by id1, id2 +│ 3 groups in /)
    t.regex(stdout, /q6: median v3, sd v3 by id4, id5 +│ 2 groups in /)
    t.regex(stdout, /verified +│ yes /)
  } finally {
    await rm(directory, { recursive: true })
  }
})

test.serial('what is fetched depends on where cores share memory', async (t) => {
  const args = ['gemm', '--size', '64', '--block', '16']
  const together = await report(...args, '--cores', '2')
  const apart = await report(...args, '--locales', '2', '--cores', '1')
  t.is(together['fetches'], 0)
  // Of 4 x 4 blocks each core needs all of b, of which it has half.
  t.is(apart['fetches'], 16)
})

const REFUSALS: readonly (readonly [args: string, message: RegExp])[] = [
  ['kvstore --keys 0', /It must be at least 1/],
  ['kvstore --mix 101', /It must be at most 100/],
  ['kvstore --zipf 1', /less than 1/],
  ['kvstore --zipf .', /less than 1/],
  ['kvstore --mode fast', /Allowed choices are ownership, delegate/],
  ['gemm --size 9000', /It must be at most 8192/],
  ['gemm --size 8000 --block 2', /blocks are more than 65,536: make them larger/],
  ['dataframe --rows 1.5', /It must be a whole number/],
  ['dataframe --rows 5000001', /It must be at most 5000000/],
  ['dataframe --csv /nowhere.csv', /cannot read '\/nowhere.csv'/],
  ['social --graph kronecker:x', /SCALE is a whole number/],
  ['social --graph kronecker:99', /scale is a whole number from 1 to 30/],
  ['social --graph /nowhere.txt', /nowhere.txt/],
  ['social --compose 101', /It must be at most 100/],
  ['xyzzy', /unknown command 'xyzzy'/],
]

for (const [args, message] of REFUSALS) {
  test.serial(`${args} is refused in one line, with exit code 1`, async (t) => {
    checkRefused(t, await run(...args.split(' ')), message)
  })
}

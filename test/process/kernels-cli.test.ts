/** The kernels as a user runs them: answers, output, exit codes and messages of real processes. */
import test from 'ava'
import { type AppOutcome, checkRefused, reportOf, runApp } from '../support/app.ts'

function run(...args: string[]): Promise<AppOutcome> {
  return runApp('kernels', args)
}

type Report = Readonly<Record<string, unknown>>

async function report(...args: string[]): Promise<Report> {
  return (await reportOf('kernels', args)) as Report // as the app documents it
}

/** What a run measured, and how many steals it took, differ from run to run. */
const MEASURED = ['seconds', 'updatesPerSecond', 'sequentialUpdatesPerSecond', 'mopsPerSecond']

const PROBLEMS: readonly (readonly [args: string, expected: Report, measured: string[]])[] = [
  ...[1, 2, 3, 4].map((variant) => {
    const args = `gups --variant ${variant} --log-size 10 --updates 20000`
    const expected = { kernel: 'gups', variant, logSize: 10, updates: 20_000 }
    return [args, expected, MEASURED.slice(0, 3)] as const satisfies unknown[]
  }),
  [
    'uts --tree tiny',
    { kernel: 'uts', tree: 'tiny', nodes: 257_042, leaves: 205_878, depth: 8 },
    ['seconds', 'steals'],
  ],
  ['nqueens --size 10', { kernel: 'nqueens', size: 10, solutions: 724 }, ['seconds']],
  [
    'intsort --class S',
    { kernel: 'intsort', class: 'S', keys: 65_536, iterations: 10 },
    ['seconds', 'mopsPerSecond'],
  ],
]

for (const [args, expected, measured] of PROBLEMS) {
  test.serial(`${args} is verified on 1, 2 and 3 cores of 1 and 2 locales`, async (t) => {
    for (const locales of [1, 2]) {
      for (const coresPerLocale of [1, 2, 3]) {
        const cores = ['--locales', String(locales), '--cores', String(coresPerLocale)]
        const found = { ...(await report(...args.split(' '), ...cores)) }
        for (const name of measured) {
          t.is(typeof found[name], 'number', name)
          delete found[name]
        }
        t.deepEqual(found, { ...expected, verified: true, locales, coresPerLocale })
      }
    }
  })
}

for (const tree of ['T1', 'T3']) {
  test.serial(`${tree} has the published counts on two cores`, async (t) => {
    const found = await report('uts', '--tree', tree, '--cores', '2')
    t.is(found['verified'], true)
  })
}

test.serial('a report for people is a table; nothing but it is printed', async (t) => {
  const { code, stdout, stderr } = await run('nqueens', '--size', '8', '--cores', '2')
  t.is(stderr, '')
  t.is(code, 0)
  t.regex(stdout, /kernel +│ nqueens /)
  t.regex(stdout, /cores +│ 1 locale x 2 cores /)
  t.regex(stdout, /solutions +│ 92 /)
  t.regex(stdout, /verified +│ yes /)
})

test.serial('--metrics goes to stderr, so that stdout stays what it is', async (t) => {
  const { stdout, stderr } = await run(
    'nqueens',
    '--size',
    '8',
    '--cores',
    '2',
    '--json',
    '--metrics',
  )
  t.is((JSON.parse(stdout) as Report)['solutions'], 92)
  t.regex(stderr, /Messages since the launch/)
})

const REFUSALS: readonly (readonly [args: string, message: RegExp])[] = [
  ['gups --log-size 0', /'--log-size <n>' argument '0' is invalid. It must be at least 1/],
  ['gups --log-size 31', /It must be at most 30/],
  ['gups --log-size 30 --cores 1', /a table of 2\^30 elements does not fit 1 core: use more/],
  ['gups --updates 1.5', /It must be a whole number/],
  ['gups --variant 5', /It must be 1, 2, 3 or 4/],
  ['uts --tree T9', /It must be one of T1, T2, /],
  ['nqueens --size 21', /It must be at most 20/],
  ['nqueens --size -1', /It must be a whole number/],
  ['intsort --class X', /It must be one of S, W, A/],
  ['intsort --cores 0', /'--cores .*It must be at least 1/],
  ['uts --fast', /unknown option '--fast'/],
  ['xyzzy', /unknown command 'xyzzy'/],
]

for (const [args, message] of REFUSALS) {
  test.serial(`${args} is refused in one line, with exit code 1`, async (t) => {
    checkRefused(t, await run(...args.split(' ')), message)
  })
}

/** Every wrong option of `launch` is one readable error, before anything has been started. */
import { inspect } from 'node:util'
import test, { type ExecutionContext } from 'ava'
import { type LaunchOptions, OrujoError, launch } from '@orujo/core'
import { inTime } from '../support/deadline.ts'
import { resultOf } from '../support/child.ts'

const program = new URL('../support/programs/process/work.js', import.meta.url)

/** Options as JavaScript programs may pass them. */
type Given = Readonly<Record<string, unknown>>

async function refused(t: ExecutionContext, options: unknown, message: RegExp): Promise<void> {
  const launching = launch(options as LaunchOptions) // wrong on purpose
  const error = await t.throwsAsync(inTime('launch', launching), { instanceOf: OrujoError })
  t.is(error.code, 'ORUJO_OPTION')
  t.regex(error.message, message)
  t.notRegex(error.message, /\n|undefined is not|TypeError/)
}

const REFUSED: readonly (readonly [options: Given, message: RegExp])[] = [
  [{ locales: 0 }, /locales must be a whole number from 1 to 4094, got 0/],
  [{ locales: 1.5 }, /locales .* got 1\.5/],
  [{ locales: '2' }, /locales .* got '2'/],
  [{ locales: NaN }, /locales .* got NaN/],
  [{ coresPerLocale: -1 }, /coresPerLocale must be a whole number from 1 to 4094, got -1/],
  [{ coresPerLocale: 2n }, /coresPerLocale .* got 2n/],
  [{ locales: 100, coresPerLocale: 100 }, /locales \* coresPerLocale .* got 10000/],
  [
    { heapBytes: 100 },
    /heapBytes must be a whole number of bytes from 4096 to 4294967296, got 100/,
  ],
  [{ heapBytes: 4100 }, /heapBytes must be a multiple of 64, got 4100/],
  [{ heapBytes: 2 ** 33 }, /heapBytes .* got 8589934592/],
  [{ heapBytes: '1 GiB' }, /heapBytes .* got '1 GiB'/],
  [{ heapBytes: 4096, sharedBytes: 8192 }, /sharedBytes .* from 0 to 4096, got 8192/],
  [{ sharedBytes: 100 }, /sharedBytes must be a multiple of 64, got 100/],
  [{ ringBytes: 3000 }, /ringBytes must be a power of two, got 3000/],
  [{ ringBytes: 512 }, /ringBytes .* from 1024 .* got 512/],
  [
    { coresPerLocale: 62, ringBytes: 1024 },
    /ringBytes with 62 cores must be a whole number of bytes from 2048 to 1073741824, got 1024/,
  ],
  [{ outboxBytes: Infinity }, /outboxBytes .* got Infinity/],
  [{ spinMs: -1 }, /spinMs must be a number of milliseconds from 0 to 2147483647, got -1/],
  [{ spinMs: '1' }, /spinMs .* got '1'/],
  [{ maxRuns: 0 }, /maxRuns must be a whole number from 1 .* got 0/],
  [{ log: 'stdout' }, /log must be 'stderr' or 'event', got 'stdout'/],
  [{ log: true }, /log must be 'stderr' or 'event', got true/],
  [{ metricsIntervalMs: NaN }, /metricsIntervalMs .* got NaN/],
  [{ trace: '' }, /trace must be a text that is not empty, got ''/],
  [{ trace: true }, /trace takes an object of options, got true/],
  [{ trace: {} }, /trace\.file must be a text that is not empty, got undefined/],
  [{ trace: { path: 'x' } }, /trace has no option 'path'. Options are: file, eventsPerCore/],
  [{ trace: { file: 'x', eventsPerCore: 0 } }, /trace\.eventsPerCore .* from 1 .* got 0/],
  [{ launchTimeoutMs: Infinity }, /launchTimeoutMs .* got Infinity/],
  [{ closeTimeoutMs: {} }, /closeTimeoutMs .* got \{\}/],
  [{ abortGraceMs: [] }, /abortGraceMs .* got \[\]/],
  [{ execArgv: '--import tsx' }, /execArgv must be an array of strings, got '--import tsx'/],
  [{ execArgv: [1] }, /execArgv must be an array of strings/],
  [{ env: 7 }, /env must be an object of strings by name, got 7/],
  [{ env: { A: 1 } }, /env must be an object of strings by name, got 1 for A/],
  [{ resourceLimits: 5 }, /resourceLimits takes an object of options, got 5/],
  [{ resourceLimits: { heap: 5 } }, /resourceLimits has no option 'heap'. Options are: maxOld/],
  [{ resourceLimits: { stackSizeMb: 'x' } }, /resourceLimits\.stackSizeMb .* got 'x'/],
  [{ cores: 4 }, /launch\(\) has no option 'cores'. Options are: program, locales, coresPerLocale/],
]

for (const [options, message] of REFUSED) {
  test(`launch refuses ${title(options)}`, (t) => refused(t, { program, ...options }, message))
}

const PROGRAMS: readonly (readonly [program: unknown, found: RegExp])[] = [
  [undefined, /needs the URL of a module file, got nothing. Write program: new URL\(/],
  [5, /got 5/],
  [null, /got null/],
  [[], /got an empty list/],
  ['./program.js', /got '\.\/program\.js'/],
  ['/absolute/program.js', /got '\/absolute\/program\.js'/],
  ['@orujo/graph/program', /got '@orujo\/graph\/program'/],
  [
    'http://127.0.0.1/program.js',
    /got http:\/\/127\.0\.0\.1\/program\.js, which is not a file: URL/,
  ],
  [new URL('data:text/javascript,'), /which is not a file: URL/],
  [[program, 'x'], /got 'x'/],
]

for (const [given, found] of PROGRAMS) {
  test(`launch refuses ${title({ program: given })}`, (t) => refused(t, { program: given }, found))
}

for (const options of [undefined, null, 'program.js', 5, []]) {
  test(`launch refuses ${JSON.stringify(options)} in place of options`, (t) =>
    refused(t, options, /launch\(\) takes an object of options, got /))
}

test('launch refuses flags that no thread may have', async (t) => {
  const message = /No thread can be started .*--bogus.* Check launch\(\{ execArgv/
  await refused(t, { program, locales: 2, execArgv: ['--bogus'] }, message)
})

test('the flags of the process that no thread may have are no obstacle', async (t) => {
  const flags = ['--expose-gc', '--max-old-space-size=500', '--stack-trace-limit=20']
  t.is(await resultOf('launchAndClose', [], { flags }), 3)
})

test('a program runs the same where Node forbids code from strings', async (t) => {
  const flags = ['--disallow-code-generation-from-strings']
  const sum = (0.5 * (1000 * 1001)) / 2
  t.deepEqual(await resultOf('tallyOnOther', [1000]), { sum, isCodeForbidden: false })
  t.deepEqual(await resultOf('tallyOnOther', [1000], { flags }), { sum, isCodeForbidden: true })
})

test('memory that cannot be had is an error that names the options to lower', async (t) => {
  const wrapper = ['prlimit', '--as=8000000000']
  const outcome = await resultOf<string>('launchRejection', [{ heapBytes: 2 ** 32 }], { wrapper })
  t.regex(
    outcome,
    /^ORUJO_MEMORY_EXHAUSTED This machine cannot reserve 2 heaps of 4294967296 bytes/,
  )
  t.regex(outcome, /Lower launch\(\{ heapBytes \}\)/)
})

function title(options: Given): string {
  const text = inspect(options, { breakLength: Infinity })
  return text.slice(2, -2).replaceAll(program.href, 'a program')
}

/** What every command line does with options, errors and its exit code. */
import { PassThrough } from 'node:stream'
import {
  attachTerminal,
  parseCount,
  runCommandLine,
  WrongAnswerError,
  type Terminal,
} from '@orujo/cli'
import test from 'ava'
import { Command } from 'commander'

interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command with one option whose action is `action`. */
async function run(args: readonly string[], action: () => unknown): Promise<Outcome> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const terminal: Terminal = { stdout, stderr, isProgressWanted: false, nowMs: () => 0 }
  const program = attachTerminal(new Command('try'), terminal)
    .option('--count <n>', 'how many', parseCount)
    .action(async () => {
      await action()
    })
  const code = await runCommandLine(program, args, { terminal, subject: 'a test' })
  const textOf = (stream: PassThrough): string => String(stream.read() ?? '')
  return { code, stdout: textOf(stdout), stderr: textOf(stderr) }
}

function fail(error: unknown): () => never {
  return () => {
    throw error
  }
}

test('an action that ends well exits with 0 and prints nothing by itself', async (t) => {
  const outcome = await run(['--count', '3'], () => undefined)
  t.deepEqual(outcome, { code: 0, stdout: '', stderr: '' })
})

test('a wrong answer is told in one line, and exits with 1', async (t) => {
  const outcome = await run([], fail(new WrongAnswerError('5 is not 4')))
  t.deepEqual(outcome, { code: 1, stdout: '', stderr: 'error: wrong answer: 5 is not 4\n' })
})

test('an error without a code is a defect, and shows its stack', async (t) => {
  const { code, stderr } = await run([], fail(new TypeError('x is not a function')))
  t.is(code, 1)
  t.regex(stderr, /^error: TypeError: x is not a function\n +at /)
})

test('memory that ran out is told as such, on whichever core it was', async (t) => {
  const cause = new RangeError('Array buffer allocation failed')
  for (const error of [cause, new AggregateError([cause], 'work failed')]) {
    const { stderr } = await run([], fail(error))
    t.is(stderr, 'error: there is not enough memory for a test\n')
  }
})

for (const count of ['0', '-1', '1.5', 'two', '', '1e3', '9'.repeat(20)]) {
  test(`'${count}' is refused as a count`, async (t) => {
    const { code, stderr } = await run([`--count=${count}`], () => t.fail())
    t.is(code, 1)
    t.regex(stderr, /^error: option '--count <n>' argument .* It must be /)
  })
}

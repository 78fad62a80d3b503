/** Errors cross cores with everything that helps their reader. */
import test, { type ExecutionContext } from 'ava'
import { OrujoError, RemoteError, type Runtime, launch } from '@orujo/core'
import { inTime } from '../support/deadline.ts'
import * as program from '../support/programs/process/errors.ts'

const url = new URL('../support/programs/process/errors.js', import.meta.url)
const running: Runtime[] = []

test.before('a runtime of three cores in two locales', async () => {
  running.push(await launch({ program: url, locales: 1, coresPerLocale: 3, heapBytes: 2 ** 20 }))
})
test.after.always('it closes', () => running[0]?.close())

/** Fields that errors have here, looked at one by one. */
interface Failure extends Error {
  readonly code?: unknown
  readonly core?: number
  readonly definition?: string
  readonly line?: number
  readonly seen?: ReadonlyMap<string, number>
  readonly errors?: readonly Failure[]
  readonly className?: string
}

async function failure(t: ExecutionContext, work: Promise<unknown>): Promise<Failure> {
  return t.throwsAsync<Failure>(inTime('an error', work))
}

function checkCustom(t: ExecutionContext, error: Failure, core: number, definition: string): void {
  t.true(error instanceof RemoteError)
  t.is(error.name, 'BadRecordError')
  t.is(error.className, 'BadRecordError')
  t.is(error.code, 'BAD_RECORD')
  t.is(error.message, 'line 7 is no record')
  t.is(error.line, 7)
  t.deepEqual(error.seen, new Map([['records', 6]]))
  t.is(error.core, core)
  t.is(error.definition, definition)
  const cause = error.cause as Failure
  t.true(cause instanceof RangeError)
  t.is(cause.message, '7 is too much')
  t.is(cause.cause, 'a full moon')
}

/** The frames of `patterns` are in the stack, in this order. */
function checkStack(t: ExecutionContext, error: Failure, patterns: readonly RegExp[]): void {
  let rest = error.stack ?? ''
  for (const pattern of patterns) {
    const found = pattern.exec(rest)
    t.truthy(found, `${pattern} is not in its place in:\n${error.stack}`)
    rest = rest.slice((found?.index ?? 0) + (found?.[0].length ?? 0))
  }
}

test('a delegate that throws: class, code, fields, causes, place and both stacks', async (t) => {
  const runtime = running[0]!
  async function whoAsked(): Promise<number> {
    return await runtime.host.call(program.failDelegate, 1, 'custom')
  }
  const error = await failure(t, whoAsked())
  checkCustom(t, error, 1, 'errors.delegate')
  checkStack(t, error, [
    /^BadRecordError: line 7 is no record/,
    /at failWith .*errors\.[jt]s/,
    /at core 1, delegate errors\.delegate/,
    /at async whoAsked/,
  ])
})

test('a task that throws after it was suspended: the same', async (t) => {
  const runtime = running[0]!
  async function whoRan(): Promise<number> {
    return await runtime.run(program.failTask, 'custom')
  }
  const error = await failure(t, whoRan())
  checkCustom(t, error, 0, 'errors.task')
  checkStack(t, error, [
    /at failWith .*errors\.[jt]s/,
    /at async deeper|at deeper/,
    /at core 0, task errors\.task/,
    /at async whoRan/,
  ])
})

test('an error that passes through a core keeps the place where it was thrown', async (t) => {
  const runtime = running[0]!
  async function whoRan(): Promise<number> {
    return await runtime.run(program.passOn, 2, 'custom')
  }
  const error = await failure(t, whoRan())
  checkCustom(t, error, 2, 'errors.task')
  checkStack(t, error, [
    /at failWith/,
    /at core 2, task errors\.task/,
    /at async callNext/,
    /at core 0, task errors\.pass-on/,
    /at async whoRan/,
  ])
})

test('an error that wraps another has a place of its own, and the cause keeps its', async (t) => {
  const error = await failure(t, running[0]!.run(program.wrap, 1))
  t.is(error.message, 'core 0 could not go on')
  t.is(error.core, 0)
  t.is(error.definition, 'errors.wrap')
  checkCustom(t, error.cause as Failure, 1, 'errors.delegate')
})

test('standard errors, and those of Node, are of their class again', async (t) => {
  const { host } = running[0]!
  for (const [fault, type, code] of [
    ['type', TypeError, undefined],
    ['node', TypeError, 'ERR_INVALID_URL'],
  ] as const) {
    for (const work of [program.failDelegate, program.failTask]) {
      const error = await failure(t, host.call(work, 1, fault))
      t.true(error instanceof type)
      t.is(error.code, code)
    }
  }
})

test('an AggregateError brings all its errors', async (t) => {
  const error = await failure(t, running[0]!.host.call(program.failDelegate, 0, 'aggregate'))
  t.true(error instanceof AggregateError)
  t.is(error.message, 'both')
  const [first, second] = error.errors ?? []
  t.true(first instanceof TypeError)
  t.is(second?.name, 'BadRecordError')
  t.is(second?.line, 2)
})

for (const [fault, cause, text] of [
  ['string', 'just text', '"just text"'],
  ['undefined', undefined, 'undefined'],
  ['object', { why: 'no error' }, 'object'],
] as const) {
  test(`a thrown ${fault} becomes an error that has it as its cause`, async (t) => {
    for (const work of [program.failDelegate, program.failTask]) {
      const error = await failure(t, running[0]!.host.call(work, 2, fault))
      t.is(error.code, 'ORUJO_REMOTE')
      t.true(error.message.startsWith('a value that is not an error was thrown: '))
      t.true(error.message.toLowerCase().includes(text), error.message)
      t.deepEqual(error.cause, cause)
      t.is(error.core, 2)
    }
  })
}

test('a result that cannot be sent is refused where it was made, by its path', async (t) => {
  const { host } = running[0]!
  const now = await failure(t, host.call(program.giveFunction, 1))
  t.is(now.code, 'ORUJO_NOT_SENDABLE')
  t.regex(now.message, /errors\.give-function: .*result\.list\[1\] is a function/)
  t.is(now.core, 1)
  const later = await failure(t, host.call(program.giveFunctionLater, 1))
  t.is(later.code, 'ORUJO_NOT_SENDABLE')
  t.regex(later.message, /errors\.give-function-later: .*result\.a is a symbol/)
  const run = await failure(t, running[0]!.run(program.giveFunctionLater))
  t.is(run.code, 'ORUJO_NOT_SENDABLE')
})

test('failed one-way work fails the run with all causes', async (t) => {
  const error = await failure(t, running[0]!.run(program.failMany))
  t.is(error.name, 'WorkFailedError')
  t.is(error.code, 'ORUJO_WORK_FAILED')
  const causes = error.errors ?? []
  t.deepEqual(causes.map(({ name, core }) => `${core} ${name}`).sort(), [
    '0 TypeError',
    '1 BadRecordError',
    '2 TypeError',
  ])
  t.is(error.cause, causes[0])
  t.regex(error.message, /^Work of this scope failed: .* \(and 2 more, see errors\)$/)
})

test('work that failed on every core is one error with all causes', async (t) => {
  const error = await failure(t, running[0]!.run(program.failEverywhere))
  t.is(error.code, 'ORUJO_WORK_FAILED')
  t.deepEqual(
    (error.errors ?? []).map(({ core, definition }) => `${core} ${definition}`),
    ['0 errors.task', '1 errors.task', '2 errors.task'],
  )
})

test('a spawned task that fails rejects its join and its scope', async (t) => {
  for (const dst of [0, 1]) {
    t.is(await running[0]!.run(program.joinFailed, dst), 'BadRecordError WorkFailedError')
  }
})

test('the host as target: its errors go to cores and come back', async (t) => {
  const runtime = running[0]!
  const error = await failure(t, runtime.run(program.passOn, runtime.cores, 'custom'))
  checkCustom(t, error, runtime.cores, 'errors.task')
  checkStack(t, error, [
    /at (the host|core 3), task errors\.task/,
    /at core 0, task errors\.pass-on/,
  ])
})

test('a call that cannot be made is refused at the call', async (t) => {
  const { host } = running[0]!
  const far = t.throws(() => host.send(program.failDelegate, 99, 'type'), {
    instanceOf: OrujoError,
  })
  t.is(far.code, 'ORUJO_BAD_ADDRESS')
  const unsendable = (() => 1) as unknown as program.Fault
  const bad = await failure(t, (async () => host.call(program.failDelegate, 1, unsendable))())
  t.is(bad.code, 'ORUJO_NOT_SENDABLE')
})

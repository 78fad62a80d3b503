/**
 * Meetings: how the tasks of one completion scope, one on every core, come together. They meet at
 * the home of the scope: each sends its value there and waits; the last to come lets all go.
 *
 * States      of a phase: gathering -> ended (all came) or broken (one never will, or they do not
 *             agree on what they do); either way everybody who waits is answered, once.
 * Invariants  the n-th collective of a name on one core meets the n-th of that name on the others:
 *             a core's arrival joins the oldest phase that it is not in yet. So phases of one name
 *             end in their order, and many may be under way.
 * Ordering    arrivals of one core are handled in the order in which it entered, because they take
 *             one link; its departure comes behind them on the same link.
 * Access      phases are kept at the home of the scope, under the scope's own object, which is new
 *             for every scope: nothing is left of a meeting when its scope is forgotten.
 * Suspends    `meet` returns a promise; handlers never wait.
 * Failure     a member of a team (see `depart`) that ends without coming: ORUJO_COLLECTIVE for all
 *             who wait for it. The end of the runtime rejects, as it does all calls.
 * Misuse      different collectives, operators, roots or lengths in one phase: InvariantError for
 *             everybody in it, so that nobody is left behind.
 * The race    a member that has ended must not be reported missing while its arrival is still
 *             under way. It is not: arrivals are delegates, thus handled as they are read, and the
 *             answer that tells of the member's end was sent behind them.
 */
import type { Core } from '../delegate/core.ts'
import { delegate } from '../delegate/define.ts'
import { combine, combineAll, operatorName } from '../delegate/operator.ts'
import { OrujoError, InvariantError, invariant } from '../errors.ts'
import type { CoreId } from '../place.ts'
import type { Scope } from '../sync/scope.ts'
import type { ScopeTable } from '../sync/scopes.ts'
import type { Wait, WaitSource } from '../task/waits.ts'

/** What the members of a phase do together. */
export type Kind =
  | ('barrier' | 'allReduce' | 'scan' | 'exclusiveScan')
  | ('gather' | 'allGather' | 'broadcast')
  /** Agrees on a name for phases that follow: `nameOf` what it answers. */
  | 'allReduce of'

const KINDS: readonly Kind[] = Object.freeze([
  ...(['barrier', 'allReduce', 'scan', 'exclusiveScan'] as const),
  ...(['gather', 'allGather', 'broadcast', 'allReduce of'] as const),
])

/** What everybody in a phase must agree on. */
export interface Agreement {
  readonly kind: Kind
  /** The code of an operator, or the root; 0 where there is neither. */
  readonly parameter?: number
  /** Length of the whole of which this is a part; 0 where there is none. */
  readonly length?: number
  /** Tells collectives apart that tasks of one core enter in no fixed order. */
  readonly name?: string | undefined
}

/** A name that no collective of the program has. */
export function nameOf(ticket: number): string {
  return `\0${ticket}`
}

/**
 * Enters a phase with `value` and waits for it to end. Which answer there is depends on the kind;
 * `allReduce` of numbers and barriers take no detour through the codec.
 */
export function meet(core: Core, agreement: Agreement, value: unknown): Promise<unknown> {
  const { kind, parameter = 0, length = 0, name = '' } = agreement
  invariant(core.id < core.cores, 'The host takes no part in barriers and other collectives.')
  const { endpoint, scope } = core
  const code = KINDS.indexOf(kind) + KINDS.length * parameter
  scope.checkOpen()
  const answer = endpoint.calls.open(scope)
  const call = endpoint.calls.last
  try {
    if (typeof value === 'number' && length === 0 && name === '') {
      core.send(arrive, scope.home, core.id, call, code, value)
    } else core.send(arriveWith, scope.home, core.id, call, code, value, length, name)
  } catch (error) {
    endpoint.calls.cancel(call)
    throw error
  }
  return answer
}

/**
 * Home of `core`'s scope: the task of `member` has ended, with `error` if it failed. Whoever waits
 * for it, now or later, is told so.
 */
export function depart(core: Core, member: CoreId, error: unknown): void {
  const meeting = meetingOf(core)
  meeting.departed[member] = { error }
  for (const [name, queue] of meeting.queues) {
    for (const phase of [...queue]) settle(core, meeting, name, phase)
  }
}

interface Phase {
  readonly code: number
  readonly length: number
  /** By core; calls are what to answer. */
  readonly values: unknown[]
  readonly calls: (number | undefined)[]
  entered: number
  /** Why the phase is broken. Those in `calls` have been told. */
  error: Error | undefined
}

/** What one scope's home knows. */
class Meeting {
  /** Phases that have not ended, by name, oldest first. */
  readonly queues = new Map<string, Phase[]>()
  /** Members that have ended, by core. */
  readonly departed: ({ readonly error: unknown } | undefined)[] = []
  /** Names agreed on so far. */
  tickets = 0
}

/** Meetings of one endpoint. */
class Meetings implements WaitSource {
  readonly byScope = new WeakMap<Scope, Meeting>()
  readonly #scopes: ScopeTable

  constructor(scopes: ScopeTable) {
    this.#scopes = scopes
  }

  addWaits(found: Wait[]): void {
    for (const scope of this.#scopes.known()) {
      const { queues } = this.byScope.get(scope) ?? { queues: new Map<string, Phase[]>() }
      for (const { code, length, calls, error } of [...queues.values()].flat()) {
        if (error !== undefined) continue
        const callers = [...calls.keys()].filter((member) => calls[member] !== undefined)
        const kind = describe(scope.context as Core, code, length)
        const what = `${kind} that only these cores have entered: ${callers.join(', ')}`
        found.push({ what, count: callers.length, callers, scope: scope.id })
      }
    }
  }
}

function meetingOf(core: Core): Meeting {
  const { scopes } = core.endpoint
  const { byScope } = core.endpoint.state(Meetings, () => new Meetings(scopes))
  let meeting = byScope.get(core.scope)
  if (meeting === undefined) {
    meeting = new Meeting()
    byScope.set(core.scope, meeting)
  }
  return meeting
}

const arrive = delegate(
  'orujo.meet',
  (core: Core, from: CoreId, call: number, code: number, value: number) => {
    enter(core, from, call, code, value, 0, '')
  },
)

const arriveWith = delegate(
  'orujo.meet.with',
  (
    core: Core,
    from: CoreId,
    call: number,
    code: number,
    value: unknown,
    length: number,
    name: string,
  ) => {
    enter(core, from, call, code, value, length, name)
  },
)

/** Definitions that every core needs for meetings. */
export const meetingDefinitions = Object.freeze([arrive, arriveWith])

function enter(
  core: Core,
  from: CoreId,
  call: number,
  code: number,
  value: unknown,
  length: number,
  name: string,
): void {
  const meeting = meetingOf(core)
  let queue = meeting.queues.get(name)
  if (queue === undefined) meeting.queues.set(name, (queue = []))
  let phase = queue.find((each) => each.calls[from] === undefined)
  if (phase === undefined) {
    phase = { code, length, values: [], calls: [], entered: 0, error: undefined }
    queue.push(phase)
  }
  phase.values[from] = value
  phase.calls[from] = call
  phase.entered++
  if (phase.error !== undefined) refuse(core, from, call, phase.error)
  else if (phase.code !== code || phase.length !== length) {
    breakUp(core, phase, disagreement(core, phase, from, code, length))
  }
  settle(core, meeting, name, phase)
}

/** Ends the phase if it can end, and breaks it if it never will. */
function settle(core: Core, meeting: Meeting, name: string, phase: Phase): void {
  if (phase.entered === core.cores) {
    const queue = meeting.queues.get(name)!
    queue.splice(queue.indexOf(phase), 1)
    if (queue.length === 0 && name !== '') meeting.queues.delete(name)
    if (phase.error === undefined) end(core, meeting, phase)
    return
  }
  if (phase.error !== undefined) return
  for (let member = 0; member < core.cores; member++) {
    const departure = meeting.departed[member]
    if (departure === undefined || phase.calls[member] !== undefined) continue
    breakUp(core, phase, absence(core, phase, name, member, departure.error))
    return
  }
}

function end(core: Core, meeting: Meeting, phase: Phase): void {
  let answers: unknown[]
  try {
    answers = answersOf(core, meeting, phase)
  } catch (error) {
    breakUp(core, phase, error)
    return
  }
  for (let member = 0; member < core.cores; member++) {
    const call = phase.calls[member]!
    try {
      answer(core, member, call, answers[member])
    } catch (error) {
      refuse(core, member, call, error)
    }
  }
}

/** By core. */
function answersOf(core: Core, meeting: Meeting, { code, values }: Phase): unknown[] {
  const parameter = parameterOf(code)
  const forAll = (value: unknown): unknown[] => values.map(() => value)
  switch (kindOf(code)) {
    case 'barrier':
      return []
    case 'allReduce':
      return forAll(combineAll(core, parameter, values))
    case 'scan':
      return sumsOf(core, parameter, values)
    case 'exclusiveScan':
      return [undefined, ...sumsOf(core, parameter, values.slice(0, -1))]
    case 'gather':
      return values.map((_, member) => (member === parameter ? values : undefined))
    case 'allGather':
      return forAll(values)
    case 'broadcast':
      return forAll(values[parameter])
    case 'allReduce of':
      return forAll(meeting.tickets++)
  }
}

function sumsOf(core: Core, operator: number, values: readonly unknown[]): unknown[] {
  const sums: unknown[] = []
  for (const [i, value] of values.entries()) {
    sums.push(i === 0 ? value : combine(core, operator, sums[i - 1], value))
  }
  return sums
}

function breakUp(core: Core, phase: Phase, error: unknown): void {
  phase.error = error instanceof Error ? error : new Error(String(error), { cause: error })
  for (let member = 0; member < core.cores; member++) {
    const call = phase.calls[member]
    if (call !== undefined) refuse(core, member, call, phase.error)
  }
}

function answer(core: Core, dst: CoreId, call: number, value: unknown): void {
  const { endpoint } = core
  if (dst === core.id) {
    endpoint.calls.resolve(call, value, -1)
    endpoint.scheduler.touch()
  } else endpoint.sender.reply(dst, call, value, false, arrive.name)
}

function refuse(core: Core, dst: CoreId, call: number, error: unknown): void {
  const { endpoint } = core
  const at = { kind: 'delegate', core: core.id, definition: arrive.name } as const
  if (dst === core.id) {
    endpoint.calls.reject(call, endpoint.sender.asArrived(error, at, endpoint), -1)
    endpoint.scheduler.touch()
  } else endpoint.sender.replyError(dst, call, error, false, at)
}

function kindOf(code: number): Kind {
  return KINDS[code % KINDS.length]!
}

function parameterOf(code: number): number {
  return Math.floor(code / KINDS.length)
}

function describe(core: Core, code: number, length: number): string {
  const kind = kindOf(code)
  const size = length > 0 ? ` of ${length} elements` : ''
  if (kind === 'barrier' || kind === 'allGather') return kind
  if (kind === 'gather' || kind === 'broadcast') return `${kind} at core ${parameterOf(code)}`
  return `${kind} '${operatorName(core, parameterOf(code))}'${size}`
}

function disagreement(
  core: Core,
  phase: Phase,
  from: CoreId,
  code: number,
  length: number,
): InvariantError {
  return new InvariantError(
    `Core ${from} entered ${describe(core, code, length)} where others are in ` +
      `${describe(core, phase.code, phase.length)}. One task per core enters the same ` +
      'collectives in the same order; give a name to those of other tasks.',
  )
}

function absence(
  core: Core,
  phase: Phase,
  name: string,
  member: CoreId,
  error: unknown,
): OrujoError {
  const what = describe(core, phase.code, phase.length) + (name === '' ? '' : ` (${name})`)
  const how = error === undefined ? 'returned without coming' : 'failed before it came'
  const why = error instanceof Error ? `: ${error.message}` : ''
  return new OrujoError(
    'ORUJO_COLLECTIVE',
    `The collective ${what} cannot end: the task on core ${member} ${how}${why}`,
    { core: member, ...(error === undefined ? {} : { cause: error }) },
  )
}

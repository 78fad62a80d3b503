/**
 * Random programs: trees of steps made from a seed, what they must come to by walking through them
 * one step after another, and runs of them on a cluster whose every choice is the seed's, too.
 */
import { definitionsIn } from '#core/message/handlers.js'
import { type Cluster, withCluster } from '../support/cluster.ts'
import * as program from '../support/programs/random.ts'
import {
  type GroupStep,
  type QuickStep,
  type Step,
  type Visit,
  notebookOf,
} from '../support/programs/random-steps.ts'
import { type Schedule, pick, seeded } from '../support/schedule.ts'

/** What a program is made from. */
export interface Plan {
  readonly cores: number
  /** Steps of each run; run `i` begins on core `i`. */
  readonly runs: readonly Step[][]
  /** Longest payload, in words. */
  readonly maxPad: number
}

/** What every endpoint must have noted, and the rest of what there is to see. */
export class Ledger {
  readonly notes: Map<number, number>[]
  readonly tallies: number[]
  readonly elements: number[]

  constructor(cores: number) {
    this.notes = Array.from({ length: cores + 1 }, () => new Map<number, number>())
    this.tallies = this.notes.map(() => 0)
    this.elements = Array.from({ length: program.ELEMENTS }, () => 0)
  }

  note(place: number, id: number, times: number): void {
    const notes = this.notes[place]!
    notes.set(id, (notes.get(id) ?? 0) + times)
  }

  /** Notes of steps that are told apart. */
  get count(): number {
    const counts = this.notes.flatMap((notes) => [...notes].map(([id, n]) => (id === 0 ? 0 : n)))
    return counts.reduce((a, b) => a + b, 0)
  }
}

/** Enters into the ledger what `steps`, taken `times` times at `place`, come to. */
export function follow(ledger: Ledger, steps: readonly Step[], place: number, times = 1): void {
  for (const step of steps) followOne(ledger, step, place, times)
}

function followOne(ledger: Ledger, step: Step, place: number, times: number): void {
  const endpoints = ledger.notes.length
  switch (step.do) {
    case 'note':
      ledger.note(place, step.id, times)
      return
    case 'call':
      ledger.note(step.dst, step.id, 2 * times)
      follow(ledger, step.then, step.dst, times)
      return
    case 'numbers':
      ledger.note(step.dst, step.arity === 0 ? 0 : step.id, step.count * times)
      return
    case 'hop':
      for (let hop = 0; hop <= step.hops; hop++) {
        ledger.note((step.dst + hop * step.stride) % endpoints, step.id, times)
      }
      return
    case 'object':
      ledger.note(step.dst, step.id, times)
      ledger.tallies[step.dst]! += times
      return
    case 'add':
    case 'fetch-add':
      ledger.elements[step.index]! += step.by * times
      return
    case 'yield':
    case 'drain':
      return
    case 'finish':
      follow(ledger, step.then, place, times)
      return
    case 'fails':
      for (const dst of step.failing) ledger.note(dst, step.id, times)
      follow(ledger, step.then, place, times)
      return
    case 'phases':
      for (let core = 0; core < endpoints - 1; core++) {
        follow(ledger, step.then, core, times * step.rounds)
      }
      return
    case 'event':
      for (const { dst, then } of step.visits) follow(ledger, then, dst, times)
      return
    default:
      ledger.note(step.dst, step.id, times)
      follow(ledger, step.then, step.dst, times)
  }
}

/** What a task that takes these steps resolves with. */
export function sumOf(steps: readonly Step[]): number {
  let sum = 0
  for (const step of steps) {
    if (step.do === 'await') sum += step.id + step.then.length
    else if (step.do === 'await-task' || step.do === 'join') sum += step.id + sumOf(step.then)
    else if (step.do === 'finish') sum += sumOf(step.then)
  }
  return sum
}

/** Makes programs. Steps are numbered in the order in which they are made, from 1. */
class Maker {
  readonly #schedule: Schedule
  readonly #cores: number
  readonly #maxPad: number
  #lastId = 0
  /** Steps that may still be made. */
  #budget: number

  constructor(schedule: Schedule, cores: number, budget: number, maxPad: number) {
    this.#schedule = schedule
    this.#cores = cores
    this.#budget = budget
    this.#maxPad = maxPad
  }

  /** `isOnce`: the steps are taken once, so that their notes can be counted while others run. */
  steps(depth: number, isOnce: boolean): Step[] {
    return this.#list(depth, () =>
      this.#schedule.choose(2) === 0 ? this.#quick(depth, isOnce) : this.#slow(depth, isOnce),
    )
  }

  #quickSteps(depth: number, isOnce: boolean): QuickStep[] {
    return this.#list(depth, () => this.#quick(depth, isOnce))
  }

  #list<T>(depth: number, make: () => T): T[] {
    const list: T[] = []
    const most = depth > 0 ? this.#schedule.choose(2 + depth) : 0
    while (list.length < most && this.#budget > 0) {
      this.#budget--
      list.push(make())
    }
    return list
  }

  #quick(depth: number, isOnce: boolean): QuickStep {
    const schedule = this.#schedule
    const id = ++this.#lastId
    const dst = schedule.choose(this.#cores + 1)
    switch (schedule.choose(10)) {
      case 0:
        return { do: 'note', id }
      case 1:
      case 2:
        return { do: 'numbers', id, dst, count: 1 + schedule.choose(20), arity: schedule.choose(5) }
      case 3:
        return { do: 'hop', id, dst, hops: schedule.choose(12), stride: 1 + schedule.choose(3) }
      case 4:
        return { do: 'object', id, dst, pad: this.#pad() }
      case 5:
        return { do: 'add', index: schedule.choose(program.ELEMENTS), by: id }
      case 6: {
        const pad = this.#pad()
        return { do: 'task', id, dst, pad, then: this.steps(depth - 1, isOnce) }
      }
      case 7: {
        const pad = this.#pad()
        return { do: 'spawn', id, dst, pad, then: this.steps(depth - 1, isOnce) }
      }
      default: {
        const verb = pick(schedule, ['send', 'call'] as const)
        const pad = this.#pad()
        return { do: verb, id, dst, pad, then: this.#quickSteps(depth - 1, isOnce) }
      }
    }
  }

  #slow(depth: number, isOnce: boolean): Step {
    const schedule = this.#schedule
    const kind = schedule.choose(isOnce ? 10 : 5)
    if (kind === 0) return { do: pick(schedule, ['yield', 'drain'] as const) }
    if (kind === 1) {
      return { do: 'fetch-add', index: schedule.choose(program.ELEMENTS), by: 1 }
    }
    if (kind >= 5) return this.#group(depth)
    const id = ++this.#lastId
    const dst = schedule.choose(this.#cores + 1)
    const pad = this.#pad()
    if (kind === 2) {
      return { do: 'await', id, dst, pad, then: this.#quickSteps(depth - 1, isOnce) }
    }
    const verb = kind === 3 ? 'await-task' : 'join'
    return { do: verb, id, dst, pad, then: this.steps(depth - 1, isOnce) }
  }

  /** Steps that are waited for together, with a count of their notes. */
  #group(depth: number): Step {
    const schedule = this.#schedule
    const id = ++this.#lastId
    const made = this.#groupOf(schedule.choose(4), id, depth)
    const ledger = new Ledger(this.#cores)
    follow(ledger, [made], 0)
    return { ...made, last: this.#lastId, notes: ledger.count }
  }

  #groupOf(kind: number, id: number, depth: number): GroupStep {
    const schedule = this.#schedule
    const common = { id, last: 0, notes: 0 }
    const places = (most: number): number[] =>
      Array.from({ length: schedule.choose(most) }, () => schedule.choose(this.#cores + 1))
    if (kind === 0) return { do: 'finish', ...common, then: this.steps(depth - 1, true) }
    if (kind === 1) {
      const failing = places(4)
      return { do: 'fails', ...common, failing, then: this.#quickSteps(depth - 1, true) }
    }
    if (kind === 2) {
      const rounds = 1 + schedule.choose(3)
      return { do: 'phases', ...common, rounds, then: this.#quickSteps(depth - 1, false) }
    }
    const visits: Visit[] = places(4).map((dst) => ({
      dst,
      waits: schedule.choose(2) === 0,
      then: this.#quickSteps(depth - 1, true),
    }))
    return { do: 'event', ...common, completers: places(4), visits }
  }

  /** Mostly nothing; sometimes more than a frame, or a ring, takes. */
  #pad(): number {
    const choice = this.#schedule.choose(8)
    if (choice < 5) return 0
    return choice < 7 ? this.#schedule.choose(9) : this.#schedule.choose(this.#maxPad)
  }
}

/** A random program. `maxPad`: longest payload, in words. */
export function makePlan(schedule: Schedule, maxCores: number, maxPad: number): Plan {
  const cores = 1 + schedule.choose(maxCores)
  const maker = new Maker(schedule, cores, 10 + schedule.choose(120), maxPad)
  const count = 1 + schedule.choose(Math.min(3, cores))
  const runs = Array.from({ length: count }, () => maker.steps(5, true))
  return { cores, runs, maxPad }
}

/** What a plan must come to. */
export function ledgerOf(plan: Plan): Ledger {
  const ledger = new Ledger(plan.cores)
  for (const [core, steps] of plan.runs.entries()) follow(ledger, steps, core)
  return ledger
}

/**
 * Makes a program from `seed` and runs it; throws if anything is not as it must be. Every third
 * seed with loops that park; the others with turns in any order.
 */
export async function runSeed(seed: number): Promise<void> {
  const schedule = seeded(seed)
  const plan = makePlan(schedule, 4, 400)
  const ringWords = pick(schedule, [64, 256, 4096])
  const definitions = definitionsIn(program)
  const isLooping = seed % 3 === 0
  const sizes = { ringWords, heapBytes: 2 ** 16, sharedBytes: 2 ** 15 }
  const options = { definitions, coresPerLocale: plan.cores, schedule, isLooping, ...sizes }
  await withCluster(options, (cluster) => runPlan(cluster, plan))
}

async function runPlan(cluster: Cluster, plan: Plan): Promise<void> {
  await cluster.run(program.setUp)
  const sums = await cluster.until(Promise.all(startRuns(cluster, plan)))
  // At once, because nothing may still be on its way when the runs are over.
  compare(
    'sums of runs',
    sums,
    plan.runs.map((steps) => sumOf(steps)),
  )
  compareWithLedger(cluster, ledgerOf(plan))
  await cluster.run(program.tearDown)
  await cluster.checkFreed()
}

function startRuns(cluster: Cluster, plan: Plan): Promise<unknown>[] {
  const host = cluster.endpoints[cluster.topology.host]!
  return plan.runs.map((steps, core) => {
    return host.callScoped(program.main, core, [steps])
  })
}

function compareWithLedger(cluster: Cluster, ledger: Ledger): void {
  for (const [id, expected] of ledger.notes.entries()) {
    const { notes, tally, array } = notebookOf(cluster.core(id))
    const sorted = (map: Map<number, number>) => [...map].sort(([a], [b]) => a - b)
    compare(`notes of endpoint ${id}`, sorted(notes), sorted(expected))
    compare(`tally of endpoint ${id}`, tally.count, ledger.tallies[id])
    if (id === cluster.cores) continue
    const elements = ledger.elements.filter((_, index) => array!.home(index) === id)
    compare(`elements of core ${id}`, [...array!.local(cluster.core(id))], elements)
  }
}

function compare(what: string, found: unknown, expected: unknown): void {
  const [text, right] = [JSON.stringify(found), JSON.stringify(expected)]
  if (text !== right) throw new Error(`${what}: ${text}, but must be ${right}`)
}

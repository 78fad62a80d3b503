/**
 * Explorer: runs processes that share memory under every interleaving of their shared accesses.
 *
 * A process is a generator that yields a `Step` before each shared access; what it does until its
 * next yield happens at once. This is sequential consistency, which `Atomics` promises; plain
 * stores and loads are steps of their own, so that their order against the atomic ones is tried.
 *
 * Bounds      a run is cut off where it meets a state that was met before, so that the work grows
 *             with the number of states, not of interleavings. That is right only if `state()` and
 *             the names of the waiting steps say everything that decides what a process does next;
 *             `exploreUncut` tells, for a small world, whether they do.
 */
import { Enumerator, forEverySchedule, type Schedule } from './schedule.ts'

export interface Step {
  readonly name: string
  /** If given, the step can be taken only while this holds: it stands for polling or sleeping. */
  readonly when?: () => boolean
}

/** A generator of steps that ends with an answer of type T. */
export type Steps<T = void> = Generator<Step, T, void>

export interface World {
  /** By name. They may read, but not touch, shared memory before their first yield. */
  readonly processes: Readonly<Record<string, Steps>>
  /** Everything that decides the future, shared and private. */
  state(): string
  /** Throws if something is wrong; called after every step. */
  check?(): void
  /** Throws if the outcome is wrong; called when every process has finished. */
  end(): void
}

export interface Exploration {
  readonly runs: number
  readonly states: number
}

/** Tries every interleaving of the worlds that `make` makes, all alike. Throws with a trace. */
export function explore(make: () => World, maxStates = 500_000): Exploration {
  const enumerator = new Enumerator()
  const met = new Set<string>()
  let runs = 0
  while (enumerator.next()) {
    runs++
    walk(make(), enumerator, (state) => {
      if (!enumerator.isNew) return false
      const size = met.size
      if (met.add(state()).size === size) return true
      if (size === maxStates) throw new Error(`more than ${maxStates} states: reduce the bounds`)
      return false
    })
  }
  return { runs, states: met.size }
}

/** The same without cutting any run off, for tiny worlds: the yardstick for `explore`. */
export function exploreUncut(make: () => World): Exploration {
  const met = new Set<string>()
  const runs = forEverySchedule((schedule) => {
    walk(make(), schedule, (state) => met.add(state()).size < 0)
  })
  return { runs, states: met.size }
}

/**
 * Runs one world under one schedule to its end, or until `isCut` says that the state is known.
 * Throws, with the steps taken, if a check fails or if nobody can take a step.
 */
export function walk(
  world: World,
  schedule: Schedule,
  isCut: (state: () => string) => boolean = () => false,
): void {
  const trace: string[] = []
  try {
    const actors = Object.entries(world.processes).map(([name, steps]) => new Actor(name, steps))
    for (;;) {
      const waiting = actors.filter((actor) => actor.step !== undefined)
      if (waiting.length === 0) return world.end()
      const ready = waiting.filter((actor) => actor.isReady)
      if (ready.length === 0) throw new Error(`stuck: ${waiting.join(', ')}`)
      const actor = ready[schedule.choose(ready.length)]!
      trace.push(String(actor))
      actor.advance()
      world.check?.()
      if (isCut(() => `${actors.join()} ${world.state()}`)) return
    }
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`${message}\nsteps: ${trace.join(', ')}`, { cause })
  }
}

/** Runs steps without a break, and returns their answer. */
export function atOnce<T>(steps: Steps<T>): T {
  let result = steps.next()
  while (!result.done) result = steps.next()
  return result.value
}

/** A process and the step that it will take next. */
class Actor {
  readonly #name: string
  readonly #steps: Steps
  step: Step | undefined

  constructor(name: string, steps: Steps) {
    this.#name = name
    this.#steps = steps
    this.advance()
  }

  get isReady(): boolean {
    return this.step?.when === undefined || this.step.when()
  }

  advance(): void {
    const result = this.#steps.next()
    this.step = result.done ? undefined : result.value
  }

  toString(): string {
    return `${this.#name}: ${this.step?.name ?? 'finished'}`
  }
}

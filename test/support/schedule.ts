/**
 * Schedules: whatever a test leaves open (who runs next, what arrives, how long a message is) is
 * asked of a schedule. A seeded one samples; an enumerated one goes through every sequence of
 * answers, run by run. Either way a run is repeated by its seed or its list of answers.
 */
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

export interface Schedule {
  /** One of 0 to count - 1. */
  choose(count: number): number
}

/** Answers by a random generator that starts at `seed`. */
export function seeded(seed: number): Schedule {
  const random = xoroshiro128plus(seed)
  return { choose: (count) => uniformInt(random, 0, count - 1) }
}

/** Gives the recorded answers again, then always 0. */
export function replayed(answers: readonly number[]): Schedule {
  let asked = 0
  return { choose: () => answers[asked++] ?? 0 }
}

/** One of `items`, by the schedule. */
export function pick<T>(schedule: Schedule, items: readonly T[]): T {
  return items[schedule.choose(items.length)]!
}

/**
 * Runs `body` once per seed, `firstSeed` to firstSeed + count - 1, one after another. A failure
 * says which seed it was.
 */
export async function forSeeds(
  count: number,
  body: (schedule: Schedule, seed: number) => void | Promise<void>,
  firstSeed = 1,
): Promise<void> {
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    try {
      await body(seeded(seed), seed)
    } catch (cause) {
      throw new Error(`with seed ${seed}: ${String(cause)}`, { cause })
    }
  }
}

/**
 * Runs `body` once for every sequence of answers and returns how many there were. `body` must be
 * deterministic but for its schedule, and must come to an end under every one.
 */
export function forEverySchedule(body: (schedule: Schedule) => void, maxRuns = 1_000_000): number {
  const enumerator = new Enumerator()
  let runs = 0
  while (enumerator.next()) {
    if (++runs > maxRuns) throw new Error(`more than ${maxRuns} schedules: make the bounds smaller`)
    try {
      body(enumerator)
    } catch (cause) {
      const answers = enumerator.answers().join(', ')
      throw new Error(`with answers [${answers}]: ${String(cause)}`, { cause })
    }
  }
  return runs
}

/**
 * Every sequence of answers, in the order of an odometer: each run repeats the one before up to the
 * last question that has an answer left, and takes that answer. Memory is one run, not the tree.
 */
export class Enumerator implements Schedule {
  readonly #asked: { answer: number; count: number }[] = []
  #depth = 0
  #known = 0
  #isFirst = true

  /** Prepares the next run; false when there is none left. */
  next(): boolean {
    this.#depth = 0
    if (this.#isFirst) {
      this.#isFirst = false
      return true
    }
    while (this.#asked.length > 0) {
      const last = this.#asked.at(-1)!
      last.answer += 1
      if (last.answer < last.count) break
      this.#asked.pop()
    }
    this.#known = this.#asked.length
    return this.#known > 0
  }

  choose(count: number): number {
    if (count === 1) return 0
    if (this.#depth === this.#asked.length) this.#asked.push({ answer: 0, count })
    return this.#asked[this.#depth++]!.answer
  }

  /** True once this run has left the path of all runs before it. */
  get isNew(): boolean {
    return this.#depth >= this.#known
  }

  /** The answers of this run so far, for `replayed`; questions with one answer are left out. */
  answers(): number[] {
    return this.#asked.slice(0, this.#depth).map(({ answer }) => answer)
  }
}

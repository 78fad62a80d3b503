/**
 * Contender: one way to hand three numbers to another thread, as the rates compare them. Call i has
 * the numbers (i, 2 i, 3 i), so that a sum tells whether all have arrived.
 */

/** What the caller waits for: nothing but the end of all, 256 answers at a time, or each answer. */
export type Discipline = 'one-way' | 'in-flight' | 'one-by-one'

/** One measured round. */
export interface Round {
  readonly seconds: number
  /** Of the numbers that arrived, or of the answers. */
  readonly sum: number
}

export interface Contender {
  readonly name: string
  readonly discipline: Discipline
  run(count: number): Round | Promise<Round>
}

/** Calls that wait for an answer at the same time. */
export const IN_FLIGHT = 256

/** Makes `count` calls, at most `inFlight` of them unanswered at a time. The sum of the answers. */
export async function callAll(
  count: number,
  inFlight: number,
  call: (a: number, b: number, c: number) => Promise<number>,
): Promise<number> {
  let sum = 0
  let next = 0
  const callOneByOne = async (): Promise<void> => {
    while (next < count) {
      const i = next++
      const answer = await call(i, 2 * i, 3 * i)
      sum += answer
    }
  }
  await Promise.all(Array.from({ length: inFlight }, callOneByOne))
  return sum
}

/** What `count` calls must sum up to. */
export function expectedSum(count: number): number {
  return 3 * count * (count - 1)
}

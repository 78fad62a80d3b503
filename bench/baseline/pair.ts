/**
 * Pair: two threads that run one hand-written mechanism against each other, a trial at a time.
 *
 * States      idle -> running (both threads spin) -> idle.
 * Access      the main thread; it only waits while the two run, so that both hardware threads are
 *             theirs.
 * Failure     an exception on either thread rejects the trial.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** What a thread of a pair can be told to run; `pair-thread.ts` knows the bodies. */
export type Role =
  'produce' | 'consume' | 'ping' | 'pong' | 'ask' | 'ask-one' | 'answer' | 'lay-out' | 'steal'

/** What one thread found in one trial. */
export interface Outcome {
  /** From its first operation to the end of its last. */
  readonly seconds: number
  /** Sum of everything that it received. */
  readonly sum: number
}

export class Pair {
  readonly #first: Worker
  readonly #second: Worker

  private constructor(first: Worker, second: Worker) {
    this.#first = first
    this.#second = second
  }

  /** Starts both threads over the same memory and waits until they listen. */
  static async open(first: Role, second: Role, memory: SharedArrayBuffer): Promise<Pair> {
    const threads = [first, second].map((role) => startThread(role, memory)) as [Worker, Worker]
    await Promise.all(threads.map((thread) => once(thread, 'message')))
    return new Pair(...threads)
  }

  /** Runs `count` operations and answers the outcomes of the first and the second thread. */
  async run(count: number): Promise<[Outcome, Outcome]> {
    const outcomes = Promise.all([nextOutcome(this.#first), nextOutcome(this.#second)])
    this.#second.postMessage(count)
    this.#first.postMessage(count)
    return outcomes
  }

  async close(): Promise<void> {
    await Promise.all([this.#first.terminate(), this.#second.terminate()])
  }
}

function startThread(role: Role, memory: SharedArrayBuffer): Worker {
  return new Worker(new URL('./pair-thread.js', import.meta.url), { workerData: { role, memory } })
}

async function nextOutcome(thread: Worker): Promise<Outcome> {
  const [outcome] = (await once(thread, 'message')) as [Outcome]
  return outcome
}

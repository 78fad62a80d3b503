/**
 * Clock for tests: time passes only when the test says so, and whoever waits for it resumes then.
 */
import { setImmediate } from 'node:timers/promises'
import type { LoopClock } from '#core/task/scheduler.js'

export class TestClock implements LoopClock {
  #now = 0
  #paused: (() => void)[] = []

  now(): number {
    return this.#now
  }

  macrotask(): Promise<void> {
    return setImmediate()
  }

  /** Resolves when time has passed. */
  pause(): Promise<void> {
    return new Promise((resolve) => this.#paused.push(resolve))
  }

  /** `ms` milliseconds pass. */
  advance(ms: number): void {
    this.#now += ms
    const paused = this.#paused
    this.#paused = []
    for (const resume of paused) resume()
  }
}

/**
 * Clock for tests: time passes only when the test says so.
 */
import { setImmediate } from 'node:timers/promises'
import type { LoopClock } from '#core/task/scheduler.js'

export class TestClock implements LoopClock {
  #now = 0

  now(): number {
    return this.#now
  }

  macrotask(): Promise<void> {
    return setImmediate()
  }

  /** `ms` milliseconds pass. */
  advance(ms: number): void {
    this.#now += ms
  }
}

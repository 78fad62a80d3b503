/**
 * Machine: what conformance rules ask of a runtime, be it on threads or on one thread under a
 * schedule.
 */
import type { ExecutionContext } from 'ava'
import type { Core, RuntimeMetrics, Task } from '@orujo/core'

export interface Machine {
  readonly cores: number
  /** The host's handle, outside of any run. */
  readonly host: Core
  /** Runs a task on core 0, in a scope of its own. */
  run<A extends unknown[], R>(main: Task<A, R>, ...args: A): Promise<R>
  /** Waits for something that the host has begun. */
  until<T>(promise: Promise<T>): Promise<T>
  /** What all endpoints have counted since they began, once nothing is under way any more. */
  settled(): Promise<RuntimeMetrics>
}

/** Declares what must hold on every machine. */
export type Rule = (
  title: string,
  body: (t: ExecutionContext, machine: Machine) => Promise<void>,
) => void

/** What a promise rejects with; undefined if it does not. Also of calls that throw at once. */
export async function failure(work: () => unknown): Promise<Failure | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    return error as Failure // the fields are looked at one by one
  }
}

/** The codes of what several works, one after the other, fail with. */
export async function codesOf(works: readonly (() => unknown)[]): Promise<(string | undefined)[]> {
  const codes: (string | undefined)[] = []
  for (const work of works) codes.push((await failure(work))?.code)
  return codes
}

/** What our errors may have. */
export interface Failure extends Error {
  readonly code?: string | undefined
  readonly core?: number | undefined
  readonly definition?: string | undefined
  readonly errors?: readonly Error[] | undefined
}

/**
 * Log lines that travel to the host, for runtimes that ask for them as events.
 */
import type { Core } from './core.ts'
import { delegate } from './define.ts'

/** Hands a line to the endpoint it is sent to. */
export const writeLine = delegate('orujo.log', (core: Core, line: string): void => {
  core.endpoint.writeLine(line)
})

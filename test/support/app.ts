/**
 * App: a program of apps/ as a user starts it from the command line, in a process of its own.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { repositoryRoot } from './repository.ts'

/** A deadline, not a measure: loaded machines take a while to start nine threads. */
const DEADLINE_MS = 90_000

export interface AppOutcome {
  /** Exit code; null if the deadline ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface AppOptions {
  /** Directory that it runs in. Default: the caller's. */
  readonly cwd?: string
  readonly deadlineMs?: number
}

/** The file that Node is given to run an app. */
export function mainOf(app: string): string {
  return join(repositoryRoot, 'apps', app, 'dist', 'main.js')
}

/** Runs an app until it ends. */
export function runApp(
  app: string,
  args: readonly string[],
  { deadlineMs = DEADLINE_MS, ...options }: AppOptions = {},
): Promise<AppOutcome> {
  const line = [mainOf(app), ...args]
  return new Promise((resolve) => {
    const settings = { ...options, timeout: deadlineMs }
    const child = execFile(process.execPath, line, settings, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    )
  })
}

/** It has ended with exit code 1, and has said why in one line. */
export function checkRefused(
  t: ExecutionContext,
  { code, stdout, stderr }: AppOutcome,
  message: RegExp,
): void {
  t.is(code, 1)
  t.is(stdout, '')
  t.regex(stderr, message)
  t.is(stderr.trimEnd().split('\n').length, 1)
}

/** What an app prints with `--json`, parsed. Throws with all its output if that is none. */
export async function reportOf(
  app: string,
  args: readonly string[],
  options?: AppOptions,
): Promise<unknown> {
  const { stdout, stderr } = await runApp(app, [...args, '--json'], options)
  try {
    return JSON.parse(stdout)
  } catch {
    throw new Error(`no JSON: ${stdout}${stderr}`)
  }
}

/**
 * Child: runs a scenario in a process of its own, where it matters that the process ends by itself,
 * what it prints, or with which flags it was started.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { DeadlineError } from './deadline.ts'

/** A process that has not ended by then hangs. */
const DEADLINE_MS = 60_000

export interface ChildOutcome {
  /** Exit code; null if a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface ChildOptions {
  /** Flags of Node. */
  readonly flags?: readonly string[]
  /** Command that is given Node's whole command line, such as `prlimit`. */
  readonly wrapper?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly deadlineMs?: number
}

const SCENARIOS = fileURLToPath(new URL('./programs/process/scenario-main.js', import.meta.url))

/** Runs `scenario` of scenarios.ts with `args` until the process ends by itself. */
export async function runScenario(
  scenario: string,
  args: readonly unknown[] = [],
  options: ChildOptions = {},
): Promise<ChildOutcome> {
  const { flags = [], wrapper = [], env = {}, deadlineMs = DEADLINE_MS } = options
  const line = [...wrapper, process.execPath, ...flags, SCENARIOS, scenario, JSON.stringify(args)]
  const child = spawn(line[0]!, line.slice(1), {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return outcomeOf(child, scenario, deadlineMs)
}

/** What the scenario returned. Throws with all its output if it failed. */
export async function resultOf<T>(
  scenario: string,
  args: readonly unknown[] = [],
  options: ChildOptions = {},
): Promise<T> {
  const { code, stdout, stderr } = await runScenario(scenario, args, options)
  if (code !== 0) throw new Error(`${scenario} ended with code ${code}:\n${stdout}\n${stderr}`)
  return JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as T // what scenario-main prints last
}

function outcomeOf(child: ChildProcess, what: string, deadlineMs: number): Promise<ChildOutcome> {
  return new Promise((resolve, reject) => {
    const output = { stdout: '', stderr: '' }
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
    const giveUp = (): void => {
      child.kill('SIGKILL')
      const { stdout, stderr } = output
      const found = `it printed:\n${stdout}\n${stderr}`
      reject(new DeadlineError(`${what} did not end within ${deadlineMs} ms; ${found}`))
    }
    const timer = setTimeout(giveUp, deadlineMs) // deadline
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code, ...output })
    })
  })
}

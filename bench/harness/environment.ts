/**
 * Environment: where a figure was measured. Without it a figure means nothing.
 */
import { execFileSync } from 'node:child_process'
import { cpus } from 'node:os'

export interface Environment {
  /** Model name of the processor. */
  readonly machine: string
  readonly hardwareThreads: number
  readonly node: string
  /** Short name of the commit, with `+` if the checkout differs from it; `none` outside of one. */
  readonly commit: string
}

export function findEnvironment(): Environment {
  const processors = cpus()
  return {
    machine: processors[0]?.model ?? 'unknown',
    hardwareThreads: processors.length,
    node: process.version,
    commit: findCommit(),
  }
}

export function describeEnvironment(environment: Environment): string {
  const { machine, hardwareThreads, node, commit } = environment
  return `${machine}, ${hardwareThreads} hardware threads, Node ${node}, commit ${commit}`
}

function findCommit(): string {
  try {
    const isChanged = git('status', '--porcelain', '--untracked-files=no') !== ''
    return git('rev-parse', '--short', 'HEAD') + (isChanged ? '+' : '')
  } catch {
    // no git, no checkout, or no commit yet: all of them mean that there is nothing to name
    return 'none'
  }
}

function git(...words: string[]): string {
  return execFileSync('git', words, { encoding: 'utf8', stdio: 'pipe' }).trim()
}

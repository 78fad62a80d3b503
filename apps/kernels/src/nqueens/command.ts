/**
 * The command `nqueens`: one timed count, held against the published one.
 */
import {
  parseCount,
  whole,
  type Problem,
  type ProblemContext,
  type ProblemOptions,
  type NewCommand,
  type Outcome,
  type RunProblem,
} from '@orujo/cli'
import type { Runtime } from '@orujo/core'
import { InvalidArgumentError } from 'commander'
import { withMeter } from '../work-meter.ts'
import { SOLUTIONS } from './board.ts'
import { countOnAllCores } from './program.ts'

const MAX_SIZE = SOLUTIONS.length - 1

const HELP = `
Example:
  npm run --silent nqueens -- --size 14 --cores 2 --json`

export function addNQueens(newCommand: NewCommand, run: RunProblem): void {
  newCommand('nqueens', 'ways to place N queens so that none attacks another')
    .option('--size <n>', `rows and columns of the board, 1 to ${MAX_SIZE}`, parseSize, 12)
    .addHelpText('after', HELP)
    .action(({ size, ...options }: ProblemOptions & { size: number }) =>
      run(nQueens(size), options),
    )
}

function parseSize(text: string): number {
  const value = parseCount(text)
  if (value <= MAX_SIZE) return value
  throw new InvalidArgumentError(`It must be at most ${MAX_SIZE}.`)
}

function nQueens(size: number): Problem {
  return {
    kind: 'kernel',
    name: 'nqueens',
    program: new URL('./program.js', import.meta.url),
    solve: (runtime, context) => solve(runtime, size, context),
  }
}

async function solve({ host }: Runtime, size: number, context: ProblemContext): Promise<Outcome> {
  const { nowMs, progress } = context
  const expected = SOLUTIONS[size]!
  const { solutions, seconds } = await withMeter(host, progress, expected, async (meter) => {
    const start = nowMs()
    const count = await countOnAllCores(host, size, meter)
    return { solutions: count, seconds: (nowMs() - start) / 1000 }
  })
  return {
    figures: { size, solutions, seconds },
    rows: [
      ['board', `${size} x ${size}`],
      ['solutions', whole(solutions)],
      ['time', `${seconds.toFixed(3)} s`],
    ],
    fault: solutions === expected ? undefined : `${solutions} solutions, not ${expected}`,
  }
}

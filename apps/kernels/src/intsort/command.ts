/**
 * The command `intsort`: ten timed iterations after one that is not, each with five ranks that are
 * known, and after them the check that all keys are in order.
 */
import {
  rate,
  whole,
  type Problem,
  type ProblemContext,
  type ProblemOptions,
  type NewCommand,
  type Outcome,
  type RunProblem,
} from '@orujo/cli'
import { free, onAllCores, reduce, symmetricObject, type Runtime } from '@orujo/core'
import { InvalidArgumentError, Option } from 'commander'
import { CLASSES, ITERATIONS, type SortClass } from './problem.ts'
import { makePart, rankHere, sortHere } from './program.ts'
import type { SortedPart } from './sort-part.ts'

const NAMES = CLASSES.map(({ name }) => name).join(', ')

const HELP = `
Classes, as in the NAS Parallel Benchmarks:
  S  2^16 keys below 2^11
  W  2^20 keys below 2^16
  A  2^23 keys below 2^19

Example:
  npm run --silent intsort -- --class W --cores 2 --json`

export function addIntSort(newCommand: NewCommand, run: RunProblem): void {
  newCommand('intsort', 'the integer sort of the NAS Parallel Benchmarks')
    .addOption(new Option('--class <name>', NAMES).argParser(parseClass).default(0, 'S'))
    .addHelpText('after', HELP)
    .action(({ class: index, ...options }: ProblemOptions & { class: number }) =>
      run(intSort(index), options),
    )
}

function parseClass(text: string): number {
  const index = CLASSES.findIndex(({ name }) => name === text.toUpperCase())
  if (index >= 0) return index
  throw new InvalidArgumentError(`It must be one of ${NAMES}.`)
}

/** The sort of one of CLASSES. */
function intSort(index: number): Problem {
  return {
    kind: 'kernel',
    name: 'intsort',
    program: new URL('./program.js', import.meta.url),
    solve: (runtime, context) => solve(runtime, index, context),
  }
}

async function solve({ host }: Runtime, index: number, context: ProblemContext): Promise<Outcome> {
  const { nowMs, progress } = context
  const problem = CLASSES[index]!
  const parts = await symmetricObject(host, makePart, index)
  const rankAll = (iteration: number) =>
    host.finish((inner) => reduce(inner, rankHere, 'sum', parts, iteration))
  await rankAll(1)
  let passed = 0
  const start = nowMs()
  for (let iteration = 1; iteration <= ITERATIONS; iteration++) {
    passed += await rankAll(iteration)
    progress.update(iteration, ITERATIONS)
  }
  const seconds = (nowMs() - start) / 1000
  const fault = describeFault(problem, passed, await onAllCores(host, sortHere, parts))
  await free(host, parts)
  const { keys } = problem
  const keysPerSecond = (keys * ITERATIONS) / seconds
  const mopsPerSecond = keysPerSecond / 1e6
  return {
    figures: { class: problem.name, keys, iterations: ITERATIONS, seconds, mopsPerSecond },
    rows: [
      ['class', problem.name],
      ['keys', `${whole(keys)} below ${whole(problem.maxKey)}`],
      ['iterations', String(ITERATIONS)],
      ['time', `${seconds.toFixed(3)} s`],
      ['rate', `${rate(keysPerSecond)} keys a second`],
    ],
    fault,
  }
}

function describeFault(
  problem: SortClass,
  passed: number,
  parts: readonly SortedPart[],
): string | undefined {
  const tests = problem.testIndexes.length * ITERATIONS
  if (passed !== tests) return `${passed} of ${tests} ranks are right`
  const filled = parts.filter(({ count }) => count > 0)
  const count = filled.reduce((sum, part) => sum + part.count, 0)
  if (count !== problem.keys) return `${count} keys came out of ${problem.keys}`
  const isAscending = filled.every((part, i) => {
    return part.isAscending && (i === 0 || filled[i - 1]!.last <= part.first)
  })
  return isAscending ? undefined : 'the keys are not in order'
}

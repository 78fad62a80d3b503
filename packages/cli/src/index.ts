/**
 * @orujo/cli: what the command lines under apps/ have in common. Not published.
 */
export { attachTerminal, parseCount, parseWhole, runCommandLine } from './command-line.ts'
export { describeUnknownWord, wordNetPath, type Dictionary } from './dictionary.ts'
export { median, milliseconds, plural, rate, whole } from './figures.ts'
export { runProblemCommands } from './problem-commands.ts'
export type {
  AddProblem,
  NewCommand,
  Outcome,
  Problem,
  ProblemContext,
  ProblemOptions,
  RunProblem,
} from './problem.ts'
export { startProgress, type Progress } from './progress.ts'
export { processTerminal, type Terminal, type TerminalOptions } from './terminal.ts'
export { addWatchOptions, watch, watchLaunch, type WatchOptions } from './watching.ts'
export { WrongAnswerError } from './wrong-answer.ts'

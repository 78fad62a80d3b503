/**
 * Watching: the options by which a user looks inside a run, the same for every command that
 * launches a runtime. What they print goes to stderr, so that stdout stays what it is.
 *
 * Shutdown    an interrupt of a run that is traced closes its runtime by force, which writes what
 *             there is, and ends the process; a second one ends it at once.
 */
import type { LaunchOptions, Runtime, TraceSummary } from '@orujo/core'
import type { Command } from 'commander'
import { plural } from './figures.ts'
import { describeMetrics } from './metrics-report.ts'
import type { Terminal } from './terminal.ts'

/** Exit code of a process that was interrupted, as shells have it. */
const INTERRUPTED = 130

/** What the options say. */
export interface WatchOptions {
  /** File for a trace. */
  readonly trace?: string
  readonly metrics: boolean
}

/** Adds `--trace` and `--metrics` to a command. */
export function addWatchOptions(command: Command): Command {
  return command
    .option('--trace <file>', 'record what happens on each core, for https://ui.perfetto.dev')
    .option('--metrics', 'print what each core did, on stderr', false)
}

/** What `launch` must know of them. */
export function watchLaunch({ trace }: WatchOptions): Pick<LaunchOptions, 'trace'> {
  return trace === undefined ? {} : { trace }
}

/**
 * Tells what was asked for: metrics when disposed, which must be before the runtime is closed, and
 * the trace when it has been written.
 */
export function watch(runtime: Runtime, options: WatchOptions, terminal: Terminal): Disposable {
  runtime.on('trace', (summary) => terminal.stderr.write(describeTrace(summary)))
  const interrupt = (): void => {
    const exit = (): never => process.exit(INTERRUPTED)
    runtime.close({ force: true }).then(exit, exit)
  }
  if (options.trace !== undefined) process.once('SIGINT', interrupt)
  return {
    [Symbol.dispose]: () => {
      process.off('SIGINT', interrupt)
      if (options.metrics) terminal.stderr.write(describeMetrics(runtime.metrics()))
    },
  }
}

function describeTrace({ file, records, lost }: TraceSummary): string {
  const missing = lost === 0 ? '' : ` (${plural(lost, 'older one')} did not fit)`
  const what = `${plural(records, 'record')}${missing}`
  return `trace: ${what} in ${file}; open it in https://ui.perfetto.dev\n`
}

/**
 * Command lines: options to commands, outcomes to exit codes. Nobody but a developer should ever
 * see a stack: what a user can cause is told in one line.
 */
import { CommanderError, InvalidArgumentError, type Command } from 'commander'
import type { Terminal } from './terminal.ts'

/** What V8 says when there is no room for an array. */
const NO_ROOM = 'Array buffer allocation failed'

/**
 * Runs the action that `args` ask for. The exit code: 0, or 1 after an error that has been told.
 *
 * @param subject what memory may be lacking for, in the message that says so
 */
export async function runCommandLine(
  program: Command,
  args: readonly string[],
  { terminal, subject = 'this' }: { terminal: Terminal; subject?: string },
): Promise<number> {
  try {
    await program.parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    // Commander has written its message by itself.
    if (error instanceof CommanderError) return error.exitCode
    terminal.stderr.write(`error: ${explain(error, subject)}\n`)
    return 1
  }
}

/** Makes `program` write to the terminal and throw instead of exiting. Before its subcommands. */
export function attachTerminal(program: Command, terminal: Terminal): Command {
  return program.exitOverride().configureOutput({
    writeOut: (text) => terminal.stdout.write(text),
    writeErr: (text) => terminal.stderr.write(text),
  })
}

/** For options that are a whole number, 1 or more. */
export function parseCount(text: string): number {
  const value = parseWhole(text)
  if (value === 0) throw new InvalidArgumentError('It must be at least 1.')
  return value
}

/** For options that are a whole number. */
export function parseWhole(text: string): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value
  throw new InvalidArgumentError('It must be a whole number.')
}

/** What to tell: the message of an error with a code, all of an error that nobody meant. */
function explain(error: unknown, subject: string): string {
  if (!(error instanceof Error)) return String(error)
  if (isNoRoom(error)) return `there is not enough memory for ${subject}`
  const isMeant = 'code' in error && typeof error.code === 'string'
  return isMeant ? error.message : (error.stack ?? error.message)
}

/** Whether memory ran out, here or on a core, of which several may have met it at once. */
function isNoRoom(error: Error): boolean {
  const errors = 'errors' in error && Array.isArray(error.errors) ? (error.errors as unknown[]) : []
  return [error, ...errors].some((each) => each instanceof Error && each.message === NO_ROOM)
}

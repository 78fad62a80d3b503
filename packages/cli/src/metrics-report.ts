/**
 * Metrics report: the figures of a runtime as tables, for `--metrics`.
 */
import type { CoreMetrics, RuntimeMetrics } from '@orujo/core'
import Table from 'cli-table3'
import { whole } from './figures.ts'

/** Wider matrices do not fit a terminal. */
const MAX_MATRIX_COLUMNS = 12

/** Tables of what each core and the host did, and of who talked to whom. */
export function describeMetrics(metrics: RuntimeMetrics): string {
  const { cores, total, messages, words } = metrics
  const names = [...cores.keys()].map((id) => (id === cores.length - 1 ? 'host' : `core ${id}`))
  const all = [...cores, total].map((figures, id) => {
    const sentWords = words[id] === undefined ? sum(words.map(sum)) : sum(words[id])
    return { name: names[id] ?? 'total', figures, sentWords }
  })
  const tables = [
    'Messages since the launch, by sender:',
    grid(
      ['', 'sends', 'calls', 'spawns', 'answers', 'books', 'received', 'words sent'],
      all.map(({ name, figures, sentWords }) => [name, ...traffic(figures, sentWords)]),
    ),
    'Publications by cause, tasks, and what each thread did with its time:',
    grid(
      ['', 'by size', 'by turn', 'asked for', 'tasks', 'busy', 'spinning', 'parked'],
      all.map(({ name, figures }) => [name, ...work(figures)]),
    ),
  ]
  if (names.length <= MAX_MATRIX_COLUMNS) {
    tables.push('Messages, from row to column:', matrix(names, messages))
    tables.push('Words of 8 bytes, from row to column:', matrix(names, words))
  }
  return `${tables.join('\n')}\n`
}

function traffic(core: CoreMetrics, sentWords: number): string[] {
  const { sends, calls, spawns, replies, controls, received } = core
  return [sends, calls, spawns, replies, controls, received, sentWords].map(whole)
}

function work(core: CoreMetrics): string[] {
  const { flushesBySize, flushesByTurn, flushesExplicit, tasksStarted } = core
  const { busyMs, spinningMs, parkedMs } = core
  const allMs = busyMs + spinningMs + parkedMs
  return [
    ...[flushesBySize, flushesByTurn, flushesExplicit, tasksStarted].map(whole),
    ...[busyMs, spinningMs, parkedMs].map((ms) => share(ms, allMs)),
  ]
}

function matrix(names: readonly string[], figures: readonly (readonly number[])[]): string {
  return grid(
    ['', ...names],
    names.map((name, id) => [name, ...figures[id]!.map(whole)]),
  )
}

/** A table with no lines between its rows. */
function grid(head: string[], rows: readonly string[][]): string {
  const noLine = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' }
  const table = new Table({ head, chars: noLine, style: { head: [], border: [] } })
  table.push(...rows)
  return table.toString()
}

function share(part: number, all: number): string {
  return all === 0 ? '-' : `${((100 * part) / all).toFixed(1)} %`
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/**
 * Report of the modes: a table for people, entries for programs. Pure.
 */
import Table from 'cli-table3'
import type { Environment } from '../harness/environment.ts'
import { formatFigure } from '../harness/report.ts'
import type { ModeComparison, ModeFigures } from './measure.ts'
import { describePlace, type Mode } from './mode-case.ts'

/** One row of the report: a program in one mode on one place. */
export interface ModeEntry extends ModeFigures {
  readonly name: string
  readonly operation: string
  readonly locales: number
  readonly coresPerLocale: number
  /** Nanoseconds for one operation in one thread. */
  readonly plain: number
  /** Time over that of one thread: below 1 is faster. */
  readonly ratio: number
  /** Whether it is the faster mode here. */
  readonly isFaster: boolean
  readonly environment: Environment
}

const HEAD = [
  'program',
  'locales x cores',
  'mode',
  'ns/op',
  'plain ns',
  'ratio',
  'messages/op',
  'bytes/op',
  'copies/op',
  'moves/op',
  'hits/op',
  'faster',
] as const
const LEFT: readonly string[] = ['program', 'locales x cores', 'mode', 'faster']

export function modeEntries(
  comparisons: readonly ModeComparison[],
  environment: Environment,
): ModeEntry[] {
  return comparisons.flatMap((comparison) => {
    const { name, operation, place, plain, modes } = comparison
    const best = Math.min(...modes.map(({ nanoseconds }) => nanoseconds))
    return modes.map((figures) => ({
      name,
      operation,
      locales: place.locales,
      coresPerLocale: place.cores,
      ...figures,
      plain,
      ratio: figures.nanoseconds / plain,
      isFaster: figures.nanoseconds === best,
      environment,
    }))
  })
}

export function formatModes(entries: readonly ModeEntry[]): string {
  const table = new Table({
    head: [...HEAD],
    colAligns: HEAD.map((name) => (LEFT.includes(name) ? 'left' : 'right')),
    style: { head: [], border: [], compact: true },
  })
  table.push(...entries.map(row))
  return table.toString()
}

/** Where each mode wins: a line per mode. */
export function describeWinners(entries: readonly ModeEntry[]): string {
  const wins = (mode: Mode): string => {
    const won = entries.filter((entry) => entry.isFaster && entry.mode === mode)
    const places = won.map((entry) => `${entry.name} (${placeOf(entry)})`)
    return `${mode} is faster in: ${places.length === 0 ? 'nothing' : places.join(', ')}`
  }
  return [wins('delegate'), wins('ownership')].join('\n')
}

function row(entry: ModeEntry): string[] {
  const { name, mode, nanoseconds, plain, ratio, messages, bytes, copies, moves, hits } = entry
  return [
    name,
    placeOf(entry),
    mode,
    ...[nanoseconds, plain, ratio, messages, bytes, copies, moves, hits].map(formatFigure),
    entry.isFaster ? 'yes' : '',
  ]
}

function placeOf({ locales, coresPerLocale }: ModeEntry): string {
  return describePlace({ locales, cores: coresPerLocale })
}

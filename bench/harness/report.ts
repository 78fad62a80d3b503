/**
 * Report: entries as a table for people. Pure.
 */
import Table from 'cli-table3'
import type { Entry } from './summary.ts'

const HEAD = ['case', 'unit', 'median', 'min', 'max', 'baseline', 'its median', 'ratio'] as const
const RIGHT_FROM = 2

export function formatTable(entries: readonly Entry[]): string {
  const table = new Table({
    head: [...HEAD],
    colAligns: HEAD.map((name, index) =>
      index < RIGHT_FROM || name === 'baseline' ? 'left' : 'right',
    ),
    style: { head: [], border: [], compact: true },
  })
  table.push(...entries.map(row))
  return table.toString()
}

function row(entry: Entry): string[] {
  const { name, unit, median, min, max, baseline, ratio } = entry
  return [
    name,
    unit,
    ...[median, min, max].map(formatFigure),
    baseline.name,
    formatFigure(baseline.median),
    formatFigure(ratio),
  ]
}

/** Three significant digits, written out: `0.0563`, `1.20`, `84.1`, `1234`. */
export function formatFigure(figure: number): string {
  if (figure === 0 || !Number.isFinite(figure)) return String(figure)
  const digits = 2 - Math.floor(Math.log10(Math.abs(figure)))
  return figure.toFixed(Math.min(Math.max(digits, 0), 12))
}

/**
 * Format: how figures and short lists read.
 */
import { whole } from '@orujo/cli'

/** Lines of a label and a value, the values aligned. */
export function rows(lines: readonly (readonly [label: string, value: string])[]): string {
  const width = Math.max(...lines.map(([label]) => label.length))
  return lines.map(([label, value]) => `  ${label.padEnd(width)}   ${value}\n`).join('')
}

export function milliseconds(ms: number): string {
  return `${ms.toFixed(1)} ms`
}

/** Three digits at least: 0.0412, 5.31, 812, 1,234. */
export function figure(value: number): string {
  return value >= 100 ? whole(value) : value.toPrecision(3)
}

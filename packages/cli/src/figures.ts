/**
 * Figures: how numbers read in a report.
 */

/** The middle value, 0 of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const upper = sorted[sorted.length >> 1] ?? 0
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[(sorted.length >> 1) - 1] ?? 0)) / 2
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

export function milliseconds(seconds: number): string {
  return `${(seconds * 1000).toFixed(2)} ms`
}

/** Two digits at least, in millions where there are any. */
export function rate(perSecond: number): string {
  if (perSecond < 1e6) return whole(perSecond)
  return `${perSecond < 1e7 ? (perSecond / 1e6).toFixed(1) : whole(perSecond / 1e6)} million`
}

export function plural(value: number, word: string, words = `${word}s`): string {
  return `${whole(value)} ${value === 1 ? word : words}`
}

/**
 * Edge lists as SNAP publishes them: two vertex ids a line, separated by blanks or tabs. Lines that
 * begin with `#` or `%` and blank lines are skipped; further columns (weights, times) must be
 * numbers and are ignored. Lines end in LF or CR LF.
 *
 * Written byte by byte because turning lines into strings costs ten times as much.
 */
import type { EdgeSink } from './edge-buffer.ts'
import type { LineParser } from './text-file.ts'

const TAB = 9
const NEWLINE = 10
const RETURN = 13
const SPACE = 32
const HASH = 35
const PERCENT = 37
const ZERO = 48

export const edgeListParser: LineParser = {
  expected: `two vertex ids from 0 to ${Number.MAX_SAFE_INTEGER}`,
  parse: parseEdgeLines,
}

function parseEdgeLines(lines: Uint8Array, sink: EdgeSink): number {
  let at = 0
  while (at < lines.length) {
    const line = at
    at = skipBlanks(lines, at)
    if (isDigit(lines[at]!)) {
      let from = lines[at]! - ZERO
      while (isDigit(lines[++at]!)) from = from * 10 + (lines[at]! - ZERO)
      const gap = at
      at = skipBlanks(lines, at)
      if (at === gap || !isDigit(lines[at]!)) return line
      let to = lines[at]! - ZERO
      while (isDigit(lines[++at]!)) to = to * 10 + (lines[at]! - ZERO)
      if (lines[at] !== NEWLINE) at = skipColumns(lines, at)
      if (at < 0 || from > Number.MAX_SAFE_INTEGER || to > Number.MAX_SAFE_INTEGER) return line
      sink.addEdge(from, to)
      at++
    } else {
      at = skipEmpty(lines, at)
      if (at < 0) return line
    }
  }
  return -1
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte < ZERO + 10
}

function skipBlanks(lines: Uint8Array, from: number): number {
  let at = from
  while (lines[at] === SPACE || lines[at] === TAB) at++
  return at
}

/** From the end of the second id to the end of its line; -1 if a column is no number. */
function skipColumns(lines: Uint8Array, from: number): number {
  for (let at = from; ;) {
    const column = skipBlanks(lines, at)
    const end = lineEnd(lines, column)
    if (end >= 0) return end
    if (column === at) return -1
    at = column
    while (isNumeric(lines[at]!)) at++
    if (at === column) return -1
  }
}

/** Index of the newline if the line ends here, else -1. */
function lineEnd(lines: Uint8Array, at: number): number {
  if (lines[at] === NEWLINE) return at
  return lines[at] === RETURN && lines[at + 1] === NEWLINE ? at + 1 : -1
}

/** Digits, signs, point and exponent: enough to tell a number from a word. */
function isNumeric(byte: number): boolean {
  return isDigit(byte) || '+-.eE'.includes(String.fromCharCode(byte))
}

/** Past a comment or an empty line; -1 if it is neither. */
function skipEmpty(lines: Uint8Array, at: number): number {
  const byte = lines[at]
  if (byte === HASH || byte === PERCENT) return lines.indexOf(NEWLINE, at) + 1
  const end = lineEnd(lines, at)
  return end < 0 ? -1 : end + 1
}

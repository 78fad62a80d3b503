/**
 * The text of WordNet's database files, byte by byte. A line of data.noun and its like is a synset:
 *
 *   offset lexicographer-file type word-count (word lexical-id)* pointer-count
 *   (symbol offset part-of-speech source/target)* ... | gloss
 *
 * `offset` is where the line starts in its file. Lines of the licence begin with a blank. A
 * synset's id here is the one of WordNet's Prolog edition: the digit of the part of speech before
 * the 8 digits of the offset.
 *
 * Source      wndb(5WN), the manual page of the database format.
 */
import { join } from 'node:path'
import type { EdgeSink } from './edge-buffer.ts'
import type { LineParser } from './text-file.ts'

const NEWLINE = 10
const SPACE = 32
const ZERO = 48
const LETTER_A = 97
const LETTER_F = 102
/** Synset ids of one part are this far from those of the next. */
const PART_IDS = 100_000_000
const OFFSET_DIGITS = 8
const NO_FIELD = -1

/** A part of speech. */
export interface WordNetPart {
  readonly name: 'noun' | 'verb' | 'adj' | 'adv'
  /** First digit of its synset ids. */
  readonly digit: 1 | 2 | 3 | 4
  /** How pointers name it. Adjective satellites (s) lie among the adjectives. */
  readonly letters: string
}

/** In the order of their ids. */
export const WORDNET_PARTS: readonly WordNetPart[] = [
  { name: 'noun', digit: 1, letters: 'n' },
  { name: 'verb', digit: 2, letters: 'v' },
  { name: 'adj', digit: 3, letters: 'as' },
  { name: 'adv', digit: 4, letters: 'r' },
]

export function wordNetDataPath(directory: string, part: WordNetPart): string {
  return join(directory, `data.${part.name}`)
}

export function wordNetIndexPath(directory: string, part: WordNetPart): string {
  return join(directory, `index.${part.name}`)
}

export function synsetId(part: WordNetPart, offset: number): number {
  return part.digit * PART_IDS + offset
}

/** The part and the offset that make up an id; undefined if no synset can have it. */
export function synsetPlace(id: number): { part: WordNetPart; offset: number } | undefined {
  const part = WORDNET_PARTS[Math.floor(id / PART_IDS) - 1]
  return part === undefined ? undefined : { part, offset: id % PART_IDS }
}

/** The part that a pointer means by `letter`. */
export function partOfLetter(letter: string): WordNetPart | undefined {
  return WORDNET_PARTS.find((part) => part.letters.includes(letter))
}

/** Reads synsets as vertices and pointers as edges. */
export function wordNetParser(part: WordNetPart): LineParser {
  return {
    expected: 'a synset as WordNet writes it',
    parse: (lines, sink) => parseSynsets(part, lines, sink),
  }
}

function parseSynsets(part: WordNetPart, lines: Uint8Array, sink: EdgeSink): number {
  for (let line = 0; line < lines.length;) {
    const end = lines.indexOf(NEWLINE, line)
    if (lines[line] !== SPACE && !parseSynset(part, lines.subarray(line, end), sink)) return line
    line = end + 1
  }
  return -1
}

/** Adds the edges of one line; false if it does not fit. */
function parseSynset(part: WordNetPart, line: Uint8Array, sink: EdgeSink): boolean {
  const offset = readNumber(line, 0, OFFSET_DIGITS)
  const words = readHex(line, fieldAt(line, 0, 3))
  const countAt = fieldAt(line, 0, 4 + 2 * words)
  const pointers = readNumber(line, countAt, 3)
  if (offset < 0 || words < 1 || pointers < 0) return false
  const id = synsetId(part, offset)
  if (pointers === 0) sink.addVertex(id)
  let at = countAt
  for (let pointer = 0; pointer < pointers; pointer++) {
    const offsetAt = fieldAt(line, at, 2)
    const letterAt = fieldAt(line, offsetAt, 1)
    const target = readNumber(line, offsetAt, OFFSET_DIGITS)
    const targetPart = partOfLetter(String.fromCharCode(line[letterAt] ?? 0))
    if (target < 0 || targetPart === undefined) return false
    sink.addEdge(id, synsetId(targetPart, target))
    at = fieldAt(line, letterAt, 1)
  }
  return true
}

/** Where the field starts that is `count` fields after the one at `from`; NO_FIELD if none is. */
function fieldAt(line: Uint8Array, from: number, count: number): number {
  if (from === NO_FIELD || !(count >= 0)) return NO_FIELD
  let at = from
  for (let field = 0; field < count; field++) {
    const space = line.indexOf(SPACE, at)
    if (space < 0) return NO_FIELD
    at = space + 1
  }
  return at
}

/** The decimal number of `digits` digits at `at`, -1 if something else is there. */
function readNumber(line: Uint8Array, at: number, digits: number): number {
  if (at === NO_FIELD) return -1
  let value = 0
  for (let i = at; i < at + digits; i++) {
    const digit = (line[i] ?? 0) - ZERO
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}

/** The hexadecimal number of two digits at `at`, -1 if something else is there. */
function readHex(line: Uint8Array, at: number): number {
  if (at === NO_FIELD) return -1
  const digits = [line[at], line[at + 1]].map(hexDigit)
  return digits.includes(-1) ? -1 : digits[0]! * 16 + digits[1]!
}

function hexDigit(byte = 0): number {
  if (byte >= ZERO && byte <= ZERO + 9) return byte - ZERO
  return byte >= LETTER_A && byte <= LETTER_F ? byte - LETTER_A + 10 : -1
}

/**
 * WordNet as a dictionary: which synsets a word has, how a synset reads, how two are related. Keeps
 * the database as it is on disk, 30 MB of bytes, and reads a line when it is asked for: a synset's
 * id says where it starts, and the index files are sorted.
 *
 * Source      wndb(5WN) for the format, wninput(5WN) for the meaning of pointer symbols.
 */
import { readFile } from 'node:fs/promises'
import { GraphError } from './errors.ts'
import {
  partOfLetter,
  synsetId,
  synsetPlace,
  WORDNET_PARTS,
  wordNetDataPath,
  wordNetIndexPath,
  type WordNetPart,
} from './wordnet-format.ts'

const NEWLINE = 10
const SPACE = 32

/** How the symbol of a pointer from A to B reads between A and B. */
const RELATIONS: Readonly<Record<string, string>> = {
  '!': 'is the opposite of',
  '@': 'is a kind of',
  '@i': 'is an instance of',
  '~': 'has the kind',
  '~i': 'has the instance',
  '#m': 'is a member of',
  '#s': 'is a substance in',
  '#p': 'is a part of',
  '%m': 'has the member',
  '%s': 'contains the substance',
  '%p': 'has the part',
  '=': 'shares an attribute with',
  '+': 'is related in form to',
  ';c': 'belongs to the topic',
  '-c': 'is the topic of',
  ';r': 'belongs to the region',
  '-r': 'is the region of',
  ';u': 'is used as',
  '-u': 'is the usage of',
  '*': 'entails',
  '>': 'causes',
  '^': 'see also',
  $: 'is in a group with',
  '&': 'is similar to',
  '<': 'is a participle of',
  '\\': 'pertains to',
}

/** A relation from one synset to another. */
export interface WordNetPointer {
  readonly relation: string
  /** Id of the synset it leads to. */
  readonly to: number
}

/** A set of words that can mean one thing. */
export interface Synset {
  readonly id: number
  readonly words: readonly string[]
  readonly pointers: readonly WordNetPointer[]
  /** The definition, with examples. */
  readonly gloss: string
}

interface PartBytes {
  readonly part: WordNetPart
  readonly data: Buffer
  readonly index: Buffer
}

/** Reads the database in `directory`. */
export async function openWordNet(directory: string): Promise<WordNet> {
  const read = async (path: string): Promise<Buffer> => {
    try {
      return await readFile(path)
    } catch (cause) {
      throw new GraphError('GRAPH_READ', `cannot read WordNet's file '${path}'`, { cause })
    }
  }
  const parts = WORDNET_PARTS.map(async (part) => {
    const paths = [wordNetDataPath(directory, part), wordNetIndexPath(directory, part)]
    const [data, index] = await Promise.all(paths.map(read))
    return { part, data: data!, index: index! }
  })
  return new WordNet(await Promise.all(parts))
}

export class WordNet {
  readonly #parts: readonly PartBytes[]

  constructor(parts: readonly PartBytes[]) {
    this.#parts = parts
  }

  /** Ids of the synsets of a word: nouns first, then verbs; the most frequent sense first. */
  lookup(word: string): number[] {
    const lemma = word.trim().toLowerCase().replaceAll(/\s+/g, '_')
    return this.#parts.flatMap(({ part, index }) => {
      const line = findLemma(index, lemma)
      return line === undefined ? [] : sensesOf(part, line)
    })
  }

  /** Every word that `lookup` knows, those of several parts of speech once for each. */
  *lemmas(): Generator<string> {
    for (const { index } of this.#parts) {
      for (let at = 0; at < index.length; at = lineAfter(index, at)) {
        if (index[at] !== SPACE) yield lemmaAt(index, at)
      }
    }
  }

  /** The synset of an id, undefined if there is none. */
  synset(id: number): Synset | undefined {
    const place = synsetPlace(id)
    const data = this.#parts.find(({ part }) => part === place?.part)?.data
    if (place === undefined || data === undefined) return undefined
    // The number at the start of a line is its offset: so we know that we are at a start.
    const line = data.toString('latin1', place.offset, data.indexOf(NEWLINE, place.offset))
    if (!line.startsWith(`${String(place.offset).padStart(8, '0')} `)) return undefined
    return readSynset(id, line)
  }

  /** The words of a synset, such as "dog, domestic dog, Canis familiaris". */
  label(id: number): string {
    return this.synset(id)?.words.join(', ') ?? String(id)
  }

  /** How the first synset is related to the second; undefined if no pointer leads there. */
  relation(from: number, to: number): string | undefined {
    return this.synset(from)?.pointers.find((pointer) => pointer.to === to)?.relation
  }

  /**
   * A path of synsets as lines to read, each step an arrow with its relation. A step for which only
   * the other direction has a pointer gets an arrow that points back.
   */
  describeChain(ids: readonly number[]): string[] {
    return ids.map((id, step) => {
      if (step === 0) return this.label(id)
      const previous = ids[step - 1]!
      const forward = this.relation(previous, id)
      if (forward !== undefined) return `  --${forward}--> ${this.label(id)}`
      const backward = this.relation(id, previous) ?? 'not related'
      return `  <--${backward}-- ${this.label(id)}`
    })
  }
}

function readSynset(id: number, line: string): Synset {
  const [fields = '', gloss = ''] = line.split(' | ', 2)
  const field = fields.split(' ')
  const wordCount = Number.parseInt(field[3] ?? '', 16)
  const pointersAt = 4 + 2 * wordCount
  const pointerCount = Number(field[pointersAt])
  const words = Array.from({ length: wordCount }, (_, i) => wordText(field[4 + 2 * i] ?? ''))
  const pointers = Array.from({ length: pointerCount }, (_, i) => {
    const [symbol = '', offset, letter = ''] = field.slice(pointersAt + 1 + 4 * i)
    const part = partOfLetter(letter)
    return {
      relation: RELATIONS[symbol] ?? symbol,
      to: part === undefined ? Number.NaN : synsetId(part, Number(offset)),
    }
  })
  return { id, words, pointers, gloss: gloss.trim() }
}

/** As people write it: blanks for underscores, without the marker of an adjective's position. */
function wordText(word: string): string {
  return word.replaceAll('_', ' ').replace(/\((?:p|a|ip)\)$/, '')
}

/** Ids at the end of an index line: lemma, part, counts, symbols, counts, offsets. */
function sensesOf(part: WordNetPart, line: string): number[] {
  const field = line.trimEnd().split(' ')
  const senses = Number(field[2])
  return field.slice(field.length - senses).map((offset) => synsetId(part, Number(offset)))
}

/** The line of a lemma in a sorted index, by bisection over bytes. */
function findLemma(index: Buffer, lemma: string): string | undefined {
  let low = 0
  let high = index.length
  while (low < high) {
    const line = lineStart(index, (low + high) >>> 1)
    const found = index[line] === SPACE ? '' : lemmaAt(index, line)
    if (found === lemma) return index.toString('latin1', line, lineAfter(index, line))
    if (found < lemma) low = lineAfter(index, line)
    else high = line
  }
  return undefined
}

/** Start of the line that holds byte `at`. */
function lineStart(bytes: Buffer, at: number): number {
  return at === 0 ? 0 : bytes.lastIndexOf(NEWLINE, at - 1) + 1
}

function lineAfter(bytes: Buffer, at: number): number {
  const newline = bytes.indexOf(NEWLINE, at)
  return newline < 0 ? bytes.length : newline + 1
}

function lemmaAt(index: Buffer, line: number): string {
  return index.toString('latin1', line, index.indexOf(SPACE, line))
}

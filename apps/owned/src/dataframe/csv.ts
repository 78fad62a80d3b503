/**
 * CSV: reads a file in the format of the h2oai group-by benchmark, chunk by chunk: id1 to id6 of
 * any text, of which each gets a number by the order of their coming, and v1 to v3, numbers.
 *
 * Failure     a file that is not there, or not like that: AppError, with the line.
 */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { AppError } from '../app.ts'
import { CHUNK_ROWS, KEY_COLUMNS, VALUE_COLUMNS, type Rows } from './columns.ts'

const HEADER = 'id1,id2,id3,id4,id5,id6,v1,v2,v3'

/** Hands the rows of a file to `keep`, CHUNK_ROWS at a time. How many there were. */
export async function readCsv(path: string, keep: (rows: Rows) => Promise<void>): Promise<number> {
  const builder = new ChunkBuilder(path)
  let rows = 0
  const flush = async (): Promise<void> => {
    rows += builder.rows
    if (builder.rows > 0) await keep(builder.take())
  }
  const input = createReadStream(path)
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      builder.addLine(line)
      if (builder.rows === CHUNK_ROWS) await flush()
    }
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError(`cannot read '${path}': ${(error as Error).message}`, error)
  } finally {
    input.destroy()
  }
  await flush()
  if (rows === 0) throw new AppError(`'${path}' has no rows`)
  return rows
}

class ChunkBuilder {
  readonly #path: string
  /** By key column, the numbers of its texts. */
  readonly #codes = Array.from({ length: KEY_COLUMNS }, () => new Map<string, number>())
  #keys: number[][] = emptyColumns(KEY_COLUMNS)
  #values: number[][] = emptyColumns(VALUE_COLUMNS)
  #line = 0

  constructor(path: string) {
    this.#path = path
  }

  get rows(): number {
    return this.#keys[0]!.length
  }

  addLine(line: string): void {
    this.#line++
    if (this.#line === 1) {
      if (line.replaceAll('"', '') !== HEADER) throw this.#refusal(`must be '${HEADER}'`)
      return
    }
    const fields = line.split(',')
    if (fields.length !== KEY_COLUMNS + VALUE_COLUMNS) throw this.#refusal('must have 9 columns')
    for (let i = 0; i < VALUE_COLUMNS; i++) {
      const field = fields[KEY_COLUMNS + i]!
      const value = field === '' ? NaN : Number(field)
      if (Number.isNaN(value)) throw this.#refusal(`must have a number for v${i + 1}`)
      this.#values[i]!.push(value)
    }
    for (let i = 0; i < KEY_COLUMNS; i++) this.#keys[i]!.push(this.#code(i, fields[i]!))
  }

  /** The rows so far, which are forgotten. */
  take(): Rows {
    const keys = this.#keys.map((column) => Int32Array.from(column))
    const values = this.#values.map((column) => Float64Array.from(column))
    this.#keys = emptyColumns(KEY_COLUMNS)
    this.#values = emptyColumns(VALUE_COLUMNS)
    return { keys, values }
  }

  #code(column: number, text: string): number {
    const codes = this.#codes[column]!
    const known = codes.get(text)
    if (known !== undefined) return known
    codes.set(text, codes.size)
    return codes.size - 1
  }

  #refusal(what: string): AppError {
    return new AppError(`'${this.#path}' is not such a file: line ${this.#line} ${what}`)
  }
}

function emptyColumns(count: number): number[][] {
  return Array.from({ length: count }, () => [])
}

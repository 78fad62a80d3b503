/**
 * Errors of the graph package, told apart by `code`. Each message says what was asked, what was
 * found and what to do, because the command line prints it as it is.
 */

/** `GRAPH_READ` a file cannot be read; `GRAPH_SIZE` too large; the rest name a bad argument. */
export type GraphCode = 'GRAPH_READ' | 'GRAPH_SIZE' | 'GRAPH_SCALE' | 'GRAPH_VERTEX'

/** What may go wrong with a graph in a correct program, malformed text apart. */
export class GraphError extends Error {
  readonly code: GraphCode

  constructor(code: GraphCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'GraphError'
    this.code = code
  }
}

/** Where and how a text differs from its format. */
export interface FormatFault {
  readonly file: string
  /** Counted from 1; undefined where lines make no sense, as in damaged compressed data. */
  readonly line: number | undefined
  readonly expected: string
  readonly found: string
}

/** A file is not what its format says. */
export class GraphFormatError extends Error {
  readonly code = 'GRAPH_FORMAT'
  readonly file: string
  readonly line: number | undefined
  readonly expected: string

  constructor(fault: FormatFault, options?: ErrorOptions) {
    const place = fault.line === undefined ? fault.file : `${fault.file}:${fault.line}`
    super(`${place}: expected ${fault.expected}, found ${fault.found}`, options)
    this.name = 'GraphFormatError'
    this.file = fault.file
    this.line = fault.line
    this.expected = fault.expected
  }
}

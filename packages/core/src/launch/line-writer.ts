/**
 * Line writer: puts lines of `core.log` on stderr at once, past the streams of a worker, which show
 * nothing before its next turn of the event loop.
 *
 * Ordering    as written: while a line waits in the stream, those after it queue there too.
 * Failure     a pipe that is full and does not block takes the slow way; one that nobody reads any
 *             more swallows lines, as there is no place left to say so.
 */
import { writeSync } from 'node:fs'

const STDERR = 2

export class LineWriter {
  /** Lines handed to the stream that it has not written. */
  #waiting = 0

  readonly write = (line: string): void => {
    const bytes = Buffer.from(`${line}\n`)
    const written = this.#waiting > 0 ? 0 : writeNow(bytes)
    if (written === bytes.length) return
    this.#waiting++
    process.stderr.write(bytes.subarray(written), () => this.#waiting--)
  }
}

/** How many of the bytes the file took at once. */
function writeNow(bytes: Buffer): number {
  let written = 0
  try {
    while (written < bytes.length) written += writeSync(STDERR, bytes, written)
  } catch {
    // Full for now, or closed: the stream tries the rest.
  }
  return written
}

/**
 * Progress: a bar on stderr while somebody is watching, nothing otherwise.
 */
import { SingleBar } from 'cli-progress'
import type { Terminal } from './terminal.ts'

export interface Progress extends Disposable {
  /** To be called as often as there is news. */
  readonly update: (done: number, total: number) => void
}

/** A bar that is gone when it is disposed of. */
export function startProgress(label: string, isShown: boolean, terminal: Terminal): Progress {
  if (!isShown) return { update: () => undefined, [Symbol.dispose]: () => undefined }
  const bar = new SingleBar({
    stream: terminal.stderr,
    format: `${label} [{bar}] {percentage}%`,
    clearOnComplete: true,
    // The terminal keeps its cursor and its wrapping, which Ctrl-C would leave it without.
    linewrap: true,
  })
  bar.start(1, 0)
  return {
    update: (done, total) => {
      bar.setTotal(total)
      bar.update(done)
    },
    [Symbol.dispose]: () => bar.stop(),
  }
}

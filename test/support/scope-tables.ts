/**
 * Scope tables of several endpoints, linked by queues that the test empties: completion counting
 * without rings, codecs and loops.
 *
 * Ordering    FIFO per link.
 */
import type { Scope } from '#core/sync/scope.js'
import { type ScopeLink, ScopeTable } from '#core/sync/scopes.js'

/** What is done with the table at the other end when a message arrives. */
export type Arrival = (table: ScopeTable, scope: Scope) => void

interface Letter {
  readonly scope: number
  readonly name: string
  readonly arrive: Arrival
}

/** What a test may do to what tables say to each other. */
export interface Meddling {
  /** Counts as they are sent, in place of `counts`. */
  readonly counts?: (counts: Int32Array) => Int32Array
  /** Answer to a question, in place of `isBusy`. */
  readonly answer?: (isBusy: boolean) => boolean
}

export class TestTables {
  /** Letters that have arrived so far. */
  delivered = 0
  /** How often each endpoint's loop was told that something is due. */
  readonly wakes: number[]
  readonly #tables: readonly ScopeTable[]
  /** By source, then destination. */
  readonly #queues: readonly (readonly Letter[][])[]

  constructor(endpoints: number, meddling: Meddling = {}) {
    const ids = Array.from({ length: endpoints }, (_, id) => id)
    this.wakes = ids.map(() => 0)
    this.#queues = ids.map(() => ids.map(() => []))
    this.#tables = ids.map(
      (id) => new ScopeTable(id, endpoints, this.link(id, meddling), ignore, ignore),
    )
  }

  of(endpoint: number): ScopeTable {
    return this.#tables[endpoint]!
  }

  /** Sends anything from `src` to `dst` in its place between the tables' own messages. */
  post(src: number, dst: number, scope: number, name: string, arrive: Arrival): void {
    this.#queues[src]![dst]!.push({ scope, name, arrive })
  }

  /** Links that carry something. */
  pending(): { src: number; dst: number }[] {
    return this.#queues.flatMap((row, src) =>
      row.flatMap((queue, dst) => (queue.length > 0 ? [{ src, dst }] : [])),
    )
  }

  /** Lets the next letter of a link arrive; false if there is none. */
  deliverOne(src: number, dst: number): boolean {
    const letter = this.#queues[src]![dst]!.shift()
    if (letter === undefined) return false
    this.delivered++
    const table = this.of(dst)
    letter.arrive(table, table.at(letter.scope))
    return true
  }

  /** Lets everything arrive; false if nothing was under way. */
  deliver(): boolean {
    let isProgress = false
    for (const { src, dst } of this.pending()) {
      while (this.deliverOne(src, dst)) isProgress = true
    }
    return isProgress
  }

  /** A quiet moment of every endpoint; false if none had anything to report. */
  quiet(): boolean {
    return this.#tables.map((table) => table.reportQuiet()).includes(true)
  }

  /** Until nothing happens by itself. */
  settle(): void {
    while (this.quiet() || this.deliver());
  }

  /** What is under way, for telling states apart. */
  traffic(): string {
    const names = (queue: Letter[]) => queue.map(({ scope, name }) => `${name} ${scope}`).join()
    return this.#queues.map((row) => row.map(names).join('|')).join('|')
  }

  /** What the table of `src` says goes to the queues. */
  link(here: number, { counts, answer }: Meddling = {}): ScopeLink {
    const others = this.wakes.map((_, id) => id).filter((id) => id !== here)
    const toOthers = (scope: Scope, name: string, arrive: Arrival): void => {
      for (const dst of others) this.post(here, dst, scope.id, name, arrive)
    }
    return {
      report: (scope, isOwed) => {
        const sent = Float64Array.from(counts?.(scope.counts) ?? scope.counts)
        this.post(here, scope.home, scope.id, `report ${sent.join()} ${isOwed}`, (table, there) =>
          table.addReport(there, sent, 0, isOwed),
        )
      },
      probe: (scope) => toOthers(scope, 'probe', (table, there) => table.answerProbe(there)),
      answerProbe: (scope, isBusy) => {
        const said = answer?.(isBusy) ?? isBusy
        this.post(here, scope.home, scope.id, `answer ${said}`, (table, there) =>
          table.addAnswer(there, said),
        )
      },
      abort: (scope) => toOthers(scope, 'abort', (table, there) => table.aborted(there)),
      touch: () => undefined,
      wake: () => {
        this.wakes[here]!++
      },
    }
  }
}

function ignore(): void {
  // Handles and failures outside of any run are not what these tables are for.
}

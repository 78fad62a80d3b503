/**
 * Model of completion counting: real scope tables, linked by queues, under programs of work whose
 * every step is chosen by a schedule. What is counted, and when, is what `Core` and `Dispatch` do,
 * without rings, codecs and loops; a fault, if one is named, is done wrong on purpose.
 *
 * Steps       a letter arrives; a task takes its next step; an endpoint has a quiet moment;
 *             somebody outside puts work under the event, or begins to wait. An endpoint may be
 *             quiet between any two other steps, which is more than a real loop allows.
 * Checked     a waiter is let go only when all work that it can know of has ended (soundness), with
 *             all errors of that work; and every waiter is let go in the end (liveness).
 */
import type { Scope } from '#core/sync/scope.js'
import type { ScopeTable } from '#core/sync/scopes.js'
import { TestTables } from '../support/scope-tables.ts'

/** A piece of work, and what it gives rise to. */
export type Work =
  /** A one-way delegate: its body does `then`. */
  | { readonly send: number; readonly then?: readonly Work[] }
  /** A task: does `then` when it starts, and `later` after it was suspended. */
  | { readonly task: number; readonly then?: readonly Work[]; readonly later?: readonly Work[] }
  /** A call: its body does `then`. */
  | { readonly call: number; readonly then?: readonly Work[] }
  /** Fails the scope. */
  | { readonly fail: string }

/** Somebody outside of the event, who puts work under it and then waits, or does not. */
export interface Visit {
  readonly at: number
  readonly work: readonly Work[]
  readonly waits: boolean
}

export type Program =
  /** A finish scope of endpoint 0 over `work`. */
  | { readonly endpoints: number; readonly work: readonly Work[] }
  /** An event of endpoint 0; visits of one endpoint happen in their order. */
  | { readonly endpoints: number; readonly visits: readonly Visit[] }

/** What is done wrong on purpose. */
export type Fault =
  | 'counts are one number'
  | 'an active endpoint reports'
  | 'a call that sent is not counted'
  | 'a caller is not active'
  | 'a queued task is not active'
  | 'a failure travels after its report'
  | 'an event is not confirmed'
  | 'a busy endpoint says that it is quiet'
  | 'reports during a confirmation are ignored'
  | 'a waiter joins a running confirmation'
  | 'a failure during a confirmation is ignored'

export interface Action {
  readonly name: string
  take(): void
}

/** Who waits: for which visits' work. */
interface Waiting {
  readonly name: string
  readonly visits: readonly number[]
  isLetGo: boolean
}

interface TaskState {
  readonly at: number
  readonly visit: number
  readonly steps: (readonly Work[])[]
}

export class CompletionModel {
  readonly #program: Program
  readonly #fault: Fault | undefined
  readonly #tables: TestTables
  readonly #id: number
  readonly #tasks: TaskState[] = []
  readonly #visits: { readonly index: number; readonly visit: Visit }[]
  readonly #waiters: Waiting[] = []
  /** By visit: pieces of work begun and not ended, and messages of failures so far. */
  readonly #live: number[]
  readonly #failures: string[][]
  /** Failures that a fault holds back until their endpoint has reported. */
  readonly #late: { readonly at: number; readonly send: () => void }[] = []

  constructor(program: Program, fault?: Fault) {
    this.#program = program
    this.#fault = fault
    this.#tables = new TestTables(program.endpoints, {
      ...(fault === 'a busy endpoint says that it is quiet' ? { answer: () => false } : {}),
    })
    const home = this.#tables.of(0)
    const isEvent = 'visits' in program
    const scope = home.open(home.root, isEvent && fault !== 'an event is not confirmed')
    this.#id = scope.id
    this.#visits = isEvent ? program.visits.map((visit, index) => ({ index, visit })) : []
    this.#live = isEvent ? program.visits.map(() => 0) : [0]
    this.#failures = this.#live.map(() => [])
    if (!isEvent) this.#finish(home, scope, program.work)
  }

  /** Everything that could happen next; empty at the end. */
  actions(): Action[] {
    const { endpoints } = this.#program
    const ids = Array.from({ length: endpoints }, (_, id) => id)
    return [
      ...this.#tables.pending().map(({ src, dst }) => ({
        name: `${src} to ${dst}`,
        take: () => this.#deliver(src, dst),
      })),
      ...this.#tasks.map((task, index) => ({
        name: `task ${index} at ${task.at}`,
        take: () => this.#step(task),
      })),
      ...ids
        .filter((id) => this.#isQuietDue(id))
        .map((id) => ({ name: `quiet ${id}`, take: () => this.#quiet(id) })),
      ...this.#nextVisits().map((entry) => ({
        name: `visit ${entry.index}`,
        take: () => this.#visit(entry),
      })),
    ]
  }

  /** Throws unless everybody was let go. */
  end(): void {
    for (const { name, isLetGo } of this.#waiters) {
      if (!isLetGo) throw new Error(`${name} waits for ever`)
    }
  }

  /** Everything that decides what can still happen. */
  state(): string {
    const ids = Array.from({ length: this.#program.endpoints }, (_, id) => id)
    const scopes = ids.map((id) => {
      const { active, counts, isDirty, owesReport, books } = this.#scope(id)
      return [active, counts, isDirty, owesReport, JSON.stringify(books)]
    })
    return [
      scopes.join(),
      this.#tables.traffic(),
      JSON.stringify(this.#tasks),
      this.#visits.length,
      this.#late.length,
      this.#waiters.map(({ isLetGo }) => isLetGo).join(),
      JSON.stringify(this.#failures),
    ].join(' / ')
  }

  #scope(id: number): Scope {
    return this.#tables.of(id).at(this.#id)
  }

  #finish(home: ScopeTable, scope: Scope, work: readonly Work[]): void {
    home.enter(scope)
    this.#perform(0, 0, work)
    home.leave(scope)
    this.#wait('finish', [0])
  }

  /** The first visit to come at each endpoint. */
  #nextVisits(): { readonly index: number; readonly visit: Visit }[] {
    const seen = new Set<number>()
    return this.#visits.filter(({ visit }) => {
      const isFirst = !seen.has(visit.at)
      seen.add(visit.at)
      return isFirst
    })
  }

  #visit(entry: { readonly index: number; readonly visit: Visit }): void {
    const { index, visit } = entry
    this.#visits.splice(this.#visits.indexOf(entry), 1)
    this.#perform(visit.at, index, visit.work)
    if (!visit.waits) return
    // Whoever waits can know of what was done at its own endpoint before.
    const known = this.#known(visit.at, index)
    const name = `visit ${index} at ${visit.at}`
    if (visit.at === 0) {
      this.#wait(name, known)
      return
    }
    const waiting: Waiting = { name, visits: known, isLetGo: false }
    this.#waiters.push(waiting)
    this.#tables.post(visit.at, 0, this.#id, `wait ${index}`, () => this.#settleLater(waiting))
  }

  #known(at: number, index: number): number[] {
    const { visits } = this.#program as { readonly visits: readonly Visit[] }
    return visits.flatMap((visit, i) => (visit.at === at && i <= index ? [i] : []))
  }

  #wait(name: string, visits: readonly number[]): void {
    const waiting: Waiting = { name, visits, isLetGo: false }
    this.#waiters.push(waiting)
    this.#settleLater(waiting)
  }

  /** As `ScopeTable.wait` at home, but told at once and not by a promise. */
  #settleLater(waiting: Waiting): void {
    const scope = this.#scope(0)
    const letGo = (errors: readonly unknown[]): void => this.#letGo(waiting, errors)
    scope.books!.waiters.push({
      resolve: () => letGo([]),
      reject: (error) => letGo((error as { errors: unknown[] }).errors),
    })
    const isJoining = scope.books!.awaited > 0
    if (isJoining && this.#fault === 'a waiter joins a running confirmation') return
    this.#tables.of(0).markDirty(scope)
  }

  #letGo(waiting: Waiting, errors: readonly unknown[]): void {
    waiting.isLetGo = true
    for (const visit of waiting.visits) {
      if (this.#live[visit]! > 0) throw new Error(`${waiting.name} was let go too early`)
      // An error is told to those who wait when it is known, and to nobody twice.
      for (const failure of this.#failures[visit]!.splice(0)) {
        if (!errors.includes(failure)) throw new Error(`${waiting.name} was not told: ${failure}`)
      }
    }
  }

  // What Core and Dispatch do.

  #perform(at: number, visit: number, work: readonly Work[]): void {
    for (const piece of work) {
      if ('fail' in piece) this.#fail(at, visit, piece.fail)
      else if ('call' in piece) this.#call(at, piece.call, visit, piece.then ?? [])
      else if ('send' in piece) {
        const { then = [] } = piece
        this.#message(at, piece.send, visit, () => this.#perform(piece.send, visit, then), then)
      } else {
        const { then = [], later = [] } = piece
        const queue = (): void => this.#queue(piece.task, visit, [then, later])
        this.#message(at, piece.task, visit, queue, [then, later])
      }
    }
  }

  #message(src: number, dst: number, visit: number, handle: () => void, content: unknown): void {
    this.#live[visit]!++
    this.#count(src, dst, 1)
    const name = `${visit} message ${JSON.stringify(content)}`
    this.#tables.post(src, dst, this.#id, name, () => {
      handle()
      this.#count(dst, dst, -1)
      this.#live[visit]!--
    })
  }

  #queue(at: number, visit: number, steps: (readonly Work[])[]): void {
    this.#live[visit]!++
    if (this.#fault !== 'a queued task is not active') this.#tables.of(at).enter(this.#scope(at))
    this.#tasks.push({ at, visit, steps })
  }

  #step(task: TaskState): void {
    const { at, visit, steps } = task
    const table = this.#tables.of(at)
    const isLateStart = this.#fault === 'a queued task is not active' && steps.length === 2
    if (isLateStart) table.enter(this.#scope(at))
    this.#perform(at, visit, steps.shift()!)
    if (steps.length > 0) return
    this.#tasks.splice(this.#tasks.indexOf(task), 1)
    table.leave(this.#scope(at))
    this.#live[visit]!--
  }

  #call(src: number, dst: number, visit: number, then: readonly Work[]): void {
    const caller = this.#tables.of(src)
    const isActive = this.#fault !== 'a caller is not active'
    this.#live[visit]!++
    if (isActive) caller.enter(this.#scope(src))
    const name = `${visit} call ${JSON.stringify(then)}`
    this.#tables.post(src, dst, this.#id, name, (callee, scope) => {
      const wasDirty = callee.watch(scope)
      this.#perform(dst, visit, then)
      const hasSent = callee.watched(scope, wasDirty)
      const isCounted = hasSent && this.#fault !== 'a call that sent is not counted'
      if (isCounted) this.#count(dst, dst, -1)
      this.#tables.post(dst, src, this.#id, `${visit} reply ${isCounted}`, () => {
        if (isCounted) this.#count(src, dst, 1)
        if (isActive) caller.leave(this.#scope(src))
        this.#live[visit]!--
      })
    })
  }

  #fail(at: number, visit: number, message: string): void {
    this.#failures[visit]!.push(message)
    if (at === 0) {
      this.#tables.of(0).addError(this.#scope(0), message)
      return
    }
    const send = (): void =>
      this.#tables.post(at, 0, this.#id, `failed ${message}`, (home, scope) => {
        const { isDisturbed } = scope.books!
        home.addError(scope, message)
        const isIgnored = this.#fault === 'a failure during a confirmation is ignored'
        if (isIgnored) scope.books!.isDisturbed = isDisturbed
      })
    if (this.#fault === 'a failure travels after its report') this.#late.push({ at, send })
    else send()
    this.#tables.of(at).markDirty(this.#scope(at))
  }

  #count(at: number, dst: number, change: number): void {
    const scope = this.#scope(at)
    const place = this.#fault === 'counts are one number' ? 0 : dst
    scope.counts[place]! += change
    this.#tables.of(at).markDirty(scope)
  }

  #deliver(src: number, dst: number): void {
    this.#tables.deliverOne(src, dst)
    const { books } = this.#scope(0)
    if (this.#fault === 'reports during a confirmation are ignored') books!.isDisturbed = false
  }

  #isQuietDue(id: number): boolean {
    return this.#tables.of(id).isReportDue || this.#late.some(({ at }) => at === id)
  }

  #quiet(id: number): void {
    const scope = this.#scope(id)
    const { active } = scope
    if (this.#fault === 'an active endpoint reports') scope.active = 0
    const hasReported = this.#tables.of(id).reportQuiet()
    scope.active = active
    if (hasReported) return
    const index = this.#late.findIndex(({ at }) => at === id)
    if (index >= 0) this.#late.splice(index, 1)[0]!.send()
  }
}

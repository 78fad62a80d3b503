/**
 * Linearizability: whether what concurrent callers saw of an object can be explained by some order
 * of their operations that keeps every operation between its call and its answer.
 *
 * Bounds      the search remembers which operations with which state it has tried; a history whose
 *             operations hardly overlap takes time in its length, one of n that all do up to 2^n.
 * Source      Wing and Gong, Testing and verifying concurrent objects, 1993, with the memory of
 *             Lowe, 2017.
 */

/** One operation as its caller saw it. */
export interface Observed<O, A> {
  readonly operation: O
  /** What it was answered; `undefined` of one that is pending means nothing. */
  readonly answer: A
  readonly calledAt: number
  /** Infinity: never answered; it may have taken effect, or not. */
  readonly answeredAt: number
}

/** An object as one caller after another would see it. States are values, never changed. */
export interface SequentialModel<S, O, A> {
  readonly initial: S
  /** What `operation` does in `state`. */
  apply(state: S, operation: O): readonly [next: S, answer: A]
  /** Whether `seen` is what the model answered. Default: deep equality of their text. */
  isSame?(seen: A, answer: A): boolean
}

/** Records operations as they begin and end. One recorder per object, of any number of callers. */
export class History<O, A> {
  readonly #observed: {
    operation: O
    answer: A | undefined
    calledAt: number
    answeredAt: number
  }[] = []
  #now = 0

  /** Records `operation`, whose answer `run` promises. */
  async record(operation: O, run: () => PromiseLike<A>): Promise<A> {
    const entry = {
      operation,
      answer: undefined as A | undefined,
      calledAt: this.#now++,
      answeredAt: Infinity,
    }
    this.#observed.push(entry)
    const answer = await run()
    entry.answer = answer
    entry.answeredAt = this.#now++
    return answer
  }

  get observed(): readonly Observed<O, A>[] {
    return this.#observed as readonly Observed<O, A>[] // pending ones have no answer
  }
}

/** Throws, with the history, unless some order explains it. */
export function checkLinearizable<S, O, A>(
  history: readonly Observed<O, A>[],
  model: SequentialModel<S, O, A>,
): void {
  if (isLinearizable(history, model)) return
  const lines = [...history]
    .sort((a, b) => a.calledAt - b.calledAt)
    .map(({ operation, answer, calledAt, answeredAt }) => {
      return `${calledAt} to ${answeredAt}: ${textOf(operation)} -> ${textOf(answer)}`
    })
  throw new Error(`No order of these operations explains their answers:\n${lines.join('\n')}`)
}

export function isLinearizable<S, O, A>(
  history: readonly Observed<O, A>[],
  model: SequentialModel<S, O, A>,
): boolean {
  return new Search(history, model).run()
}

class Search<S, O, A> {
  readonly #operations: readonly Observed<O, A>[]
  readonly #model: SequentialModel<S, O, A>
  /** Sets of operations done, with the state they led to, from which there is no way on. */
  readonly #deadEnds = new Set<string>()
  readonly #isDone: boolean[]

  constructor(history: readonly Observed<O, A>[], model: SequentialModel<S, O, A>) {
    this.#operations = [...history].sort((a, b) => a.calledAt - b.calledAt)
    this.#model = model
    this.#isDone = history.map(() => false)
  }

  run(): boolean {
    return this.#goOn(this.#model.initial, 0)
  }

  /** `first`: all operations before it are done. */
  #goOn(state: S, first: number): boolean {
    while (this.#isDone[first] === true) first++
    // The next operation must begin before any that is left has ended.
    let bound = Infinity
    let isOver = true
    for (let i = first; i < this.#operations.length; i++) {
      if (this.#isDone[i]!) continue
      const { answeredAt } = this.#operations[i]!
      if (answeredAt !== Infinity) isOver = false
      bound = Math.min(bound, answeredAt)
    }
    if (isOver) return true
    const key = `${first} ${this.#doneAfter(first)} ${textOf(state)}`
    if (this.#deadEnds.has(key)) return false
    for (let i = first; i < this.#operations.length; i++) {
      if (this.#operations[i]!.calledAt > bound) break
      if (!this.#isDone[i]! && this.#take(state, first, i)) return true
    }
    this.#deadEnds.add(key)
    return false
  }

  #take(state: S, first: number, i: number): boolean {
    const { operation, answer, answeredAt } = this.#operations[i]!
    const [next, expected] = this.#model.apply(state, operation)
    if (answeredAt !== Infinity && !this.#isSame(answer, expected)) return false
    this.#isDone[i] = true
    if (this.#goOn(next, first)) return true
    this.#isDone[i] = false
    return false
  }

  #isSame(seen: A, answer: A): boolean {
    return this.#model.isSame?.(seen, answer) ?? textOf(seen) === textOf(answer)
  }

  #doneAfter(first: number): string {
    const done: number[] = []
    for (let i = first; i < this.#isDone.length; i++) if (this.#isDone[i]!) done.push(i)
    return done.join()
  }
}

/** One text for one value, as far as test histories go. */
function textOf(value: unknown): string {
  return value === undefined ? 'undefined' : JSON.stringify(value)
}

/**
 * Model of the flat combiner: `FlatCombiner` step by step, with what it leaves to microtasks and to
 * the network as steps of their own, and with a switch for each fault that the suite must notice.
 * `combiner.test.ts` ties it to the real class.
 */

/** Mistakes that a change of the combiner could bring. */
export type CombinerFault =
  | 'operations join the round in flight'
  | 'an answer wakes whoever waits'
  | 'an answer does not look for an open round'
  | 'in flight is counted before it is known who sends'
  | 'a due round goes out though it has gone'
  | 'the round sealed last goes first'
  | 'a full round waits to be due'

/** One operation, of a task that waits for it or not. */
export interface ModelOperation {
  readonly task: number
  readonly number: number
  /** How often the home has performed it. */
  performed: number
  isAnswered: boolean
}

export interface ModelRound {
  readonly operations: ModelOperation[]
  /** What its message carried when it was written. */
  sent: number
}

export interface ModelBounds {
  /** Operations that fill a round. */
  readonly size: number
  /** Rounds under way at once. */
  readonly inFlight: number
}

export class ModelCombiner {
  open: ModelRound | undefined = undefined
  sealed: ModelRound[] = []
  /** Written and not answered, first to last. */
  flight: ModelRound[] = []
  inFlight = 0
  /** Rounds that microtasks will seal. */
  due: ModelRound[] = []
  readonly #bounds: ModelBounds
  readonly #fault: CombinerFault | undefined

  constructor(bounds: ModelBounds, fault?: CombinerFault) {
    this.#bounds = bounds
    this.#fault = fault
  }

  /** What `join`, adding to the batch and `added` do: no suspension between them. */
  join(operation: ModelOperation): void {
    const last = this.flight.at(-1)
    if (this.#fault === 'operations join the round in flight' && last !== undefined) {
      last.operations.push(operation)
      return
    }
    const round = this.open ?? this.#begin()
    round.operations.push(operation)
    const isFull = round.operations.length >= this.#bounds.size
    if (isFull && this.#fault !== 'a full round waits to be due') this.#seal(round)
  }

  flush(): void {
    if (this.open !== undefined) this.#seal(this.open)
  }

  /** The microtasks of the oldest due round are over. */
  fire(): void {
    const round = this.due.shift()!
    const isGone = this.open !== round
    if (isGone && this.#fault !== 'a due round goes out though it has gone') return
    if (!isGone) this.open = undefined
    this.sealed.push(round)
    this.#pump()
  }

  /** The answer of the oldest round in flight. */
  answer(): void {
    const round = this.flight.shift()!
    this.inFlight--
    this.#pump()
    const isBlind = this.#fault === 'an answer does not look for an open round'
    if (this.inFlight === 0 && this.open !== undefined && !isBlind) this.#makeDue(this.open)
    const woken = this.#fault === 'an answer wakes whoever waits' ? (this.open ?? round) : round
    for (const operation of woken.operations) operation.isAnswered = true
  }

  #begin(): ModelRound {
    const round: ModelRound = { operations: [], sent: 0 }
    this.open = round
    if (this.inFlight === 0) this.#makeDue(round)
    return round
  }

  #makeDue(round: ModelRound): void {
    this.due.push(round)
    if (this.#fault === 'in flight is counted before it is known who sends') this.inFlight++
  }

  #seal(round: ModelRound): void {
    if (this.open !== round) return
    this.open = undefined
    this.sealed.push(round)
    this.#pump()
  }

  #pump(): void {
    while (this.sealed.length > 0 && this.inFlight < this.#bounds.inFlight) {
      const isLast = this.#fault === 'the round sealed last goes first'
      const round = isLast ? this.sealed.pop()! : this.sealed.shift()!
      this.inFlight++
      round.sent = round.operations.length
      this.flight.push(round)
    }
  }
}

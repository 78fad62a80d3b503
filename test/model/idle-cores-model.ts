/**
 * Model of idle cores: `IdleCores` step by step, as generators that stop before every access to
 * shared memory, with a switch for each fault that the suite must notice. `idle-cores.test.ts` ties
 * it to the real class.
 */
import type { Steps } from '../support/explore.ts'

/** Mistakes that a change of the protocol or of its callers could bring. */
export type IdleFault =
  | 'looks for work before it announces itself'
  | 'looks at the count before it publishes the record'
  | 'counts itself after its word'
  | 'picks without comparing'
  | 'announces itself before it arms the doorbell'

export class ModelIdleCores {
  count = 0
  readonly idle: boolean[]
  readonly #fault: IdleFault | undefined

  constructor(cores: number, fault?: IdleFault) {
    this.idle = Array<boolean>(cores).fill(false)
    this.#fault = fault
  }

  *announce(self: number): Steps {
    const isLate = this.#fault === 'counts itself after its word'
    if (!isLate) yield* this.#add()
    yield { name: `announce: store idle ${self}` }
    this.idle[self] = true
    if (isLate) yield* this.#add()
  }

  *withdraw(self: number): Steps {
    yield* this.#move(self)
  }

  /** Somebody, or -1. */
  *pick(self: number): Steps<number> {
    yield { name: 'pick: load count' }
    if (this.count === 0) return -1
    for (let step = 1; step < this.idle.length; step++) {
      const core = (self + step) % this.idle.length
      yield { name: `pick: load idle ${core}` }
      if (this.idle[core]! && (yield* this.#move(core))) return core
    }
    return -1
  }

  *#add(): Steps {
    yield { name: 'announce: add to count' }
    this.count++
  }

  *#move(core: number): Steps<boolean> {
    yield { name: `move idle ${core}` }
    if (!this.idle[core] && this.#fault !== 'picks without comparing') return false
    this.idle[core] = false
    yield { name: `take ${core} from count` }
    this.count--
    return true
  }
}

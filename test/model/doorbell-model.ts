/**
 * Model of the doorbell: `Doorbell` line by line, as generators that stop before every access to
 * shared memory, and with a switch for each fault that the suite must notice. The faults in whose
 * name the owner or the ringer looks too early are in the processes of `doorbell.test.ts`, because
 * looking is the caller's half of the protocol. That test also ties this model to the real class.
 */
import type { Steps } from '../support/explore.ts'

/** Mistakes that a change of the doorbell or of its callers could bring. */
export type DoorbellFault =
  | 'looks for work before it arms'
  | 'does not look again after it armed'
  | 'looks at the word before it stores the tail'
  | 'sleeps without comparing the word'
  | 'moves the word without notifying'
  | 'notifies before it moves the word'

const AWAKE = 0
const ARMED = 1

/** A waiter, as `Atomics.waitAsync` enters it into the list of its word. */
export interface Waiter {
  isWoken: boolean
}

export class ModelDoorbell {
  word = AWAKE
  readonly #fault: DoorbellFault | undefined
  #waiters: Waiter[] = []

  constructor(fault?: DoorbellFault) {
    this.#fault = fault
  }

  /** Waiters in the list: part of the state. */
  get waiting(): number {
    return this.#waiters.length
  }

  *ring(): Steps {
    yield { name: 'load word' }
    if (this.word === AWAKE) return
    if (this.#fault === 'notifies before it moves the word') yield* this.#notify()
    yield { name: 'compare and move word' }
    if (this.word !== ARMED) return
    this.word = AWAKE
    if (this.#fault === 'moves the word without notifying') return
    if (this.#fault !== 'notifies before it moves the word') yield* this.#notify()
  }

  *arm(): Steps {
    yield { name: 'store ARMED' }
    this.word = ARMED
  }

  *disarm(): Steps {
    yield { name: 'store AWAKE' }
    this.word = AWAKE
  }

  /** The comparison and the entry into the list are one step, as waitAsync promises. */
  *sleep(): Steps<Waiter | undefined> {
    yield { name: 'compare and wait' }
    if (this.word !== ARMED && this.#fault !== 'sleeps without comparing the word') return undefined
    const waiter = { isWoken: false }
    this.#waiters.push(waiter)
    return waiter
  }

  *#notify(): Steps {
    yield { name: 'notify' }
    for (const waiter of this.#waiters) waiter.isWoken = true
    this.#waiters = []
  }
}

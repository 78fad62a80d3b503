/**
 * Model of the deque: `DequeOwner` and `DequeThief` step by step, as generators that stop before
 * every access to shared memory, and with a switch for each fault that the suite must notice. A
 * record is two words, so that one taken half old and half new is seen. `deque.test.ts` ties this
 * model to the real classes.
 */
import type { Steps } from '../support/explore.ts'

/** Mistakes that a change of the deque could bring. */
export type DequeFault =
  | 'looks at top before it stores bottom'
  | 'takes the last record without compare-and-swap'
  | 'keeps the last record although a thief moved top'
  | 'publishes before it writes the record'
  | 'pushes without looking at top'
  | 'moves top without comparing'
  | 'copies the record after it moved top'
  | 'looks at bottom before top'
  | 'compares positions by size'
  | 'never takes a lone record'

/** A thief's outcome: what it copied, or why it has nothing. */
export type Theft = number | 'empty' | 'lost race'

/** Shared words, and the owner's two private ones. */
export class ModelDeque {
  top: number
  bottom: number
  readonly words: number[]
  readonly capacity: number
  readonly fault: DequeFault | undefined
  ownBottom: number
  knownTop: number

  constructor(capacity: number, first: number, fault?: DequeFault) {
    this.capacity = capacity
    this.fault = fault
    this.top = this.bottom = this.ownBottom = this.knownTop = first
    this.words = Array<number>(2 * capacity).fill(0)
  }

  /** False: full. */
  *push(value: number): Steps<boolean> {
    if (this.#size(this.ownBottom, this.knownTop) >= this.capacity) {
      if (this.fault !== 'pushes without looking at top') {
        yield { name: 'push: load top' }
        this.knownTop = this.top
        if (this.#size(this.ownBottom, this.knownTop) >= this.capacity) return false
      }
    }
    const at = this.#place(this.ownBottom)
    const next = (this.ownBottom + 1) | 0
    if (this.fault === 'publishes before it writes the record') {
      yield { name: 'push: store bottom' }
      this.bottom = next
    }
    yield { name: `push: store first word of ${value}` }
    this.words[at] = value
    yield { name: `push: store second word of ${value}` }
    this.words[at + 1] = value
    this.ownBottom = next
    if (this.fault === 'publishes before it writes the record') return true
    yield { name: 'push: store bottom' }
    this.bottom = next
    return true
  }

  /** Undefined: empty. The record is the owner's by then: reading it is no step. */
  *pop(): Steps<number | undefined> {
    const after = this.ownBottom
    yield { name: 'pop: load top first' }
    this.knownTop = this.top
    if (this.#size(after, this.knownTop) <= 0) return undefined
    const bottom = (after - 1) | 0
    const isEarly = this.fault === 'looks at top before it stores bottom'
    let top = this.knownTop
    if (!isEarly) {
      yield { name: 'pop: store bottom' }
      this.bottom = bottom
      yield { name: 'pop: load top' }
      top = this.top
    } else {
      yield { name: 'pop: store bottom late' }
      this.bottom = bottom
    }
    this.knownTop = top
    const others = this.#size(bottom, top)
    if (others > 0) {
      this.ownBottom = bottom
      return this.words[this.#place(bottom)]!
    }
    let isOurs = false
    if (others === 0) isOurs = yield* this.#takeLast(top)
    return isOurs ? this.words[this.#place(bottom)]! : undefined
  }

  *steal(self: string): Steps<Theft> {
    yield { name: `${self}: load top or bottom` }
    let top = this.top
    let bottom = this.bottom
    const isSwapped = this.fault === 'looks at bottom before top'
    yield { name: `${self}: ${top}, ${bottom}: load the other` }
    if (isSwapped) top = this.top
    else bottom = this.bottom
    const least = this.fault === 'never takes a lone record' ? 1 : 0
    if (this.#size(bottom, top) <= least) return 'empty'
    let copy = 0
    if (this.fault !== 'copies the record after it moved top') copy = yield* this.#copy(self, top)
    yield { name: `${self}: move top from ${top} with ${copy}` }
    if (this.fault !== 'moves top without comparing' && this.top !== top) return 'lost race'
    this.top = (top + 1) | 0
    if (this.fault === 'copies the record after it moved top') copy = yield* this.#copy(self, top)
    return copy
  }

  *#takeLast(top: number): Steps<boolean> {
    yield { name: 'pop: move top' }
    if (this.fault === 'takes the last record without compare-and-swap') {
      this.top = (top + 1) | 0
      return true
    }
    if (this.top !== top) return this.fault === 'keeps the last record although a thief moved top'
    this.top = (top + 1) | 0
    return true
  }

  *#copy(self: string, top: number): Steps<number> {
    const at = this.#place(top)
    yield { name: `${self}: load first word at ${top}` }
    const first = this.words[at]!
    yield { name: `${self}: load second word at ${top} after ${first}` }
    const second = this.words[at + 1]!
    return first === second ? first : -1
  }

  #size(bottom: number, top: number): number {
    return this.fault === 'compares positions by size' ? sign(bottom, top) : (bottom - top) | 0
  }

  #place(position: number): number {
    return 2 * (position & (this.capacity - 1))
  }
}

/** What comparing by size makes of two positions. */
function sign(bottom: number, top: number): number {
  return bottom > top ? bottom - top : 0
}

/**
 * Vector home: what the home of a vector does with a core's batch. The ends move in one piece, then
 * the values travel to or from the cores that hold their positions, and the batch is answered when
 * all of them have.
 *
 * Ordering    of one batch: pushes, then dequeues, then pops. All were under way at once.
 * Suspends    after the ends have moved and all messages to other cores are written.
 */
import type { Core } from '../delegate/core.ts'
import { objectDelegate, task } from '../delegate/define.ts'
import type { ObjectAddress } from '../memory/objects.ts'
import { SymmetricObject } from '../memory/objects.ts'
import type { CoreId } from '../place.ts'
import { type Elements, makeElements } from './elements.ts'
import { BLOCK, type VectorPart } from './vector-part.ts'

/** What a batch is answered: how many values were pushed, and those taken, in order of position. */
export type VectorAnswer = number | readonly [pushed: number, dequeued: unknown, popped: unknown]

export const batchAtHome = task(
  'orujo.vector.batch',
  (
    core: Core,
    raw: number,
    values: unknown,
    limit: number,
    dequeues: number,
    pops: number,
  ): Promise<VectorAnswer> => new Batch(core, raw).perform(values as Elements, limit, dequeues, pops),
)

export const boundsAtHome = task('orujo.vector.bounds', (core: Core, raw: number) => {
  const { head, tail } = partOf(core, raw)
  return [head, tail] as const
})

export const clearAtHome = task('orujo.vector.clear', async (core: Core, raw: number) => {
  const part = partOf(core, raw)
  const { head, tail } = part
  part.head = tail
  await new Batch(core, raw).take(head, tail)
})

/** The value at `index` from the head, in an array of one; none if there is no such index. */
export const readAtHome = task('orujo.vector.read', async (core: Core, raw: number, index: number) => {
  const { head, tail, layout } = partOf(core, raw)
  const position = head + index
  if (index < 0 || position >= tail) return []
  const home = layout.home(position)
  const address = new SymmetricObject<VectorPart>(raw).on(home)
  return [await core.call(readHere, address, layout.countBelow(position, home))]
})

const storeHere = objectDelegate(
  'orujo.vector.store',
  (_core: Core, part: VectorPart, low: number, at: number, values: unknown): void => {
    part.store(low, at, values as Elements) // what `perform` gathered
  },
)

const takeHere = objectDelegate(
  'orujo.vector.take',
  (_core: Core, part: VectorPart, begin: number, end: number): unknown => part.take(begin, end),
)

const readHere = objectDelegate(
  'orujo.vector.read-here',
  (_core: Core, part: VectorPart, local: number): unknown => part.at(local),
)

/** Definitions of this file that every core needs. */
export const vectorHomeDefinitions = Object.freeze([
  batchAtHome,
  boundsAtHome,
  clearAtHome,
  readAtHome,
  storeHere,
  takeHere,
  readHere,
])

export function partOf(core: Core, raw: number): VectorPart {
  return new SymmetricObject<VectorPart>(raw).local(core)
}

/** One batch at the home. */
class Batch {
  readonly #core: Core
  readonly #parts: SymmetricObject<VectorPart>
  readonly #part: VectorPart

  constructor(core: Core, raw: number) {
    this.#core = core
    this.#parts = new SymmetricObject<VectorPart>(raw)
    this.#part = this.#parts.local(core)
  }

  async perform(
    values: Elements,
    limit: number,
    dequeues: number,
    pops: number,
  ): Promise<VectorAnswer> {
    const part = this.#part
    const { head, tail } = part
    const pushed = Math.min(values.length, limit - (tail - head))
    const end = tail + pushed
    const dequeuedEnd = Math.min(end, head + dequeues)
    const poppedBegin = Math.max(dequeuedEnd, end - pops)
    part.head = dequeuedEnd
    part.tail = poppedBegin
    // Written in this order before anything suspends: a place is written before it is read.
    const stored = this.#store(values, head, tail, pushed)
    const dequeued = this.take(head, dequeuedEnd)
    const popped = this.take(poppedBegin, end)
    await stored
    if (dequeues + pops === 0) return pushed
    return [pushed, await dequeued, await popped]
  }

  /** The values at positions `begin` to `end` - 1, gathered from their cores. */
  async take(begin: number, end: number): Promise<Elements> {
    const { code, layout } = this.#part
    const count = end - begin
    if (count <= 0) return makeElements(code, 0)
    const pieces: (Elements | Promise<Elements>)[] = []
    const homes = this.#homes(begin, end)
    for (const home of homes) {
      const from = layout.countBelow(begin, home)
      const to = layout.countBelow(end, home)
      pieces.push(
        home === this.#core.id
          ? this.#part.take(from, to)
          : (this.#core.call(takeHere, this.#on(home), from, to) as Promise<Elements>),
      )
    }
    const taken = await Promise.all(pieces)
    if (taken.length === 1) return taken[0]!
    const values = makeElements(code, count)
    for (const [i, home] of homes.entries()) {
      const first = layout.countBelow(begin, home)
      this.#eachBlock(begin, end, home, (from, to) => {
        const local = layout.countBelow(from, home) - first
        for (let p = from; p < to; p++) values[p - begin] = taken[i]![local + (p - from)]
      })
    }
    return values
  }

  async #store(values: Elements, head: number, tail: number, count: number): Promise<void> {
    if (count <= 0) return
    const { code, layout } = this.#part
    const end = tail + count
    const acknowledged: Promise<void>[] = []
    for (const home of this.#homes(tail, end)) {
      const at = layout.countBelow(tail, home)
      const own = makeElements(code, layout.countBelow(end, home) - at)
      this.#eachBlock(tail, end, home, (from, to) => {
        const local = layout.countBelow(from, home) - at
        for (let p = from; p < to; p++) own[local + (p - from)] = values[p - tail]
      })
      const low = layout.countBelow(head, home)
      if (home === this.#core.id) this.#part.store(low, at, own)
      else acknowledged.push(this.#core.call(storeHere, this.#on(home), low, at, own))
    }
    await Promise.all(acknowledged)
  }

  /** The cores that hold some of the positions. */
  #homes(begin: number, end: number): CoreId[] {
    const { cores } = this.#core
    const first = this.#part.layout.home(begin)
    const blocks = Math.floor((end - 1) / BLOCK) - Math.floor(begin / BLOCK) + 1
    return Array.from({ length: Math.min(cores, blocks) }, (_, i) => (first + i) % cores)
  }

  /** The stretches of positions that `home` holds. */
  #eachBlock(
    begin: number,
    end: number,
    home: CoreId,
    visit: (from: number, to: number) => void,
  ): void {
    const { layout } = this.#part
    const row = BLOCK * this.#core.cores
    const first = Math.floor(begin / row) * row + home * BLOCK
    for (let block = first; block < end; block += row) {
      const from = Math.max(begin, block)
      const to = Math.min(end, block + BLOCK)
      if (from < to && layout.home(from) === home) visit(from, to)
    }
  }

  #on(home: CoreId): ObjectAddress<VectorPart> {
    return this.#parts.on(home)
  }
}

/**
 * Vector home: what the home of a vector does with a core's batch. The ends move in one piece, and
 * the values travel to or from the cores that hold their positions.
 *
 * Ordering    of one batch: pushes, then dequeues, then pops. All were under way at once. Whatever
 *             reads or loops over values is sent to their cores by the home, too, on the links on
 *             which it sends what is stored: so stores need no acknowledgement.
 * Suspends    where values are taken, after the ends have moved and all messages are written.
 */
import type { Core } from '../delegate/core.ts'
import { objectDelegate, task } from '../delegate/define.ts'
import { onCores } from '../delegate/on-cores.ts'
import { type ObjectAddress, SymmetricObject } from '../memory/objects.ts'
import type { AnyDefinition } from '../message/definition.ts'
import { allOf } from '../parallel/collective.ts'
import type { CoreId } from '../place.ts'
import { type Elements, copyElements, makeElements } from './elements.ts'
import { BLOCK, type VectorPart } from './vector-part.ts'
import { visitEach } from './visit.ts'

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
  ): VectorAnswer | Promise<VectorAnswer> =>
    new Batch(core, raw).perform(values as Elements, limit, dequeues, pops),
)

export const sizeAtHome = task('orujo.vector.size', (core: Core, raw: number): number => {
  const { head, tail } = partOf(core, raw)
  return tail - head
})

/** Visits all values, each at its core. */
export const visitAtHome = task(
  'orujo.vector.visit',
  async (
    core: Core,
    raw: number,
    id: number,
    isReplacing: boolean,
    captured: unknown[],
  ): Promise<void> => {
    const { head, tail } = partOf(core, raw)
    await allOf(
      onCores(core, (dst) => core.call(visitPart, dst, raw, id, head, tail, isReplacing, captured)),
    )
  },
)

const visitPart = task(
  'orujo.vector.visit-part',
  async (
    core: Core,
    raw: number,
    id: number,
    head: number,
    tail: number,
    isReplacing: boolean,
    captured: unknown[],
  ): Promise<void> => {
    const part = partOf(core, raw)
    const definition: AnyDefinition = core.endpoint.table.definitions[id]!
    const [begin, end] = part.range(head, tail)
    const visit = (i: number): unknown => {
      const index = part.layout.position(begin + i, core.id) - head
      return definition.body(core, part.at(begin + i), index, ...captured)
    }
    const replace = (i: number, value: unknown): void => part.put(begin + i, value)
    await visitEach(core, definition, end - begin, visit, isReplacing ? replace : undefined)
  },
)

export const clearAtHome = task('orujo.vector.clear', async (core: Core, raw: number) => {
  const part = partOf(core, raw)
  const { head, tail } = part
  part.head = tail
  await new Batch(core, raw).take(head, tail)
})

/** The value at `index` from the head, in an array of one; none if there is no such index. */
export const readAtHome = task(
  'orujo.vector.read',
  async (core: Core, raw: number, index: number) => {
    const { head, tail, layout } = partOf(core, raw)
    const position = head + index
    if (index < 0 || position >= tail) return []
    const home = layout.home(position)
    const address = new SymmetricObject<VectorPart>(raw).on(home)
    return [await core.call(readHere, address, layout.countBelow(position, home))]
  },
)

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
  sizeAtHome,
  visitAtHome,
  visitPart,
  clearAtHome,
  readAtHome,
  storeHere,
  takeHere,
  readHere,
])

function partOf(core: Core, raw: number): VectorPart {
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

  perform(
    values: Elements,
    limit: number,
    dequeues: number,
    pops: number,
  ): VectorAnswer | Promise<VectorAnswer> {
    const part = this.#part
    const { head, tail } = part
    const pushed = Math.min(values.length, limit - (tail - head))
    const end = tail + pushed
    const dequeuedEnd = Math.min(end, head + dequeues)
    const poppedBegin = Math.max(dequeuedEnd, end - pops)
    // Written in this order before anything suspends: a place is written before it is read. If it
    // cannot be written, nothing was pushed: the ends move afterwards.
    const isOpen = this.#store(values, head, tail, pushed)
    part.head = dequeuedEnd
    part.tail = poppedBegin
    if (dequeues + pops === 0) {
      // A core that does not keep up holds back those who push, by their answers.
      return isOpen ? pushed : this.#core.drain().then(() => pushed)
    }
    return this.#takeBoth(pushed, this.take(head, dequeuedEnd), this.take(poppedBegin, end))
  }

  async #takeBoth(
    pushed: number,
    dequeued: Promise<Elements>,
    popped: Promise<Elements>,
  ): Promise<VectorAnswer> {
    const [front, back] = await Promise.all([dequeued, popped])
    return [pushed, front, back]
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
        copyElements(values, from - begin, taken[i]!, local, to - from)
      })
    }
    return values
  }

  /** False above the high-water mark, as `core.send`. */
  #store(values: Elements, head: number, tail: number, count: number): boolean {
    if (count <= 0) return true
    let isOpen = true
    const { code, layout } = this.#part
    const end = tail + count
    for (const home of this.#homes(tail, end)) {
      const at = layout.countBelow(tail, home)
      const own = makeElements(code, layout.countBelow(end, home) - at)
      this.#eachBlock(tail, end, home, (from, to) => {
        const local = layout.countBelow(from, home) - at
        copyElements(own, local, values, from - tail, to - from)
      })
      const low = layout.countBelow(head, home)
      if (home === this.#core.id) this.#part.store(low, at, own)
      else if (!this.#core.send(storeHere, this.#on(home), low, at, own)) isOpen = false
    }
    return isOpen
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

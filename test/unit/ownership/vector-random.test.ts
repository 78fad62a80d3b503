/**
 * Random programs over one vector and the plain array that it must be equal to: borrows, chunks and
 * shares lent to any cores at once, moves of the handle, new lengths, under colours and caches so
 * small that both overflow.
 */
import { type Core, type GlobalArray, delegate, i32, task } from '@orujo/core'
import {
  type ExclusiveRange,
  drop,
  lend,
  type OwnedVector,
  ownVector,
  scopedTask,
  type SharedRange,
} from '@orujo/ownership'
import { ownershipRule as rule } from '../../support/ownership-rules.ts'
import { type Schedule, seeded } from '../../support/schedule.ts'

const SEEDS = 300
const STEPS = 30
const LENGTH = 48

type I32 = typeof i32
type Vector = OwnedVector<I32>

/** Adds `by` to every element, here or, in halves, on other cores. */
const bump = scopedTask(
  'test.bump',
  async (core: Core, range: ExclusiveRange<I32>, by: number, hops: number): Promise<void> => {
    if (hops > 0 && range.length > 1) {
      const halves = range.split(range.begin + (range.length >> 1))
      const target = (k: number): number => (core.id + k + 1) % core.cores
      await Promise.all(halves.map((half, k) => lend(core, bump, target(k), half, by, hops - 1)))
      return
    }
    await using mut = await range.borrowMut(core)
    for (const { view } of mut.pieces()) for (let k = 0; k < view.length; k++) view[k]! += by
  },
)

const valuesOf = scopedTask('test.values', async (core: Core, range: SharedRange<I32>) => {
  using ref = await range.borrow(core)
  return Array.from({ length: range.length }, (_, k) => ref.at(range.begin + k))
})

const addOne = delegate('test.add-one', (core: Core, array: GlobalArray<I32>) => {
  const view = array.local(core)
  for (let k = 0; k < view.length; k++) view[k]!++
})

/** A program over `vector`, on whatever core it has come to. */
class Walk {
  readonly #core: Core
  readonly #vector: Vector
  readonly #expected: number[]
  readonly #random: Schedule

  constructor(core: Core, vector: Vector, expected: number[], seed: number) {
    this.#core = core
    this.#vector = vector
    this.#expected = expected
    this.#random = seeded(seed)
  }

  async step(): Promise<void> {
    const { choose } = this.#random
    switch (choose(9)) {
      case 0:
      case 1:
        return this.#write()
      case 2:
        return this.#read()
      case 3:
      case 4:
        return this.#lendChunks()
      case 5:
      case 6:
        return this.#lendShares()
      case 7:
        return this.#apart()
      default:
        return this.#rebuild()
    }
  }

  #range(): { begin: number; end: number } {
    const { length } = this.#expected
    const begin = this.#random.choose(length + 1)
    return { begin, end: begin + this.#random.choose(length - begin + 1) }
  }

  #target(): number {
    return this.#random.choose(this.#core.cores)
  }

  async #write(): Promise<void> {
    const range = this.#range()
    const value = this.#random.choose(1000)
    await using mut = await this.#vector.borrowMut(this.#core, range)
    if (this.#random.choose(4) === 0) return
    for (let i = range.begin; i < range.end; i++) {
      mut.set(i, mut.at(i) + value)
      this.#expected[i]! += value
    }
  }

  async #read(): Promise<void> {
    const range = this.#range()
    using ref = await this.#vector.borrow(this.#core, range)
    const found = Array.from({ length: ref.length }, (_, k) => ref.at(range.begin + k))
    this.#check('read', range.begin, found)
  }

  /** Disjoint parts are written at once. */
  async #lendChunks(): Promise<void> {
    const range = this.#range()
    await using all = this.#vector.claim(this.#core, range)
    const parts = this.#random.choose(2) === 0 ? all.blocks() : all.chunks(1 + this.#target())
    const hops = this.#random.choose(3)
    await Promise.all(parts.map((part) => lend(this.#core, bump, this.#target(), part, 1, hops)))
    for (let i = range.begin; i < range.end; i++) this.#expected[i]!++
  }

  /** Overlapping parts are read at once, and others written meanwhile. */
  async #lendShares(): Promise<void> {
    const core = this.#core
    const middle = this.#random.choose(this.#expected.length + 1)
    const writing = this.#writeAbove(middle)
    const reads = Array.from({ length: 3 }, async () => {
      const begin = this.#random.choose(middle + 1)
      using share = this.#vector.share(core, { begin, end: middle })
      this.#check('lent', begin, await lend(core, valuesOf, this.#target(), share))
    })
    await Promise.all([writing, ...reads])
  }

  async #writeAbove(begin: number): Promise<void> {
    await using all = this.#vector.claim(this.#core, { begin })
    await lend(this.#core, bump, this.#target(), all, 7, 1)
    for (let i = begin; i < this.#expected.length; i++) this.#expected[i]! += 7
  }

  /** Two writers here, in ranges that touch. */
  async #apart(): Promise<void> {
    const core = this.#core
    const middle = this.#random.choose(this.#expected.length + 1)
    const write = async (begin: number, end: number): Promise<void> => {
      await using mut = await this.#vector.borrowMut(core, { begin, end })
      await core.yield()
      for (let i = begin; i < end; i++) mut.set(i, mut.at(i) - 1)
    }
    await Promise.all([write(0, middle), write(middle, this.#expected.length)])
    for (let i = 0; i < this.#expected.length; i++) this.#expected[i]!--
  }

  async #rebuild(): Promise<void> {
    const core = this.#core
    const expected = this.#expected
    const choice = this.#random.choose(3)
    if (choice === 0) await this.#vector.gather(core)
    else if (choice === 1) {
      await this.#vector.withArray(core, async (array) => {
        for (let dst = 0; dst < core.cores; dst++) await core.call(addOne, dst, array)
      })
      for (let i = 0; i < expected.length; i++) expected[i]!++
    } else {
      const length = this.#random.choose(LENGTH) + 1
      await this.#vector.resize(core, length)
      while (expected.length < length) expected.push(0)
      expected.length = length
    }
  }

  #check(what: string, begin: number, found: readonly number[]): void {
    const expected = this.#expected.slice(begin, begin + found.length)
    if (found.join() === expected.join()) return
    throw new Error(`${what} from ${begin}: found ${found.join()}, expected ${expected.join()}`)
  }
}

/** Some steps here, the rest on another core, which the vector moves to. */
const walk = task(
  'test.walk',
  async (core: Core, vector: Vector, expected: number[], steps: number, seed: number) => {
    const random = seeded(seed)
    const here = 1 + random.choose(10)
    const program = new Walk(core, vector, expected, seed)
    for (let i = 0; i < Math.min(here, steps); i++) await program.step()
    if (steps > here) {
      const next = random.choose(core.cores)
      await core.call(walk, next, vector, expected, steps - here, seed + 1000)
      return
    }
    drop(core, vector)
  },
)

rule(
  `${SEEDS} random programs find in a vector what a plain array has`,
  async (core, _t, { seed }) => {
    const vector = await ownVector(core, i32, LENGTH)
    await core.call(walk, 0, vector, new Array<number>(LENGTH).fill(0), STEPS, seed)
  },
  {
    tasks: [walk, addOne, bump, valuesOf],
    seeds: SEEDS,
    store: (seed) => ({
      cacheBytes: [0, 64, 1024][seed % 3]!,
      colorLimit: [2, 4, 2 ** 16][seed % 3]!,
    }),
  },
)

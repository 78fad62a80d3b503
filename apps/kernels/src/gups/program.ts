/**
 * GUPS: updates of random elements of a table that is dealt out to all cores, in the four ways of
 * Grappa. Every core works through its share of the words, and the home of an element updates it.
 *
 * 1  blocking: fetches the next word from wherever it lies, then adds by fetch-and-add
 * 2  blocking: the words lie here, adds by fetch-and-add
 * 3  one-way: the words lie here, adds by increments that nobody waits for
 * 4  one-way: as 3, but combines element and word by exclusive or
 *
 * Elements that lie here are updated in place: that is what a delegate to the own core would do.
 * Others are named to their home by their place in its heap, a number, so that no message carries
 * anything but numbers.
 *
 * Ordering    none: additions, and exclusive ors, may come in any order.
 * Bounds      FIBRES blocking updates in flight on each core; one-way: the high-water mark.
 */
import {
  blockRange,
  delegate,
  type i32,
  task,
  type u32,
  type Core,
  type GlobalArray,
} from '@orujo/core'
import { wordAt } from './reference.ts'

/** Enough to keep both directions of every link busy while answers are on their way. */
const FIBRES = 512
/** One-way updates between two looks at what has arrived: some 30 us of work. */
const UPDATES_PER_TURN = 2048

export type Words = GlobalArray<typeof u32>
export type Table = GlobalArray<typeof i32>

export const fillWord = delegate(
  'gups.fill',
  (core: Core, index: number, slot: number, words: Words, first: number) => {
    words.local(core)[slot] = wordAt(first + index)
  },
)

/** Counts the elements from `slot` on that are not as expected. */
export const countWrong = delegate(
  'gups.count-wrong',
  (core: Core, table: Table, slot: number, expected: Int32Array): number => {
    const own = table.local(core)
    return expected.reduce((wrong, value, i) => wrong + (own[slot + i] === value ? 0 : 1), 0)
  },
)

const readWord = delegate(
  'gups.read',
  (core: Core, at: number): number => core.memory.ownHeap.u32[at]!,
)

const fetchAddOne = delegate('gups.fetch-add', (core: Core, at: number): number => {
  return core.memory.ownHeap.i32[at]!++
})

const addOne = delegate('gups.add', (core: Core, at: number): void => {
  core.memory.ownHeap.i32[at]! += 1
})

const combineWord = delegate('gups.combine', (core: Core, at: number, word: number): void => {
  core.memory.ownHeap.i32[at]! ^= word
})

export const updateByRemoteWords = task(
  'gups.1',
  async (core: Core, words: Words, table: Table, shift: number) => {
    const [begin, end] = blockRange(words.length, core.cores, core.id)
    const base = firstPlace(words)
    const add = blockingAdd(core, table)
    let next = begin
    await inFibres(async () => {
      while (next < end) {
        const index = next++
        const word = await core.call(readWord, words.home(index), base + words.localIndex(index))
        await add(word >>> shift)
      }
    })
  },
)

export const updateBlocking = task(
  'gups.2',
  async (core: Core, words: Words, table: Table, shift: number) => {
    const own = words.local(core)
    const add = blockingAdd(core, table)
    let next = 0
    await inFibres(async () => {
      while (next < own.length) {
        const answer = add(own[next++]! >>> shift)
        if (answer !== undefined) await answer
      }
    })
  },
)

export const updateOneWay = task(
  'gups.3',
  async (core: Core, words: Words, table: Table, shift: number) => {
    const { id } = core
    const elements = table.local(core)
    const base = firstPlace(table)
    await inTurns(core, words, table, shift, ({ places }, home, begin, end) => {
      let isOpen = true
      if (home === id) for (let i = begin; i < end; i++) elements[places[i]!]! += 1
      else for (let i = begin; i < end; i++) isOpen = core.send(addOne, home, base + places[i]!)
      return isOpen
    })
  },
)

export const updateByCombining = task(
  'gups.4',
  async (core: Core, words: Words, table: Table, shift: number) => {
    const { id } = core
    const elements = table.local(core)
    const base = firstPlace(table)
    await inTurns(core, words, table, shift, ({ places, words: own }, home, begin, end) => {
      let isOpen = true
      if (home === id) for (let i = begin; i < end; i++) elements[places[i]!]! ^= own[i]!
      else {
        for (let i = begin; i < end; i++) {
          isOpen = core.send(combineWord, home, base + places[i]!, own[i]!)
        }
      }
      return isOpen
    })
  },
)

export { addOne, combineWord, fetchAddOne, readWord }

/** Adds one to an element. Undefined if that is done already, because the element lies here. */
function blockingAdd(core: Core, table: Table): (index: number) => Promise<number> | undefined {
  const { id } = core
  const elements = table.local(core)
  const base = firstPlace(table)
  return (index) => {
    const home = table.home(index)
    const place = table.localIndex(index)
    if (home !== id) return core.call(fetchAddOne, home, base + place)
    elements[place]! += 1
    return undefined
  }
}

async function inFibres(fibre: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: FIBRES }, fibre))
}

/**
 * The updates of one turn, dealt out by home. Who updates one home after the other does so in short
 * loops without a decision: the processor foresees them, and waits for several elements at once.
 */
class Deal {
  /** Where the elements lie in the parts of their homes. */
  readonly places: Int32Array
  readonly words: Uint32Array
  readonly #ends: Int32Array

  constructor(cores: number) {
    this.places = new Int32Array(cores * UPDATES_PER_TURN)
    this.words = new Uint32Array(cores * UPDATES_PER_TURN)
    this.#ends = new Int32Array(cores)
  }

  /** Forgets what was dealt before, and deals the words `from` to `to` - 1 of `own`. */
  deal(own: Uint32Array, from: number, to: number, table: Table, shift: number): void {
    const { places, words } = this
    const ends = this.#ends
    for (let home = 0; home < ends.length; home++) ends[home] = this.begin(home)
    for (let i = from; i < to; i++) {
      const word = own[i]!
      const index = word >>> shift
      const home = table.home(index)
      const at = ends[home]!
      places[at] = table.localIndex(index)
      words[at] = word
      ends[home] = at + 1
    }
  }

  /** First of what was dealt to `home`. */
  begin(home: number): number {
    return home * UPDATES_PER_TURN
  }

  /** Behind the last of it. */
  end(home: number): number {
    return this.#ends[home]!
  }
}

/** Updates for all words here, home by home, with a turn for everything else now and then. */
async function inTurns(
  core: Core,
  words: Words,
  table: Table,
  shift: number,
  updateAt: (deal: Deal, home: number, begin: number, end: number) => boolean,
): Promise<void> {
  const own = words.local(core)
  const deal = new Deal(core.cores)
  for (let from = 0; from < own.length; from += UPDATES_PER_TURN) {
    deal.deal(own, from, Math.min(own.length, from + UPDATES_PER_TURN), table, shift)
    let isOpen = true
    for (let home = 0; home < core.cores; home++) {
      if (!updateAt(deal, home, deal.begin(home), deal.end(home))) isOpen = false
    }
    // suspends: updates from others arrive
    await (isOpen ? core.yield() : core.drain())
  }
}

/** Index, among the 32-bit words of every heap, at which the array's parts begin. */
function firstPlace(array: GlobalArray<typeof i32 | typeof u32>): number {
  return array.at(0).byteOffset / 4
}

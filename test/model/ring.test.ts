/**
 * Every interleaving of one writer and one reader of a ring of 2 or 4 words, one shared access at a
 * time: first the real classes, none of whose methods makes more than one shared access that the
 * other end could notice; then the model, right and with each fault.
 */
import test from 'ava'
import { frameHeader, frameWords } from '#core/transport/frame.js'
import {
  RING_CONTROL_INTS,
  RING_HEAD,
  RING_TAIL,
  RingReader,
  RingWriter,
} from '#core/transport/ring.js'
import { atOnce, explore, exploreUncut, type Steps, type World } from '../support/explore.ts'
import { forSeeds, pick, type Schedule } from '../support/schedule.ts'
import { ModelReader, ModelWriter, RingMemory, type RingFault } from './ring-model.ts'

/** The two ends of a ring, real or modelled, as a process drives them. */
interface Ends {
  readonly writer: {
    readonly tail: number
    readonly published: number
    reserve(words: number): Steps<number>
    publish(): Steps<boolean>
  }
  readonly reader: {
    readonly head: number
    readonly tail: number
    refresh(): Steps<boolean>
    position(): Steps<number>
    pass(words: number): void
    release(): Steps
  }
  /** The data words as halves, and the two control words. */
  readonly halves: Int32Array
  tailWord(): number
  headWord(): number
  /** What else decides the writer's future. */
  writerState(): string
}

interface Plan {
  readonly capacity: number
  /** Where the positions begin. */
  readonly position: number
  /** Words of each message. */
  readonly messages: readonly number[]
  /** Messages per publication, and messages read per release. */
  readonly batch: number
  readonly fault?: RingFault
}

/** Near the overflow of 2^31, and near that of 2^32. */
const POSITIONS = [0, 2 ** 31 - 3, -3] as const

const PLANS: readonly Plan[] = POSITIONS.flatMap((position) => [
  { capacity: 2, position, messages: [1, 1, 1, 1, 1, 1], batch: 1 },
  { capacity: 2, position, messages: [1, 1, 1, 1, 1, 1], batch: 2 },
  { capacity: 4, position, messages: [1, 2, 2, 1, 1, 1, 2], batch: 1 },
  { capacity: 4, position, messages: [2, 1, 2, 2, 1, 1, 1, 2], batch: 2 },
])

function realEnds({ capacity, position }: Plan): Ends {
  const control = new Int32Array(RING_CONTROL_INTS).fill(position)
  const data = new Float64Array(capacity)
  const writer = new RingWriter(data, control)
  const reader = new RingReader(data, control)
  // The writer's copy of the head is private; all the heads it may have seen decide what it is.
  const heads: number[] = []
  return {
    writer: {
      get tail() {
        return writer.tail
      },
      get published() {
        return writer.published
      },
      *reserve(words) {
        yield { name: 'reserve' }
        if (heads.at(-1) !== control[RING_HEAD]) heads.push(control[RING_HEAD]!)
        return writer.reserve(words)
      },
      *publish() {
        yield { name: 'publish' }
        return writer.publish()
      },
    },
    reader: {
      get head() {
        return reader.head
      },
      get tail() {
        return reader.tail
      },
      *refresh() {
        yield { name: 'refresh' }
        return reader.refresh()
      },
      *position() {
        yield { name: 'position' }
        return reader.position()
      },
      pass(words) {
        reader.head = (reader.head + words) | 0
      },
      *release() {
        yield { name: 'release' }
        reader.release()
      },
    },
    halves: reader.i32,
    tailWord: () => control[RING_TAIL]!,
    headWord: () => control[RING_HEAD]!,
    writerState: () => heads.join(' '),
  }
}

function modelEnds({ capacity, position, fault }: Plan): Ends {
  const memory = new RingMemory(capacity, position)
  const writer = new ModelWriter(memory, fault)
  return {
    writer,
    reader: new ModelReader(memory, fault),
    halves: memory.halves,
    tailWord: () => memory.control[0]!,
    headWord: () => memory.control[1]!,
    writerState: () => String(writer.head),
  }
}

/** Low half of word `word` of message `message`, all different. */
function content(plan: Plan, message: number, word: number): number {
  return word === 0 ? frameHeader(message + 1, plan.messages[message]!) : 100 * message + word
}

/** How far the processes are, as far as the waiting steps do not tell. */
interface Progress {
  written: number
  read: number
  /** The writer publishes because the ring is full. */
  isFull: boolean
  /** The reader has read all that it knew of. */
  isAtTail: boolean
}

function* writeAll(plan: Plan, ends: Ends, progress: Progress): Steps {
  const { writer } = ends
  for (const [message, words] of plan.messages.entries()) {
    let index = yield* writer.reserve(words)
    while (index === -1) {
      const full = ends.headWord()
      progress.isFull = true
      yield* writer.publish()
      progress.isFull = false
      yield { name: 'wait for room', when: () => ends.headWord() !== full }
      index = yield* writer.reserve(words)
    }
    if (plan.fault === 'publishes the tail before the words are written') yield* writer.publish()
    for (let word = 0; word < words; word++) {
      yield { name: `store word ${message}.${word}` }
      ends.halves[2 * (index + word)] = content(plan, message, word)
      progress.written++
    }
    if ((message + 1) % plan.batch === 0) yield* writer.publish()
  }
  yield* writer.publish()
}

function* readAll(plan: Plan, ends: Ends, progress: Progress): Steps {
  const { reader } = ends
  let message = 0
  while (message < plan.messages.length) {
    while (!(yield* reader.refresh())) {
      const empty = reader.tail
      yield { name: 'wait for words', when: () => ends.tailWord() !== empty }
    }
    progress.isAtTail = false
    while (reader.head !== reader.tail) {
      const index = yield* reader.position()
      const words = frameWords(ends.halves[2 * index]!)
      if (plan.fault === 'gives words back before they are read') {
        reader.pass(words)
        yield* reader.release()
      }
      for (let word = 0; word < (plan.messages[message] ?? 1); word++) {
        yield { name: `load word ${message}.${word}` }
        const found = ends.halves[2 * (index + word)]
        if (found !== content(plan, message, word)) throw new Error(`torn: ${String(found)}`)
        progress.read++
      }
      message += 1
      if (plan.fault !== 'gives words back before they are read') reader.pass(words)
      if (message % plan.batch === 0) yield* reader.release()
    }
    progress.isAtTail = true
    yield* reader.release()
  }
}

function world(plan: Plan, makeEnds: (plan: Plan) => Ends): World {
  const ends = makeEnds(plan)
  const { writer, reader } = ends
  const progress = { written: 0, read: 0, isFull: false, isAtTail: true }
  const used = () => (ends.tailWord() - ends.headWord()) | 0
  return {
    processes: { w: writeAll(plan, ends, progress), r: readAll(plan, ends, progress) },
    state: () =>
      [
        ...[writer.tail, writer.published, ends.writerState(), reader.head, reader.tail],
        ...[ends.tailWord(), ends.headWord(), ends.halves, ...Object.values(progress)],
      ].join(),
    check() {
      if (used() < 0 || used() > plan.capacity) throw new Error(`${used()} words in use`)
    },
    end() {
      if (used() !== 0) throw new Error(`${used()} words left`)
    },
  }
}

for (const [name, makeEnds] of Object.entries({ 'the ring': realEnds, 'the model': modelEnds })) {
  test(`${name} keeps order, tears and overwrites nothing under every interleaving`, (t) => {
    for (const plan of PLANS) {
      const { states } = explore(() => world(plan, makeEnds))
      t.true(states > 50, `only ${states} states for ${JSON.stringify(plan)}`)
    }
  })
}

test('the state of the ring and of the model tells all that matters', (t) => {
  for (const makeEnds of [realEnds, modelEnds]) {
    for (const batch of [1, 2]) {
      const make = () => world({ capacity: 2, position: -1, messages: [1, 1], batch }, makeEnds)
      t.is(explore(make).states, exploreUncut(make).states)
    }
  }
})

const FAULTS: Readonly<Record<RingFault, RegExp>> = {
  'publishes the tail before the words are written': /torn/,
  'gives words back before they are read': /torn/,
  'writes no filler at the end': /torn/,
  'does not count the filler as used': /words in use|torn/,
  'masks positions with the capacity': /torn/,
  'never looks at the head again': /stuck/,
  'trusts a difference of positions past 2^31': /words in use|torn/,
  'lets its position grow past 2^31': /torn|stuck/,
  'reads only while the head is less than the tail': /stuck/,
}

for (const [fault, found] of Object.entries(FAULTS) as [RingFault, RegExp][]) {
  test(`a ring that ${fault} is noticed`, (t) => {
    const failures = PLANS.map((plan) => {
      try {
        explore(() => world({ ...plan, fault }, modelEnds))
        return 'nothing'
      } catch (error) {
        return String(error)
      }
    })
    t.true(
      failures.some((failure) => found.test(failure)),
      failures.join('\n\n'),
    )
  })
}

test('the model does what the ring does', async (t) => {
  await forSeeds(100, (schedule) => {
    const capacity = pick(schedule, [2, 4, 8])
    const plan = { capacity, position: pick(schedule, POSITIONS), messages: [], batch: 1 }
    const real = realEnds(plan)
    const model = modelEnds(plan)
    for (let step = 0; step < 200; step++) {
      const act = randomAct(schedule, capacity, step)
      t.deepEqual(act(real), act(model))
      t.deepEqual(snapshot(real), snapshot(model))
    }
  })
})

/** A call, legal in the present state of whichever ends it is applied to. */
function randomAct(schedule: Schedule, capacity: number, step: number): (ends: Ends) => unknown {
  const words = 1 + schedule.choose(Math.max(1, capacity / 2))
  const reserve = ({ writer, halves }: Ends) => {
    const index = atOnce(writer.reserve(words))
    if (index !== -1) halves[2 * index] = frameHeader(1 + step, words)
    return index
  }
  const read = ({ reader, halves }: Ends) => {
    if (reader.head === reader.tail) return -1
    const index = atOnce(reader.position())
    reader.pass(frameWords(halves[2 * index]!))
    return index
  }
  return pick<(ends: Ends) => unknown>(schedule, [
    reserve,
    reserve,
    ({ writer }) => atOnce(writer.publish()),
    ({ reader }) => atOnce(reader.refresh()),
    read,
    read,
    ({ reader }) => atOnce(reader.release()),
  ])
}

function snapshot({ writer, reader, halves, tailWord, headWord }: Ends): unknown {
  const positions = [writer.tail, writer.published, reader.head, reader.tail]
  return { positions, halves: [...halves], control: [tailWord(), headWord()] }
}

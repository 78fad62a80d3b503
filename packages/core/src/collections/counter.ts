/**
 * Global counter: one number, at home on one core, that every task may add to. The additions of a
 * core's tasks merge into one message, whatever their number.
 *
 * Access      everywhere; the value lies at its home.
 * Ordering    additions of one core take effect in the order in which they were made.
 * Failure     see collection.ts.
 * Bounds      a double: exact up to 2^53.
 * Source      Grappa's GlobalCounter, with answers.
 */
import { Answers, type Combining, FlatCombiner } from '../delegate/combiner.ts'
import type { Core } from '../delegate/core.ts'
import { factory, objectDelegate } from '../delegate/define.ts'
import type { Endpoint } from '../delegate/endpoint.ts'
import type { SymmetricObject } from '../memory/objects.ts'
import {
  COLLECTION_OPTIONS,
  Client,
  Collection,
  type CollectionOptions,
  type CollectionShape,
  homeOf,
  makeParts,
  typesAndOptions,
} from './collection.ts'

/** A counter, 0 at first. `await freeCollection(core, counter)` gives it back. */
export async function globalCounter(
  core: Core,
  options?: CollectionOptions,
): Promise<GlobalCounter> {
  const { combining } = typesAndOptions('globalCounter()', [options], COLLECTION_OPTIONS)
  const raw = await makeParts(core, makePart)
  return new GlobalCounter(raw, { home: homeOf(core), combining })
}

export class GlobalCounter extends Collection<CounterClient, CollectionShape> {
  constructor(raw: number, shape: CollectionShape) {
    super(raw, shape, CounterClient)
  }

  /** Adds `by`; resolves when it is counted. Tasks of a core share the promise. */
  increment(core: Core, by = 1): Promise<void> {
    const { combiner } = this.client(core)
    const round = combiner.join(core)
    round.batch.sum += by
    combiner.added(round, false)
    return round.done
  }

  /** Adds `by`; resolves with the value before. */
  fetchAdd(core: Core, by = 1): Promise<number> {
    const { combiner } = this.client(core)
    const round = combiner.join(core)
    const { batch } = round
    batch.offsets.push(batch.sum)
    batch.sum += by
    const answer = batch.answers.wait()
    combiner.added(round, false)
    return answer as Promise<number>
  }

  /**
   * Adds `by`, one-way: done when the scope of `core` has ended.
   *
   * @returns false when more is under way than comes back, which needs combining to be off: `await
   * counter.drain(core)` before more
   */
  send(core: Core, by = 1): boolean {
    const { combiner } = this.client(core)
    const round = combiner.joinOneWay(core)
    round.batch.sum += by
    combiner.added(round, false)
    return !combiner.isCongested
  }

  /** Resolves when what this core's tasks have sent is under way. For producers told false. */
  drain(core: Core): Promise<void> {
    return this.client(core).combiner.drain()
  }

  /** The value now, with all that tasks of this core have added before. */
  value(core: Core): Promise<number> {
    return this.fetchAdd(core, 0)
  }
}

/** Additions of one core, gathered. */
class Additions {
  sum = 0
  /** What was added before, for each operation that waits for its own answer. */
  readonly offsets: number[] = []
  readonly answers: Answers

  constructor(answers: Answers) {
    this.answers = answers
  }
}

class CounterClient extends Client<CollectionShape> {
  readonly combiner: FlatCombiner<Additions, number>

  constructor(endpoint: Endpoint, parts: SymmetricObject, shape: CollectionShape) {
    super(endpoint, parts, shape)
    const plan: Combining<Additions, number> = {
      name: add.name,
      open: () => new Additions(new Answers(endpoint, add.name)),
      send: (core, { sum }) => core.call(add, this.on<CounterPart>(shape.home), sum),
      settle: ({ answers, offsets }, before) => {
        for (let i = 0; i < offsets.length; i++) answers.resolve(i, before + offsets[i]!)
      },
      fail: ({ answers }, error) => answers.rejectAll(error),
    }
    this.combiner = new FlatCombiner(endpoint, plan, shape.combining)
  }
}

interface CounterPart {
  value: number
}

const makePart = factory('orujo.counter.make', (): CounterPart => ({ value: 0 }))

const add = objectDelegate(
  'orujo.counter.add',
  (_core: Core, part: CounterPart, by: number): number => {
    const before = part.value
    part.value += by
    return before
  },
)

/** Definitions that every core needs for counters. */
export const counterDefinitions = Object.freeze([makePart, add])

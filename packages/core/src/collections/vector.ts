/**
 * Global vector: a sequence dealt out over all cores, with two ends: a stack and a queue at once.
 * What the tasks of a core ask for goes to the vector's home as one message.
 *
 * Access      everywhere. The ends are at the home, the values on all cores.
 * Ordering    every operation takes effect at one moment between its call and its answer. One-way
 *             pushes of a core are in the order in which they were made, and before what the same
 *             task asks for afterwards.
 * Failure     ORUJO_CAPACITY where a capacity was given and is reached, to the push that found no
 *             room; a one-way push fails its scope.
 * Bounds      `capacity`; without, what the cores' memory holds: storage doubles as needed.
 * Misuse      loops while others take values see some that are gone.
 * Source      Grappa's GlobalVector; a queue's order and its indexes are repaired (5.4 #7-#9).
 */
import { whole } from '../check.ts'
import { Answers, type Combining, FlatCombiner, type Round } from '../delegate/combiner.ts'
import type { Core } from '../delegate/core.ts'
import { factory } from '../delegate/define.ts'
import type { Endpoint } from '../delegate/endpoint.ts'
import { OrujoError } from '../errors.ts'
import type { ScalarType, ValueOf } from '../memory/element.ts'
import type { SymmetricObject } from '../memory/objects.ts'
import type { AnyDefinition, Delegate, Task } from '../message/definition.ts'
import {
  Client,
  Collection,
  type CollectionOptions,
  type CollectionShape,
  homeOf,
  makeParts,
  typesAndOptions,
} from './collection.ts'
import {
  codeOf,
  copyElements,
  type ElementCode,
  type Elements,
  firstOf,
  makeElements,
} from './elements.ts'
import { Intake } from './intake.ts'
import {
  batchAtHome,
  clearAtHome,
  readAtHome,
  sizeAtHome,
  type VectorAnswer,
  vectorHomeDefinitions,
  visitAtHome,
} from './vector-home.ts'
import { VectorPart } from './vector-part.ts'

/** Operations of a batch: some 64 KiB of numbers, so that a round trip is worth its while. */
const MAX_OPERATIONS = 2 ** 13
/** Room of a batch at first; it doubles as needed. */
const FIRST_OPERATIONS = 64

export interface VectorOptions extends CollectionOptions {
  /** Values that it may hold; a push beyond fails with ORUJO_CAPACITY. Default: no such bound. */
  readonly capacity?: number
}

const VECTOR_OPTIONS: readonly string[] = Object.freeze([
  'combining',
  'capacity',
] satisfies (keyof VectorOptions)[])

interface VectorShape extends CollectionShape {
  readonly type: ElementCode
  readonly capacity: number
}

/** A body of a loop over a vector: `(core, value, index, ...captured)`. */
type VectorBody<V, A extends unknown[], R> =
  Delegate<[value: V, index: number, ...A], R> | Task<[value: V, index: number, ...A], R>

/**
 * An empty vector of elements of `type`, or, without a type, of any sendable values.
 * `await freeCollection(core, vector)` gives it back.
 */
export function globalVector<T extends ScalarType>(
  core: Core,
  type: T,
  options?: VectorOptions,
): Promise<GlobalVector<ValueOf<T>>>
export function globalVector<V>(core: Core, options?: VectorOptions): Promise<GlobalVector<V>>
export async function globalVector(
  core: Core,
  first?: ScalarType | VectorOptions,
  second?: VectorOptions,
): Promise<unknown> {
  const given = typesAndOptions<VectorOptions>('globalVector()', [first, second], VECTOR_OPTIONS)
  const { types, combining, options } = given
  const { capacity = Infinity } = options ?? {}
  if (capacity !== Infinity) whole('capacity', capacity, 0, Number.MAX_SAFE_INTEGER)
  const type = codeOf(types[0])
  const raw = await makeParts(core, makePart, type)
  return new GlobalVector(raw, { home: homeOf(core), combining, type, capacity })
}

export class GlobalVector<V = unknown> extends Collection<VectorClient, VectorShape> {
  constructor(raw: number, shape: VectorShape) {
    super(raw, shape, VectorClient)
  }

  /** Adds `value` at the end. Where growth has no bound, tasks of a core share the promise. */
  push(core: Core, value: V): Promise<void> {
    const { combiner, intake } = this.client(core)
    const held = intake.take(value)
    const round = combiner.join(core)
    const { batch } = round
    if (batch.pushes !== undefined) {
      const answer = batch.pushes.wait()
      combiner.added(round, batch.push(held))
      return answer as Promise<void>
    }
    combiner.added(round, batch.push(held))
    return round.done
  }

  /**
   * Adds `value` at the end, one-way: done when the scope of `core` has ended.
   *
   * @returns false when more is under way than comes back: `await vector.drain(core)` before more
   */
  send(core: Core, value: V): boolean {
    const { combiner, intake } = this.client(core)
    const held = intake.take(value)
    const round = combiner.joinOneWay(core)
    const { batch } = round
    batch.pushes?.oneWay(core.scope)
    combiner.added(round, batch.push(held))
    return !combiner.isCongested
  }

  /** Resolves when what this core's tasks have sent is under way. For producers told false. */
  drain(core: Core): Promise<void> {
    return this.client(core).combiner.drain()
  }

  /** `push` under the name that goes with `dequeue`. */
  enqueue(core: Core, value: V): Promise<void> {
    return this.push(core, value)
  }

  /** Takes the value at the end; undefined if there is none. */
  pop(core: Core): Promise<V | undefined> {
    const { combiner } = this.client(core)
    const gathered = combiner.gathered
    // A push that has not left meets its pop here, and neither needs a message.
    if (gathered?.pushes === undefined && gathered !== undefined && gathered.count > 0) {
      return Promise.resolve(gathered.values[--gathered.count] as V)
    }
    const round = combiner.join(core)
    const answer = round.batch.pops.wait()
    this.#asked(combiner, round)
    return answer as Promise<V | undefined>
  }

  /** Takes the value at the front; undefined if there is none. */
  dequeue(core: Core): Promise<V | undefined> {
    const { combiner } = this.client(core)
    const round = combiner.join(core)
    const answer = round.batch.dequeues.wait()
    this.#asked(combiner, round)
    return answer as Promise<V | undefined>
  }

  /** How many values there are. */
  async size(core: Core): Promise<number> {
    const { combiner, shape } = this.client(core)
    await combiner.flush()
    return core.call(sizeAtHome, shape.home, this.raw)
  }

  /** The value at `index`, counted from the front; undefined beyond the end. */
  async read(core: Core, index: number): Promise<V | undefined> {
    const { combiner, shape } = this.client(core)
    await combiner.flush()
    const found = await core.call(readAtHome, shape.home, this.raw, index)
    return found[0] as V | undefined
  }

  /** Drops all values. */
  async clear(core: Core): Promise<void> {
    const { combiner, shape } = this.client(core)
    await combiner.flush()
    await core.call(clearAtHome, shape.home, this.raw)
  }

  /** Runs `definition` for every value, on the core that holds it. */
  forall<A extends unknown[]>(
    core: Core,
    definition: VectorBody<V, A, unknown>,
    ...captured: A
  ): Promise<void> {
    return this.#visit(core, definition, false, captured)
  }

  /** Replaces every value by what `definition` makes of it, on the core that holds it. */
  transform<A extends unknown[]>(
    core: Core,
    definition: VectorBody<V, A, V>,
    ...captured: A
  ): Promise<void> {
    return this.#visit(core, definition, true, captured)
  }

  #asked(combiner: FlatCombiner<VectorBatch, VectorAnswer>, round: Round<VectorBatch>): void {
    const { dequeues, pops } = round.batch
    combiner.added(round, dequeues.length + pops.length >= MAX_OPERATIONS)
  }

  async #visit(
    core: Core,
    definition: AnyDefinition,
    isReplacing: boolean,
    captured: unknown[],
  ): Promise<void> {
    const id = core.endpoint.table.idOf(definition)
    const { combiner, shape } = this.client(core)
    await combiner.flush()
    await core.finish((inner) => {
      return inner.call(visitAtHome, shape.home, this.raw, id, isReplacing, captured)
    })
  }
}

/** What the tasks of a core ask of a vector at once. */
class VectorBatch {
  values: Elements
  count = 0
  readonly #type: ElementCode
  /** Where pushes may find no room, and so need an answer each. */
  readonly pushes: Answers | undefined
  readonly dequeues: Answers
  readonly pops: Answers

  constructor(endpoint: Endpoint, type: ElementCode, values: Elements, isBounded: boolean) {
    const answers = (): Answers => new Answers(endpoint, batchAtHome.name)
    this.#type = type
    this.values = values
    this.pushes = isBounded ? answers() : undefined
    this.dequeues = answers()
    this.pops = answers()
  }

  /** Whether no more fit. */
  push(value: unknown): boolean {
    if (this.count === this.values.length) this.#grow()
    this.values[this.count++] = value
    return this.count === MAX_OPERATIONS
  }

  #grow(): void {
    const values = makeElements(this.#type, 2 * this.count)
    copyElements(values, 0, this.values, 0, this.count)
    this.values = values
  }

  get isEmpty(): boolean {
    return this.count + this.dequeues.length + this.pops.length === 0
  }
}

class VectorClient extends Client<VectorShape> {
  readonly combiner: FlatCombiner<VectorBatch, VectorAnswer>
  readonly intake: Intake
  /** Room for values that no batch uses: as many as were in flight at once. */
  readonly #spare: Elements[] = []

  constructor(endpoint: Endpoint, parts: SymmetricObject, shape: VectorShape) {
    super(endpoint, parts, shape)
    this.intake = new Intake(endpoint, shape.type, 'the value of a vector')
    const plan: Combining<VectorBatch, VectorAnswer> = {
      name: batchAtHome.name,
      open: () => this.#open(),
      send: (core, batch) => this.#send(core, batch),
      settle: (batch, answer) => this.#settle(batch, answer),
      fail: ({ pushes, dequeues, pops }, error) => {
        for (const answers of [pushes, dequeues, pops]) answers?.rejectAll(error)
      },
    }
    this.combiner = new FlatCombiner(endpoint, plan, shape.combining)
  }

  #open(): VectorBatch {
    const { type, combining, capacity } = this.shape
    const values = this.#spare.pop() ?? makeElements(type, combining ? FIRST_OPERATIONS : 1)
    return new VectorBatch(this.endpoint, type, values, capacity !== Infinity)
  }

  #send(core: Core, batch: VectorBatch): Promise<VectorAnswer> {
    const { values, count, dequeues, pops } = batch
    if (batch.isEmpty) return Promise.resolve(0)
    const { home, capacity } = this.shape
    return core.call(
      batchAtHome,
      home,
      this.parts.raw,
      firstOf(values, count),
      capacity,
      dequeues.length,
      pops.length,
    )
  }

  #settle(batch: VectorBatch, answer: VectorAnswer): void {
    const { count, pushes, dequeues, pops } = batch
    const [pushed, dequeued, popped] = typeof answer === 'number' ? [answer, [], []] : answer
    for (let i = 0; i < (pushes?.length ?? 0); i++) {
      if (i < pushed) pushes!.resolve(i, undefined)
      else pushes!.reject(i, fullError(this.shape.capacity))
    }
    // As they lie: the first dequeue takes the first, the first pop the last.
    const front = dequeued as Elements
    const back = popped as Elements
    for (let i = 0; i < dequeues.length; i++) dequeues.resolve(i, front[i])
    for (let i = 0; i < pops.length; i++) pops.resolve(i, back[back.length - 1 - i])
    if (Array.isArray(batch.values)) batch.values.fill(undefined, 0, count)
    this.#spare.push(batch.values)
  }
}

function fullError(capacity: number): OrujoError {
  return new OrujoError(
    'ORUJO_CAPACITY',
    `The vector holds ${capacity} values, its capacity, and there is no room for one more. Take ` +
      'some out, or make it with a larger capacity, or without any.',
  )
}

const makePart = factory(
  'orujo.vector.make',
  (core: Core, type: number) => new VectorPart(type, core.id, core.cores),
)

/** Definitions that every core needs for vectors. */
export const vectorDefinitions = Object.freeze([makePart, ...vectorHomeDefinitions])

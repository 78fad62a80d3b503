/**
 * Map client: what an endpoint's tasks ask of a global map or set, gathered by the core that the
 * keys live on: one combiner, and one message at a time, for each.
 */
import { Answers, type Combining, FlatCombiner } from '../delegate/combiner.ts'
import type { Core } from '../delegate/core.ts'
import { factory, task } from '../delegate/define.ts'
import type { Endpoint } from '../delegate/endpoint.ts'
import { onCores } from '../delegate/on-cores.ts'
import { SymmetricObject } from '../memory/objects.ts'
import type { AnyDefinition } from '../message/definition.ts'
import type { CoreId } from '../place.ts'
import { allOf } from '../parallel/collective.ts'
import { Client, type CollectionShape } from './collection.ts'
import { type ElementCode, type Elements, firstOf, makeElements } from './elements.ts'
import { Intake } from './intake.ts'
import type { Keys } from './key.ts'
import {
  HAS,
  INSERT,
  LOOKUP,
  type MapAnswer,
  MapPart,
  REMOVE,
  UPDATE,
  clearHere,
  keysOf,
  performHere,
  sizeHere,
} from './map-part.ts'
import { visitEach } from './visit.ts'

/** Operations of a batch: some 16 KiB of numbers. */
const MAX_OPERATIONS = 1024
/** No function combines. */
const NO_DEFINITION = -1

export interface MapShape extends CollectionShape {
  readonly key: ElementCode
  readonly value: ElementCode
}

/** What a core's tasks ask of keys that live on one core. */
class MapBatch {
  readonly verbs: Uint8Array
  readonly keys: Elements
  readonly values: Elements
  readonly definitions: Int32Array
  answers: Answers
  isUpdating = false

  constructor(answers: Answers, shape: MapShape, length: number) {
    this.verbs = new Uint8Array(length)
    this.keys = makeElements(shape.key, length)
    this.values = makeElements(shape.value, length)
    this.definitions = new Int32Array(length)
    this.answers = answers
  }

  /** Empties the batch for its next use. */
  reset(answers: Answers): this {
    for (const elements of [this.keys, this.values]) {
      // So that what was sent is not kept alive here.
      if (Array.isArray(elements)) elements.fill(undefined, 0, this.answers.length)
    }
    this.answers = answers
    this.isUpdating = false
    return this
  }

  /** The next operation; enter who waits for it afterwards. */
  add(verb: number, key: unknown, value: unknown, definition: number): void {
    const at = this.answers.length
    this.verbs[at] = verb
    this.keys[at] = key
    if (value !== undefined) this.values[at] = value
    this.definitions[at] = definition
    if (verb === UPDATE) this.isUpdating = true
  }
}

export class MapClient extends Client<MapShape> {
  readonly #combiners: FlatCombiner<MapBatch, MapAnswer>[] = []
  readonly #keys: Keys
  readonly #keyIntake: Intake
  readonly #valueIntake: Intake
  /** Batches that are not in use: as many as were at once. */
  readonly #spare: MapBatch[] = []

  constructor(endpoint: Endpoint, parts: SymmetricObject, shape: MapShape) {
    super(endpoint, parts, shape)
    this.#keys = keysOf(endpoint)
    this.#keyIntake = new Intake(endpoint, shape.key, 'the key of a collection')
    this.#valueIntake = new Intake(endpoint, shape.value, 'the value of a map')
  }

  /** Asks for an operation with an answer. */
  ask(
    core: Core,
    verb: number,
    key: unknown,
    value?: unknown,
    definition = NO_DEFINITION,
  ): Promise<unknown> {
    const held = this.#keyIntake.take(key)
    const given = value === undefined ? undefined : this.#valueIntake.take(value)
    const combiner = this.#combinerOf(this.#homeOf(core, held))
    const round = combiner.join(core)
    round.batch.add(verb, held, given, definition)
    const answer = round.batch.answers.wait()
    combiner.added(round, round.batch.answers.length === MAX_OPERATIONS)
    return answer
  }

  /** Asks for one without. Returns false when more is under way than comes back. */
  tell(
    core: Core,
    verb: number,
    key: unknown,
    value?: unknown,
    definition = NO_DEFINITION,
  ): boolean {
    const held = this.#keyIntake.take(key)
    const given = value === undefined ? undefined : this.#valueIntake.take(value)
    const combiner = this.#combinerOf(this.#homeOf(core, held))
    const round = combiner.joinOneWay(core)
    round.batch.add(verb, held, given, definition)
    round.batch.answers.oneWay(core.scope)
    combiner.added(round, round.batch.answers.length === MAX_OPERATIONS)
    return !combiner.isCongested
  }

  async drain(): Promise<void> {
    for (const combiner of this.#combiners) await combiner?.drain()
  }

  /** Keys on all cores, each counted at a moment of its own. */
  async size(core: Core): Promise<number> {
    await this.#flush()
    const sizes = onCores(core, (dst) => core.call(sizeHere, this.on<MapPart>(dst)))
    return (await allOf(sizes)).reduce((sum, size) => sum + size, 0)
  }

  async clear(core: Core): Promise<void> {
    await this.#flush()
    await allOf(onCores(core, (dst) => core.call(clearHere, this.on<MapPart>(dst))))
  }

  /** Runs `definition` for all entries where they are. */
  async visit(
    core: Core,
    definition: AnyDefinition,
    isReplacing: boolean,
    captured: unknown[],
  ): Promise<void> {
    const id = core.endpoint.table.idOf(definition)
    await this.#flush()
    await core.finish(async (inner) => {
      const { raw } = this.parts
      await allOf(
        onCores(core, (dst) => inner.call(visitPart, dst, raw, id, isReplacing, captured)),
      )
    })
  }

  #homeOf(core: Core, key: unknown): CoreId {
    return this.#keys.homeOf(this.#keys.identityOf(key), core.cores)
  }

  /** Resolves when all that was asked for has been sent. */
  async #flush(): Promise<void> {
    await Promise.all(this.#combiners.map((combiner) => combiner?.flush()))
  }

  #combinerOf(home: CoreId): FlatCombiner<MapBatch, MapAnswer> {
    return (this.#combiners[home] ??= this.#makeCombiner(home))
  }

  #makeCombiner(home: CoreId): FlatCombiner<MapBatch, MapAnswer> {
    const { endpoint, shape } = this
    const length = shape.combining ? MAX_OPERATIONS : 1
    const plan: Combining<MapBatch, MapAnswer> = {
      name: performHere.name,
      open: () => {
        const answers = new Answers(endpoint, performHere.name)
        return this.#spare.pop()?.reset(answers) ?? new MapBatch(answers, shape, length)
      },
      send: (core, { verbs, keys, values, definitions, answers, isUpdating }) => {
        const count = answers.length
        return core.call(
          performHere,
          this.on<MapPart>(home),
          verbs.subarray(0, count),
          firstOf(keys, count),
          firstOf(values, count),
          isUpdating ? definitions.subarray(0, count) : undefined,
        ) as Promise<MapAnswer>
      },
      settle: (batch, answer) => {
        settle(batch, answer)
        this.#spare.push(batch)
      },
      fail: ({ answers }, error) => answers.rejectAll(error),
    }
    return new FlatCombiner(endpoint, plan, shape.combining)
  }
}

function settle({ verbs, answers }: MapBatch, { found, values, errors }: MapAnswer): void {
  // A promise is settled once: what failed is settled first.
  for (const [i, error] of errors ?? []) answers.reject(i, error)
  for (let i = 0; i < answers.length; i++) {
    const isFound = found[i] === 1
    switch (verbs[i]) {
      case INSERT:
        answers.resolve(i, !isFound)
        break
      case HAS:
      case REMOVE:
        answers.resolve(i, isFound)
        break
      case LOOKUP:
        answers.resolve(i, isFound ? values![i] : undefined)
        break
      default:
        answers.resolve(i, values![i])
    }
  }
}

export const makeMapPart = factory('orujo.map.make', (core: Core, value: number) => {
  return new MapPart(core.endpoint, value)
})

const visitPart = task(
  'orujo.map.visit',
  async (
    core: Core,
    raw: number,
    id: number,
    isReplacing: boolean,
    captured: unknown[],
  ): Promise<void> => {
    const part = new SymmetricObject<MapPart>(raw).local(core)
    const definition: AnyDefinition = core.endpoint.table.definitions[id]!
    const entries = [...part.entries.values()]
    const visit = (i: number): unknown => {
      const { key, value } = entries[i]!
      return definition.body(core, key, value, ...captured)
    }
    const replace = (i: number, value: unknown): void => {
      entries[i]!.value = value
    }
    await visitEach(core, definition, entries.length, visit, isReplacing ? replace : undefined)
  },
)

/** Definitions that every core needs for maps and sets. */
export const mapDefinitions = Object.freeze([
  makeMapPart,
  performHere,
  sizeHere,
  clearHere,
  visitPart,
])

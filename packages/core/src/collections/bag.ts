/**
 * Global bag: values in no order. Each core keeps what its tasks add, so adding sends nothing; a
 * core that has none takes half of what another has.
 *
 * Access      everywhere; the host adds to, and takes from, the cores.
 * Suspends    `take` where this core has nothing.
 * Failure     see collection.ts.
 * Bounds      what the cores' memory holds; a core takes at most MAX_TAKEN at once.
 * Misuse      `take` says undefined when it found nothing on any core, each looked at at a moment
 *             of its own: the bag is empty for sure only when nobody adds.
 * Source      Grappa's GlobalBag, with removal and without its overflow of one core.
 */
import type { Core } from '../delegate/core.ts'
import { factory, objectDelegate, task } from '../delegate/define.ts'
import type { Endpoint } from '../delegate/endpoint.ts'
import { onCores } from '../delegate/on-cores.ts'
import type { ScalarType, ValueOf } from '../memory/element.ts'
import { SymmetricObject } from '../memory/objects.ts'
import type { AnyDefinition, Delegate, Task } from '../message/definition.ts'
import { allOf } from '../parallel/collective.ts'
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
import { codeOf, type ElementCode, type Elements, copyElements, makeElements } from './elements.ts'
import { Intake } from './intake.ts'
import { visitEach } from './visit.ts'

/** Values that one core takes from another at once. */
const MAX_TAKEN = 1024
const FIRST_ROOM = 64

interface BagShape extends CollectionShape {
  readonly type: ElementCode
}

type BagBody<V, A extends unknown[]> =
  Delegate<[value: V, ...A], unknown> | Task<[value: V, ...A], unknown>

/**
 * An empty bag of elements of `type`, or, without a type, of any sendable values. With `combining`
 * off a core takes one value at a time from others. `await freeCollection(core, bag)` gives it
 * back.
 */
export function globalBag<T extends ScalarType>(
  core: Core,
  type: T,
  options?: CollectionOptions,
): Promise<GlobalBag<ValueOf<T>>>
export function globalBag<V>(core: Core, options?: CollectionOptions): Promise<GlobalBag<V>>
export async function globalBag(
  core: Core,
  first?: ScalarType | CollectionOptions,
  second?: CollectionOptions,
): Promise<unknown> {
  const given = [first, second]
  const { types, combining } = typesAndOptions('globalBag()', given, COLLECTION_OPTIONS)
  const type = codeOf(types[0])
  const raw = await makeParts(core, makePart, type)
  return new GlobalBag(raw, { home: homeOf(core), combining, type })
}

export class GlobalBag<V = unknown> extends Collection<BagClient, BagShape> {
  constructor(raw: number, shape: BagShape) {
    super(raw, shape, BagClient)
  }

  /**
   * Adds `value`, on this core; on the host, one-way to some core.
   *
   * @returns false, on the host, as `core.send`: `await core.drain()` before more
   */
  add(core: Core, value: V): boolean {
    const client = this.client(core)
    const held = client.intake.take(value)
    if (client.part === undefined) {
      return core.send(addHere, client.on<BagPart>(client.nextCore()), held)
    }
    client.part.add(held)
    return true
  }

  /** Takes some value out; undefined if there is none. */
  async take(core: Core): Promise<V | undefined> {
    const client = this.client(core)
    const { part, shape } = client
    const own = part?.take()
    if (own !== undefined) return own.value as V
    const most = shape.combining && part !== undefined ? MAX_TAKEN : 1
    for (let asked = 0; asked < core.cores; asked++) {
      const dst = client.nextCore()
      if (dst === core.id) continue
      const values = (await core.call(takeHere, client.on<BagPart>(dst), most)) as Elements
      if (values.length === 0) continue
      for (let i = 1; i < values.length; i++) part!.add(values[i])
      return values[0] as V
    }
    // Others on this core may have brought something meanwhile.
    return part?.take()?.value as V | undefined
  }

  /** How many values there are. */
  async size(core: Core): Promise<number> {
    const client = this.client(core)
    const calls = onCores(core, (dst) => core.call(sizeHere, client.on<BagPart>(dst)))
    return (await allOf(calls)).reduce((sum, size) => sum + size, 0)
  }

  /** Drops all values. */
  async clear(core: Core): Promise<void> {
    const client = this.client(core)
    await allOf(onCores(core, (dst) => core.call(clearHere, client.on<BagPart>(dst))))
  }

  /** Runs `definition` for every value, on the core that holds it. */
  async forall<A extends unknown[]>(
    core: Core,
    definition: BagBody<V, A>,
    ...captured: A
  ): Promise<void> {
    this.client(core)
    const id = core.endpoint.table.idOf(definition)
    await core.finish(async (inner) => {
      await allOf(onCores(core, (dst) => inner.call(visitPart, dst, this.raw, id, captured)))
    })
  }
}

/** What one core holds. */
class BagPart {
  readonly #code: ElementCode
  #values: Elements
  count = 0

  constructor(code: ElementCode) {
    this.#code = code
    this.#values = makeElements(code, FIRST_ROOM)
  }

  add(value: unknown): void {
    if (this.count === this.#values.length) {
      const values = makeElements(this.#code, 2 * this.count)
      copyElements(values, 0, this.#values, 0, this.count)
      this.#values = values
    }
    this.#values[this.count] = value
    this.count++
  }

  take(): { readonly value: unknown } | undefined {
    if (this.count === 0) return undefined
    return { value: this.takeMany(1)[0] }
  }

  /** The last `count` values, or as many as there are. */
  takeMany(count: number): Elements {
    const begin = Math.max(0, this.count - count)
    const taken = this.copy(begin)
    if (Array.isArray(this.#values)) this.#values.fill(undefined, begin, this.count)
    this.count = begin
    return taken
  }

  copy(begin = 0): Elements {
    return this.#values.slice(begin, this.count)
  }
}

class BagClient extends Client<BagShape> {
  /** What this core holds; undefined on the host. */
  readonly part: BagPart | undefined
  readonly intake: Intake
  #next: number

  constructor(endpoint: Endpoint, parts: SymmetricObject, shape: BagShape) {
    super(endpoint, parts, shape)
    const isHost = endpoint.id === endpoint.topology.host
    this.part = isHost ? undefined : (parts.local(endpoint) as BagPart) // what `makePart` made
    this.intake = new Intake(endpoint, shape.type, 'the value of a bag')
    this.#next = endpoint.id
  }

  /** The cores in turn. */
  nextCore(): number {
    this.#next = (this.#next + 1) % this.endpoint.topology.cores
    return this.#next
  }
}

const makePart = factory('orujo.bag.make', (_core: Core, type: number) => new BagPart(type))

const addHere = objectDelegate('orujo.bag.add', (_core: Core, part: BagPart, value: unknown) => {
  part.add(value)
})

/** Half of what there is, one at least, `most` at most. */
const takeHere = objectDelegate(
  'orujo.bag.take',
  (_core: Core, part: BagPart, most: number): unknown => {
    return part.takeMany(Math.min(most, Math.ceil(part.count / 2)))
  },
)

const sizeHere = objectDelegate('orujo.bag.size', (_core: Core, part: BagPart) => part.count)

const clearHere = objectDelegate('orujo.bag.clear', (_core: Core, part: BagPart): void => {
  part.takeMany(part.count)
})

const visitPart = task(
  'orujo.bag.visit',
  async (core: Core, raw: number, id: number, captured: unknown[]): Promise<void> => {
    const values = new SymmetricObject<BagPart>(raw).local(core).copy()
    const definition: AnyDefinition = core.endpoint.table.definitions[id]!
    await visitEach(core, definition, values.length, (i) => {
      return definition.body(core, values[i], ...captured)
    })
  },
)

/** Definitions that every core needs for bags. */
export const bagDefinitions = Object.freeze([
  makePart,
  addHere,
  takeHere,
  sizeHere,
  clearHere,
  visitPart,
])

/**
 * Collection: what all distributed collections have in common. The data is one object per core
 * under one symmetric name; the handle that travels is that name and a description; each endpoint
 * that uses it has one client, which combines what its tasks ask for.
 *
 * States      live -> freed. A freed collection is refused: ORUJO_BAD_ADDRESS.
 * Access      everywhere, the host included: it has a client but no part of the data.
 * Ownership   who made a collection frees it, once, when nobody uses it any more.
 * Bounds      one client per endpoint and collection, until the collection is freed.
 */
import { flag, record } from '../check.ts'
import type { Core } from '../delegate/core.ts'
import { delegate, task } from '../delegate/define.ts'
import type { Endpoint } from '../delegate/endpoint.ts'
import { badAddress } from '../memory/address.ts'
import { type ScalarType, isScalarType } from '../memory/element.ts'
import type { sendableBrand } from '../memory/handle.ts'
import { type ObjectAddress, SymmetricObject } from '../memory/objects.ts'
import { OrujoError } from '../errors.ts'
import type { Delegate } from '../message/definition.ts'
import type { CoreId } from '../place.ts'
import { free, symmetricObject } from '../parallel/allocate.ts'

/** What every endpoint must know of a collection. Travels with the handle. */
export interface CollectionShape {
  /** Where operations are put in order, for collections that have such a place. */
  readonly home: CoreId
  readonly combining: boolean
}

export interface CollectionOptions {
  /**
   * Whether operations that a core's tasks have under way at once go as one message. Default true.
   */
  readonly combining?: boolean
}

/** For collections that have no options of their own. */
export const COLLECTION_OPTIONS: readonly string[] = Object.freeze([
  'combining',
] satisfies (keyof CollectionOptions)[])

/**
 * What makers of collections are given: element types, or none for values of any kind, and then
 * options, of which `combining` has its default here. Throws ORUJO_OPTION for others than `known`.
 */
export function typesAndOptions<O extends CollectionOptions>(
  maker: string,
  given: readonly (ScalarType | O | undefined)[],
  known: readonly string[],
): { types: readonly ScalarType[]; combining: boolean; options: O | undefined } {
  const types = given.filter(isScalarType)
  const options = given.find((one): one is O => one !== undefined && !isScalarType(one))
  if (options !== undefined) record(maker, options, known)
  const { combining = true }: CollectionOptions = options ?? {}
  return { types, combining: flag('combining', combining), options }
}

/** An endpoint's side of one collection. */
export class Client<S extends CollectionShape> {
  readonly endpoint: Endpoint
  readonly parts: SymmetricObject
  readonly shape: S
  isFreed = false
  readonly #addresses: ObjectAddress[] = []

  constructor(endpoint: Endpoint, parts: SymmetricObject, shape: S) {
    this.endpoint = endpoint
    this.parts = parts
    this.shape = shape
  }

  /** The part that `core` holds. `P`: what the collection's factory makes. */
  on<P>(core: CoreId): ObjectAddress<P> {
    return (this.#addresses[core] ??= this.parts.on(core)) as ObjectAddress<P>
  }
}

/** Makes an endpoint's client of a collection. */
export type ClientMaker<C extends Client<S>, S extends CollectionShape> = new (
  endpoint: Endpoint,
  parts: SymmetricObject,
  shape: S,
) => C

/** The handle of a collection. Sendable; usable on every core and the host. */
export abstract class Collection<C extends Client<S>, S extends CollectionShape> {
  declare readonly [sendableBrand]?: true
  /** Names the collection on all cores. */
  readonly raw: number
  readonly shape: S
  readonly #make: ClientMaker<C, S>
  #client: C | undefined

  constructor(raw: number, shape: S, make: ClientMaker<C, S>) {
    this.raw = raw
    this.shape = shape
    this.#make = make
  }

  /** The client of the endpoint of `core`. */
  protected client(core: Core): C {
    const client = this.#client
    if (client?.endpoint === core.endpoint && !client.isFreed) return client
    return this.#attach(core.endpoint)
  }

  #attach(endpoint: Endpoint): C {
    if (this.#client?.endpoint === endpoint) throw freed()
    const { clients } = endpoint.state(Clients, () => new Clients())
    // One number, one collection, one kind of client.
    const known = clients.get(this.raw) as C | undefined
    // A core has a part as long as the collection lives.
    if (endpoint.id !== endpoint.topology.host) endpoint.memory.objects.get(this.raw)
    const client = known ?? new this.#make(endpoint, new SymmetricObject(this.raw), this.shape)
    if (known === undefined) clients.set(this.raw, client)
    this.#client = client
    return client
  }
}

/** The number of a new collection, with a part on every core made by `make`. */
export async function makeParts<A extends unknown[]>(
  core: Core,
  make: Delegate<A, unknown>,
  ...args: A
): Promise<number> {
  return (await symmetricObject(core, make, ...args)).raw
}

/** Where a collection made by `core` has its home: there, or on core 0 if that is the host. */
export function homeOf(core: Core): CoreId {
  return core.id === core.host ? 0 : core.id
}

/** Gives a collection back. Any core may, once, when nobody uses it any more. */
export async function freeCollection(
  core: Core,
  collection: Collection<Client<CollectionShape>, CollectionShape>,
): Promise<void> {
  const { raw } = collection
  await core.call(freeAt, 0, raw)
}

/** On core 0, so that two who free at once are told apart. */
const freeAt = task('orujo.collection.free', async (core: Core, raw: number): Promise<void> => {
  // Looked up here, because afterwards the number means nothing: core 0 has a part, too.
  try {
    core.memory.objects.get(raw)
  } catch {
    throw new OrujoError('ORUJO_DOUBLE_FREE', 'This collection was freed before; free it once.')
  }
  const endpoints = Array.from({ length: core.cores + 1 }, (_, id) => id)
  const freeing = free(core, new SymmetricObject(raw))
  await Promise.all(endpoints.map((dst) => core.call(retire, dst, raw)))
  await freeing
})

const retire = delegate('orujo.collection.retire', (core: Core, raw: number): void => {
  const { clients } = core.endpoint.state(Clients, () => new Clients())
  const client = clients.get(raw)
  if (client === undefined) return
  client.isFreed = true
  clients.delete(raw)
})

/** Definitions that every collection needs. */
export const collectionDefinitions = Object.freeze([freeAt, retire])

/** An endpoint's clients, by the number of their collection. */
class Clients {
  readonly clients = new Map<number, Client<CollectionShape>>()
}

function freed(): Error {
  return badAddress('this collection was freed')
}

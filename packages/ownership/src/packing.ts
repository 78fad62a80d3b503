/**
 * Packing: owned values as they are shared and as they travel. It is the only place that knows
 * what an owner inside another object looks like in bytes: its pointer and, where it is tied, its
 * bytes.
 *
 * Invariants  packed bytes name no memory of this endpoint, so that any core may read them, and the
 *             owners that come out of them are parts of what they came in.
 * Failure     an owner inside that has been moved away or dropped: OWN_MOVED, OWN_DROPPED. Values
 *             that cannot be sent: ORUJO_NOT_SENDABLE.
 * Bounds      MAX_DEPTH objects tied to one another.
 */
import type { Core } from '@orujo/core'
import {
  Codec,
  builtinExtensions,
  codecExtension,
  type CodecExtension,
  type Endpoint,
  type ValueSink,
  type ValueSource,
} from '@orujo/core/internal'
import type { Body } from './body.ts'
import type { Contents } from './copy-cache.ts'
import { OwnershipError } from './errors.ts'
import { deepFreeze, forEachLeaf, thaw } from './freeze.ts'
import { Hold } from './hold.ts'
import { describeId, homeOf } from './object-id.ts'
import { Owned } from './owned.ts'
import { describePlace, noteOf, type PlaceNote } from './place-note.ts'
import { COUNTED } from './counted.ts'
import type { Shape } from './shape.ts'
import type { Packing, Pointer, Resident, Store } from './store.ts'
import { viewOf } from './typed.ts'
import { decodePointing, encodePointing, requireOn } from './wire.ts'

/** Objects tied to objects tied to ...: each needs a codec of its own. */
const MAX_DEPTH = 64

/** What is being unpacked: the owners found so far, and whether it is the object or a copy. */
interface Unpacking {
  readonly parts: Hold[]
  /** What has come along and has its home here now. */
  readonly kept: Resident[]
  readonly isMoved: boolean
  readonly depth: number
}

/** An object that came with its owner. */
interface Came {
  readonly shape: Shape
  readonly sent: Pointer
  readonly madeAt: PlaceNote | undefined
}

export class ValuePacking implements Packing {
  readonly #store: Store
  /** By depth of tied objects. */
  readonly #codecs: Codec<Unpacking>[] = []
  readonly #extensions: readonly CodecExtension<Unpacking>[]
  #depth = 0

  constructor(store: Store) {
    this.#store = store
    const { endpoint } = store
    const others = [...builtinExtensions, ...endpoint.table.extensions]
    this.#extensions = [
      ...others
        .filter(({ prototype }) => prototype !== Owned.prototype)
        .map((extension) => onEndpoint(extension, endpoint)),
      codecExtension<Unpacking, Owned<unknown>>({
        tag: OWNED_TAG,
        prototype: Owned.prototype,
        encode: ({ hold }, sink) => this.#encode(hold, sink),
        decode: (source, unpacking) => this.#decode(source, unpacking),
      }),
    ]
  }

  adopt(body: Body): void {
    const owners: Hold[] = []
    forEachLeaf(body.value, isOwner, (leaf) => owners.push(holdOf(leaf)))
    for (const hold of owners) {
      requireOn(this.#store.endpoint, hold.store.endpoint, hold.name)
      hold.requireHomeless(body)
    }
    for (const hold of owners) hold.container = body
  }

  isOwner(value: object): boolean {
    return isOwner(value)
  }

  freeze(body: Body): void {
    this.adopt(body)
    deepFreeze(body.value, isOwner, describeId(body.id))
  }

  thaw(value: unknown): unknown {
    return thaw(value, isOwner)
  }

  pack(value: unknown): Uint8Array {
    return this.#within((codec) => {
      // First, because the codec may need a larger buffer for it.
      const length = codec.encodeOne(value, 'an owned value')
      return codec.bytes.slice(0, length)
    })
  }

  unpackShared(bytes: Uint8Array, name: string): Contents {
    const contents = this.#unpack(bytes, false)
    deepFreeze(contents.value, isOwner, name)
    return contents
  }

  unpackMoved(bytes: Uint8Array): Contents {
    return this.#unpack(bytes, true)
  }

  requireFreeInside(value: unknown): void {
    forEachLeaf(value, isOwner, (leaf) => {
      const hold = holdOf(leaf)
      if (!isGone(hold)) hold.requireFree('drop what contains')
    })
  }

  dropInside(core: Core, value: unknown): void {
    forEachLeaf(value, isOwner, (leaf) => {
      const hold = holdOf(leaf)
      if (!isGone(hold)) hold.dropContents(core)
    })
  }

  forgetTied(value: unknown): void {
    forEachLeaf(value, isOwner, (leaf) => {
      const resident = this.#tiedHere(holdOf(leaf))
      if (resident === undefined) return
      this.#store.forget(resident)
      this.forgetTied(resident.value)
    })
  }

  #unpack(bytes: Uint8Array, isMoved: boolean): Contents {
    const parts: Hold[] = []
    const kept: Resident[] = []
    const unpacking = { parts, kept, isMoved }
    try {
      const value = this.#within((codec, depth) => codec.decodeOne(bytes, { ...unpacking, depth }))
      return { value, parts, bytes: bytes.byteLength }
    } catch (error) {
      // The old home has all of it still.
      for (const resident of kept) {
        this.#store.forget(resident)
        this.forgetTied(resident.value)
      }
      throw error
    }
  }

  #encode(hold: Hold, sink: ValueSink): void {
    if (hold.state === 'moved' || hold.state === 'dropped') hold.requireFree('pack')
    encodePointing(hold, sink)
    sink.integer(Number(hold.isTied))
    if (!hold.isTied) return
    const resident = this.#tiedHere(hold)
    sink.value(resident === undefined ? undefined : this.#store.bytesOf(resident))
    if (this.#store.guards !== undefined) sink.value(describePlace(resident?.madeAt))
  }

  #decode(source: ValueSource, unpacking: Unpacking): Owned<unknown> {
    const { shape, pointer: sent } = decodePointing(source)
    const isTied = source.integer() === 1
    const bytes = isTied ? (source.value() as Uint8Array | undefined) : undefined // as encoded
    const isPlaced = isTied && this.#store.guards !== undefined
    const madeAt = isPlaced ? noteOf(source.value() as string | undefined) : undefined // as above
    const came = { shape, sent, madeAt }
    const pointer = bytes === undefined ? sent : this.#settle(came, bytes, unpacking)
    const hold = new Hold(this.#store, shape, pointer)
    hold.isTied = isTied
    unpacking.parts.push(hold)
    return new Owned(hold)
  }

  /** Keeps what came with its owner: here from now on, or as a copy. */
  #settle({ shape, sent, madeAt }: Came, bytes: Uint8Array, unpacking: Unpacking): Pointer {
    const store = this.#store
    if (unpacking.isMoved) {
      const isTyped = shape.kind === 'typed'
      const resident = isTyped ? store.addTyped(shape, bytes) : store.addMoved(bytes)
      unpacking.kept.push(resident)
      if (madeAt !== undefined) resident.madeAt = madeAt
      return resident.pointer
    }
    if (store.copies.find(sent.id, sent.color) === undefined) {
      const contents: Contents =
        shape.kind === 'typed'
          ? { value: viewOf(shape, bytes), bytes: bytes.byteLength, parts: [] }
          : this.unpackShared(bytes, describeId(sent.id))
      store.copies.add(sent.id, sent.color, contents)
    }
    return sent
  }

  /** The object of a tied owner, if it is here and can travel. */
  #tiedHere({ isTied, pointer }: Hold): Resident | undefined {
    if (!isTied || homeOf(pointer.id) !== this.#store.here) return undefined
    return this.#store.resident(pointer.id)
  }

  /** Codecs do one message at a time, and a tied object is a message within one. */
  #within<R>(work: (codec: Codec<Unpacking>, depth: number) => R): R {
    if (this.#depth === MAX_DEPTH) {
      const object = 'an owned value'
      throw new OwnershipError('OWN_NESTED', `More than ${MAX_DEPTH} objects are tied in a row.`, {
        object,
      })
    }
    const depth = this.#depth++
    try {
      return work((this.#codecs[depth] ??= new Codec(this.#extensions)), depth)
    } finally {
      this.#depth--
    }
  }
}

/** Of the extensions of packages above core, 0 to 15. */
export const OWNED_TAG = 0

export function isOwner(value: object): boolean {
  if (value instanceof Owned) return true
  if (COUNTED in value) throw counted(value)
  return false
}

/** Copies of the object would copy the handle, which is counted. */
function counted({ constructor }: object): OwnershipError {
  const object = `a handle of class ${constructor.name}`
  const text = `Owned objects cannot contain ${object}: keep it beside the owner, or send it.`
  return new OwnershipError('OWN_NESTED', text, { object })
}

function isGone({ state }: Hold): boolean {
  return state === 'moved' || state === 'dropped'
}

function holdOf(leaf: object): Hold {
  return (leaf as Owned<unknown>).hold // what isOwner has found
}

/** An extension that wants the endpoint, where the context is another. */
function onEndpoint(
  { tag, prototype, encode, decode }: CodecExtension<Endpoint>,
  endpoint: Endpoint,
): CodecExtension<Unpacking> {
  return codecExtension<Unpacking, object>({
    tag,
    prototype,
    encode: (value, sink) => encode(value, new PackingSink(sink, value)),
    decode: (source) => decode(source, endpoint),
  })
}

/** Refuses handles that a message moves: of a value that is shared there are many. */
class PackingSink implements ValueSink {
  readonly #sink: ValueSink
  readonly #handle: object

  constructor(sink: ValueSink, handle: object) {
    this.#sink = sink
    this.#handle = handle
  }

  get place(): object | undefined {
    return this.#sink.place
  }

  value(value: unknown): void {
    this.#sink.value(value)
  }

  float(value: number): void {
    this.#sink.float(value)
  }

  integer(value: number): void {
    this.#sink.integer(value)
  }

  string(value: string): void {
    this.#sink.string(value)
  }

  onSent(): void {
    const object = this.#handle.constructor.name
    throw new OwnershipError(
      'OWN_NESTED',
      `A handle of ${object} cannot be inside an owned object, which others read: every reader ` +
        'would have it. Keep it beside the object.',
      { object },
    )
  }
}

/**
 * Handles of collections: how they travel as arguments. A number and a description on the wire;
 * where it arrives it finds the client of that endpoint.
 */
import type { Endpoint } from '../delegate/endpoint.ts'
import { type CodecExtension, codecExtension } from '../message/codec-extension.ts'
import { GlobalBag } from './bag.ts'
import type { Client, Collection, CollectionShape } from './collection.ts'
import { GlobalCounter } from './counter.ts'
import { GlobalHashMap, GlobalHashSet } from './map.ts'
import { GlobalVector } from './vector.ts'

type AnyCollection<S extends CollectionShape> = Collection<Client<S>, S>

function handle<S extends CollectionShape>(
  tag: number,
  kind: { new (raw: number, shape: S): AnyCollection<S>; prototype: object },
): CodecExtension<Endpoint> {
  return codecExtension<Endpoint, AnyCollection<S>>({
    tag,
    prototype: kind.prototype,
    encode: (collection, out) => {
      out.integer(collection.raw)
      out.value(collection.shape)
    },
    // The shape of the same kind of collection.
    decode: (source) => new kind(source.integer(), source.value() as S),
  })
}

export const collectionExtensions: readonly CodecExtension<Endpoint>[] = Object.freeze([
  handle(40, GlobalCounter),
  handle(41, GlobalVector),
  handle(42, GlobalHashMap),
  handle(43, GlobalHashSet),
  handle(44, GlobalBag),
])

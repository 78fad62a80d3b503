/**
 * Handles: how global arrays and addresses travel as arguments. Each is a number or two on the wire
 * and is looked up, not copied, where it arrives.
 */
import { type TypeDescription, describe, fromDescription } from '../memory/element.ts'
import { GlobalAddress } from '../memory/global-address.ts'
import { GlobalArray, SymmetricArray } from '../memory/global-array.ts'
import { ObjectAddress, SymmetricObject } from '../memory/objects.ts'
import { type CodecExtension, codecExtension } from '../message/codec-extension.ts'
import type { Endpoint } from './endpoint.ts'
import { eventExtension } from './event.ts'
import { reducerExtension } from './reducer.ts'

const globalArray = codecExtension<Endpoint, GlobalArray>({
  tag: 17,
  prototype: GlobalArray.prototype,
  encode: (array, out) => out.integer(array.id),
  decode: (source, endpoint) => endpoint.memory.directory.array(source.integer()),
})

const symmetricArray = codecExtension<Endpoint, SymmetricArray>({
  tag: 18,
  prototype: SymmetricArray.prototype,
  encode: (array, out) => out.integer(array.id),
  decode: (source, endpoint) => endpoint.memory.directory.symmetric(source.integer()),
})

const globalAddress = codecExtension<Endpoint, GlobalAddress>({
  tag: 19,
  prototype: GlobalAddress.prototype,
  encode: (address, out) => {
    out.integer(address.raw)
    out.value(describe(address.type))
  },
  decode: (source, endpoint) => {
    const raw = source.integer()
    const type = fromDescription(source.value() as TypeDescription)
    return endpoint.memory.directory.address(raw, type)
  },
})

const objectAddress = codecExtension<Endpoint, ObjectAddress>({
  tag: 20,
  prototype: ObjectAddress.prototype,
  encode: (address, out) => out.integer(address.raw),
  decode: (source) => new ObjectAddress(source.integer()),
})

const symmetricObject = codecExtension<Endpoint, SymmetricObject>({
  tag: 21,
  prototype: SymmetricObject.prototype,
  encode: (object, out) => out.integer(object.raw),
  decode: (source) => new SymmetricObject(source.integer()),
})

/** All of these, events and reducers. Those of all levels: launch/extensions.ts. */
export const handleExtensions: readonly CodecExtension<Endpoint>[] = Object.freeze([
  eventExtension,
  globalArray,
  symmetricArray,
  globalAddress,
  objectAddress,
  symmetricObject,
  reducerExtension,
])

/**
 * Every handle that may travel as an argument, of all levels. Tags 0 to 15 are for packages above,
 * whose extensions come with the program: message/codec-extension.ts.
 */
import { collectionExtensions } from '../collections/handles.ts'
import type { Endpoint } from '../delegate/endpoint.ts'
import { handleExtensions } from '../delegate/handles.ts'
import type { CodecExtension } from '../message/codec-extension.ts'

export const builtinExtensions: readonly CodecExtension<Endpoint>[] = Object.freeze([
  ...handleExtensions,
  ...collectionExtensions,
])

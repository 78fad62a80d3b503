/**
 * Control plane: what the host asks of a core by Comlink, apart from the message rings. Errors
 * cross as bytes of the codec, because Comlink would drop their code and cause.
 */
import { Codec } from '../message/codec.ts'

/** What a core has loaded, or why it could not (an encoded error). */
export type LoadAnswer =
  | { readonly isLoaded: true; readonly fingerprint: string }
  | { readonly isLoaded: false; readonly error: Uint8Array }

/** A definition as told to somebody who may have another: its kind and name, and its source. */
export type DefinitionPrint = readonly [name: string, source: string]

/** What a core offers its host. */
export interface CoreControl {
  /** Imports the program and starts the core's loop. */
  load(programs: readonly string[]): Promise<LoadAnswer>
  /** What the core has loaded, for saying how it differs. */
  definitions(): readonly DefinitionPrint[]
  /** The runtime is at its end, with this encoded error; the transport's state follows. */
  end(error: Uint8Array): void
}

/** An error as bytes that survive structured clone. `core`: where it was thrown, if on a core. */
export function packError(error: unknown, core?: number): Uint8Array {
  const codec = new Codec<undefined>()
  const bytes = codec.encodeThrown(error, core === undefined ? {} : { core })
  return codec.bytes.slice(0, bytes)
}

export function unpackError(bytes: Uint8Array): Error {
  return new Codec<undefined>().decodeThrown(bytes, undefined)
}

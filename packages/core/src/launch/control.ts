/**
 * Control plane: what the host asks of a core by Comlink, apart from the message rings. Errors cross
 * as bytes of the codec, because Comlink would drop their code and cause.
 */
import { Codec } from '../message/codec.ts'

/** A core's table of definitions, or why there is none (an encoded error). */
export type LoadAnswer =
  | { readonly isLoaded: true; readonly fingerprint: string; readonly names: readonly string[] }
  | { readonly isLoaded: false; readonly error: Uint8Array }

/** What a core offers its host. */
export interface CoreControl {
  /** Imports the program and starts the core's loop. */
  load(programs: readonly string[]): Promise<LoadAnswer>
}

/** An error as bytes that survive structured clone. */
export function packError(error: unknown, core: number): Uint8Array {
  const codec = new Codec<undefined>()
  const bytes = codec.encodeThrown(error, { core })
  return codec.bytes.slice(0, bytes)
}

export function unpackError(bytes: Uint8Array): Error {
  return new Codec<undefined>().decodeThrown(bytes, undefined)
}

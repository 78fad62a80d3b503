/**
 * Control plane: what the host asks of a core by Comlink, apart from the message rings. Errors
 * cross as bytes of the codec, because Comlink would drop their code and cause.
 */
import type { FailureView, WaitingView } from '../delegate/waiting.ts'
import { Codec } from '../message/codec.ts'
import type { WorkPlace } from '../message/wire-error.ts'

/** What a core has loaded, or why it could not (an encoded error). */
export type LoadAnswer =
  | { readonly isLoaded: true; readonly fingerprint: string }
  | { readonly isLoaded: false; readonly error: Uint8Array }

/** A definition as told to somebody who may have another: its kind and name, and its source. */
export type DefinitionPrint = readonly [name: string, source: string]

/** All that is waited for on a core, and whether anything external may resume a task there. */
export interface PackedWaiting extends Omit<WaitingView, 'failures'> {
  readonly isExternal: boolean
  readonly failures: readonly (Omit<FailureView, 'error'> & { readonly error: Uint8Array })[]
}

/** What a core offers its host. */
export interface CoreControl {
  /** Imports the program and starts the core's loop. */
  load(programs: readonly string[]): Promise<LoadAnswer>
  /** What the core has loaded, for saying how it differs. */
  definitions(): readonly DefinitionPrint[]
  /** Whether something other than a message may resume a task there. */
  isExternal(): boolean
  /** Everything that is waited for there. Takes milliseconds. */
  waiting(): PackedWaiting
  /** What is to be said there before an orderly end. */
  lastWords(): readonly string[]
  /** The runtime is at its end, with this encoded error; the transport's state follows. */
  end(error: Uint8Array): void
}

/** An error as bytes that survive structured clone. `at`: where it was thrown, if that is known. */
export function packError(error: unknown, at: WorkPlace = {}): Uint8Array {
  const codec = new Codec<undefined>()
  const bytes = codec.encodeThrown(error, at)
  return codec.bytes.slice(0, bytes)
}

export function packWaiting(view: WaitingView, isExternal: boolean): PackedWaiting {
  const { core } = view
  const failures = view.failures.map(({ error, ...failure }) => {
    const { definition } = failure
    const at = definition === '' ? {} : ({ kind: 'task', core, definition } as const)
    return { ...failure, error: packError(error, at) }
  })
  return { ...view, isExternal, failures }
}

export function unpackWaiting(packed: PackedWaiting): WaitingView {
  const failures = packed.failures.map((failure) => {
    return { ...failure, error: unpackError(failure.error) }
  })
  return { ...packed, failures }
}

export function unpackError(bytes: Uint8Array): Error {
  return new Codec<undefined>().decodeThrown(bytes, undefined)
}

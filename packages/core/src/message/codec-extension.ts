/**
 * Codec extension: how a class of ours (addresses, arrays, events) travels inside any message. It
 * exists so that the codec, which is low, knows none of the classes above it.
 */

/** Where an extension writes. What it writes it must read back in the same order. */
export interface ValueSink {
  /** Any sendable value. */
  value(value: unknown): void
  float(value: number): void
  /** 0 to Number.MAX_SAFE_INTEGER; small numbers take few bytes. */
  integer(value: number): void
  string(value: string): void
}

/** Where an extension reads. */
export interface ValueSource {
  value(): unknown
  float(): number
  integer(): number
  string(): string
}

/** `Context` is what the caller of `decode` hands through, say the core. */
export interface CodecExtension<Context, T extends object = object> {
  /** 0 to 127, of one extension of a codec only, the same on all cores. */
  readonly tag: number
  /** The class's prototype: exactly the objects that have it are this extension's. */
  readonly prototype: object
  encode(value: T, sink: ValueSink): void
  /** Must not ask the same codec for anything but what `source` gives. */
  decode(source: ValueSource, context: Context): T
}

/** Forgets T, so that extensions fit in one list. */
export function codecExtension<Context, T extends object>(
  extension: CodecExtension<Context, T>,
): CodecExtension<Context> {
  // Sound: `encode` meets only objects whose prototype the extension named.
  return extension
}

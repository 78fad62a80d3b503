/**
 * Codec extension: how a class of ours (addresses, arrays, events) travels inside any message. It
 * exists so that the codec, which is low, knows none of the classes above it.
 *
 * A program's module may export some beside its definitions: they are known by a mark, and every
 * core's codec learns them with the handler table.
 */

/** What `codecExtension` made. */
const MADE = Symbol('orujo.codec-extension')

/** Tags below are for programs and packages, from here on for this one. */
export const FREE_TAGS = 16

/** Where an extension writes. What it writes it must read back in the same order. */
export interface ValueSink {
  /** Who sends, as the codec was told: there a handle must be that gives itself away. */
  readonly place: object | undefined
  /** Any sendable value. */
  value(value: unknown): void
  float(value: number): void
  /** 0 to Number.MAX_SAFE_INTEGER; small numbers take few bytes. */
  integer(value: number): void
  string(value: string): void
  /**
   * Runs `commit` once, as soon as the whole message with this value has been accepted: it waits to
   * be sent, is being kept for a task that begins later, or is handed over here as if it had come
   * from elsewhere. Never if it is refused, for whatever reason. Several run in the order of
   * encoding. So a handle there may be only one of can be given away and stay where it is if that
   * fails. `commit` notes the fact and does nothing else; that it throws is a defect.
   *
   * Refused in errors, of which everybody concerned gets a copy: there the value becomes text.
   */
  onSent(commit: () => void): void
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
  /** Throws what the sender gets, if it has a `code`; else that becomes the cause of that. */
  encode(value: T, sink: ValueSink): void
  /** Must not ask the same codec for anything but what `source` gives. */
  decode(source: ValueSource, context: Context): T
}

/** Of any context: all extensions of a runtime get the same. */
export type AnyCodecExtension = CodecExtension<never>

/** Marks an extension so that it may be exported, and forgets T, so that many fit in one list. */
export function codecExtension<Context, T extends object>(
  extension: CodecExtension<Context, T>,
): CodecExtension<Context> {
  const marked = { ...extension, [MADE]: true }
  // Sound: `encode` meets only objects whose prototype the extension named.
  return marked
}

/** Whether `codecExtension` made it. */
export function isCodecExtension(value: unknown): value is AnyCodecExtension {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, MADE)
}

/** For people: the class whose instances travel by it. */
export function classNameOf({ prototype }: AnyCodecExtension): string {
  const made: unknown = Reflect.get(prototype, 'constructor')
  return typeof made === 'function' && made.name !== '' ? made.name : 'an unnamed class'
}

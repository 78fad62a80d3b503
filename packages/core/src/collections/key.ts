/**
 * Keys: which values are one key, and which core a key lives on. Numbers, texts and other simple
 * values are themselves; composite ones (arrays, objects, ...) are the bytes that they travel as,
 * so that equal content in equal order is one key; of handles, what they stand for.
 *
 * Invariants  the same on every core: it depends on the value only.
 */
/** Marks texts that are not the key itself. */
const MARK = '\u0000'

/** What a JavaScript Map tells apart as the keys should be. */
export type Identity = unknown

/** Tells keys apart. */
export class Keys {
  readonly #encoded: (key: unknown) => Uint8Array
  readonly #float = new Float64Array(1)
  readonly #halves = new Int32Array(this.#float.buffer)

  /** `encoded`: a key as it would travel. */
  constructor(encoded: (key: unknown) => Uint8Array) {
    this.#encoded = encoded
  }

  identityOf(key: unknown): Identity {
    if (typeof key === 'number' || key === null) return key
    if (typeof key === 'string') return key.startsWith(MARK) ? `${MARK}s${key}` : key
    if (typeof key !== 'object') return key
    const { buffer, byteOffset, length } = this.#encoded(key)
    return `${MARK}c${Buffer.from(buffer, byteOffset, length).toString('latin1')}`
  }

  /** The core of `cores` that a key lives on. */
  homeOf(identity: Identity, cores: number): number {
    return cores === 1 ? 0 : this.#hash(identity) % cores
  }

  #hash(identity: Identity): number {
    if (typeof identity === 'number') {
      if ((identity | 0) === identity) return mix(identity)
      this.#float[0] = identity
      return mix(this.#halves[0]! ^ mix(this.#halves[1]!))
    }
    return hashText(typeof identity === 'string' ? identity : String(identity))
  }
}

/** Murmur's last step: every bit of the key reaches every bit of the result. */
function mix(bits: number): number {
  let hash = bits
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

function hashText(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return mix(hash)
}

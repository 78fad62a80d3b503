/**
 * Map keys: which bucket an entry belongs to, the same on every core.
 */
import { inspect } from 'node:util'

import { OrujoError } from '@orujo/core'

/** What entries of an owned map are found by; told apart as by a JavaScript Map. */
export type MapKey = string | number | bigint | boolean

const KINDS: readonly string[] = Object.freeze(['string', 'number', 'bigint', 'boolean'])

/** The number of the bucket, of `buckets`, that a key belongs to. ORUJO_OPTION. */
export function bucketOf(key: MapKey, buckets: number): number {
  const isSmall = typeof key === 'number' && (key | 0) === key
  return (isSmall ? mix(key) : hashOf(textOf(key))) % buckets
}

function textOf(key: MapKey): string {
  // Callers may be JavaScript; what is found by identity is never found again elsewhere.
  if (KINDS.includes(typeof key)) return String(key)
  const text = `a key of a map is a string, a number, a bigint or a boolean, got ${inspect(key)}`
  throw new OrujoError('ORUJO_OPTION', text)
}

function hashOf(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return mix(hash)
}

/** Murmur's last step: every bit of the key reaches every bit of the result. */
function mix(bits: number): number {
  let hash = bits
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

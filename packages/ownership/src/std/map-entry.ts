/**
 * Entries of a map, as a loop over it has them: each for one step. What has ended gives its key,
 * and no value any more: OWN_ESCAPED.
 */
import { unsendable } from '@orujo/core/internal'
import type { Ref } from '../borrow.ts'
import type { Shared } from '../lent.ts'
import type { MapKey } from './map-key.ts'

const ENTRY = 'an entry of a map, which cannot be sent: it is lent for a step of a loop'

export class MapEntry<K extends MapKey, V> {
  readonly key: K
  readonly #bucket: Ref<Map<K, V>>

  /** Use `entries` of a map, which ends `bucket` with the step. */
  constructor(bucket: Ref<Map<K, V>>, key: K) {
    this.#bucket = bucket
    this.key = key
  }

  /** Says why this cannot be sent. */
  get [unsendable](): typeof ENTRY {
    return ENTRY
  }

  /** The value, which nobody changes during the step. */
  get value(): Shared<V> {
    return entriesOf(this.#bucket.value).get(this.key)!
  }
}

/** The value of a key in a bucket. */
export function valueOf<K extends MapKey, V>(
  entries: Shared<Map<K, V>>,
  key: K,
): Shared<V> | undefined {
  return entriesOf(entries).get(key)
}

/** A bucket as its readers have it. */
export function entriesOf<K extends MapKey, V>(
  entries: Shared<Map<K, V>>,
): ReadonlyMap<K, Shared<V>> {
  return entries as unknown as ReadonlyMap<K, Shared<V>> // K is no object
}

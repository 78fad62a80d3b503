/**
 * Buckets: which bucket a key is in, which core owns that, and where the record is.
 */
import { RECORD_WORDS } from './workload.ts'

/** Records that are borrowed and fetched together: 2 KiB. */
export const BUCKET_RECORDS = 64
export const BUCKET_WORDS = BUCKET_RECORDS * RECORD_WORDS

/** Neighbouring buckets belong to different cores. */
export class Buckets {
  readonly #keys: number
  readonly #cores: number

  constructor(keys: number, cores: number) {
    this.#keys = keys
    this.#cores = cores
  }

  /** The core that owns the bucket of a key. */
  home(key: number): number {
    return Math.floor(key / BUCKET_RECORDS) % this.#cores
  }

  /** Which of its core's buckets that is. */
  slot(key: number): number {
    return Math.floor(key / BUCKET_RECORDS / this.#cores)
  }

  /** First word of a key's record in its bucket. */
  place(key: number): number {
    return (key % BUCKET_RECORDS) * RECORD_WORDS
  }

  /** Buckets that a core owns. */
  count(core: number): number {
    const all = Math.ceil(this.#keys / BUCKET_RECORDS)
    return Math.max(0, Math.ceil((all - core) / this.#cores))
  }

  /** First key of a core's bucket. */
  firstKey(core: number, slot: number): number {
    return (slot * this.#cores + core) * BUCKET_RECORDS
  }
}

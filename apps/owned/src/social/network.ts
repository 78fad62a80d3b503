/**
 * Network: one core's part of the social network, and where everything in it is. User u belongs to
 * core u modulo the number of cores; request i comes to core i modulo the number of cores, which
 * owns the post that it composes.
 */
import { Mutex, type Core, type SymmetricObject } from '@orujo/core'
import type { Arc, Owned } from '@orujo/ownership'
import { isCompose, textOf, type Post, type RequestOptions } from './requests.ts'
import { TIMELINE_WORDS } from './timeline.ts'

/** Requests that are served together, and timelines that are borrowed together: 64 KiB. */
export const BATCH = 512
export const SHELF_TIMELINES = 256
export const SHELF_WORDS = SHELF_TIMELINES * TIMELINE_WORDS

/** What a batch of requests has composed, by their place in it. Never changes. */
export type Page = readonly (Post | undefined)[]

export class NetworkPart {
  readonly options: RequestOptions
  /** Of this core's users, by slot, who follows them. */
  readonly followers: Int32Array[] = []
  /** Of this core's requests, by slot, what is written; undefined for those that read. */
  readonly texts: readonly (string | undefined)[]
  /** The timelines of this core's users. Whoever uses them holds the gate. */
  readonly shelves: Owned<Int32Array>[] = []
  readonly gate = new Mutex()
  /** By `placeOf`. A core has the handle of a page before the number of a post in it. */
  readonly pages: Arc<Page>[] = []

  constructor(core: Core, options: RequestOptions) {
    this.options = options
    const length = shareOf(options.requests, core.cores, core.id)
    this.texts = Array.from({ length }, (_, slot) => {
      const number = slot * core.cores + core.id
      return isCompose(options, number) ? textOf(options, number) : undefined
    })
  }
}

/** How many of `count` users or requests a core has. */
export function shareOf(count: number, cores: number, core: number): number {
  return Math.ceil((count - core) / cores)
}

/** Of a user or a request, its place among those of its core. */
export function slotOf(number: number, cores: number): number {
  return Math.floor(number / cores)
}

/** Of a post, the place of its page: the first of its core, the first of the next, and so on. */
export function placeOf(number: number, cores: number): number {
  return Math.floor(slotOf(number, cores) / BATCH) * cores + (number % cores)
}

/** All parts of the network; can be sent. */
export type Network = SymmetricObject<NetworkPart>

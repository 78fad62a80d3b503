/**
 * Network: one core's part of the social network. User u belongs to core u modulo the number of
 * cores; so does request i, and with it the post that it composes.
 */
import { type Core, type SymmetricObject } from '@orujo/core'
import { lendingDesks, type LendingDesk } from '../lending-desk.ts'
import { isCompose, textOf, type Post, type RequestOptions } from './requests.ts'

export const timelineDesks = lendingDesks<Int32Array>('social.timelines')
export const postDesks = lendingDesks<Post>('social.posts')

export class NetworkPart {
  readonly options: RequestOptions
  /** Of this core's users, by slot, who follows them. */
  readonly followers: Int32Array[] = []
  /** Of this core's requests, by slot, what is written; undefined for those that read. */
  readonly texts: readonly (string | undefined)[]

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

/** All parts of the network; can be sent. */
export interface Network {
  readonly parts: SymmetricObject<NetworkPart>
  readonly timelines: SymmetricObject<LendingDesk<Int32Array>>
  readonly posts: SymmetricObject<LendingDesk<Post>>
}

/**
 * Reference: all requests one after the other, in plain memory.
 */
import type { Adjacency } from '@orujo/graph'
import {
  isCompose,
  isGenuine,
  makePost,
  textOf,
  userOf,
  type Post,
  type RequestOptions,
} from './requests.ts'
import { insert, shownOf, TIMELINE_WORDS } from './timeline.ts'

/** What is left in the end, and how often what was done. */
export interface ReferenceRun {
  /** By user. */
  readonly timelines: readonly Int32Array[]
  readonly composed: number
  readonly deliveries: number
  readonly postsRead: number
}

/** By request, what is written; undefined for those that read. */
export function textsOf(options: RequestOptions): (string | undefined)[] {
  return Array.from({ length: options.requests }, (_, number) =>
    isCompose(options, number) ? textOf(options, number) : undefined,
  )
}

export function runAll(
  options: RequestOptions,
  texts: readonly (string | undefined)[],
  { offsets, targets }: Adjacency,
): ReferenceRun {
  const timelines = Array.from({ length: options.users }, () => new Int32Array(TIMELINE_WORDS))
  const posts = new Map<number, Post>()
  let deliveries = 0
  let postsRead = 0
  for (const [number, text] of texts.entries()) {
    const user = userOf(options, number)
    if (text === undefined) {
      const timeline = timelines[user]!
      const shown = shownOf(timeline, 0)
      for (let i = 1; i <= shown; i++) {
        if (isGenuine(posts.get(timeline[i]!)!, options)) postsRead++
      }
      continue
    }
    const post = makePost(number, user, text)
    posts.set(number, post)
    const followers = targets.subarray(offsets[user], offsets[user + 1])
    for (const reader of recipients(followers, post.mentions)) {
      deliveries++
      insert(timelines[reader]!, 0, number)
    }
  }
  return { timelines, composed: posts.size, deliveries, postsRead }
}

/** Who gets a post: followers, and those it mentions, each once. */
export function recipients(followers: Int32Array, mentions: readonly number[]): Int32Array {
  const others = mentions.filter((user) => !followers.includes(user))
  if (others.length === 0) return followers
  const all = new Int32Array(followers.length + others.length)
  all.set(followers)
  all.set(others, followers.length)
  return all
}

/**
 * Social network: users, their followers, and what is there before requests come and after.
 */
import { factory, i32, task, type Core } from '@orujo/core'
import { drop, ownArray } from '@orujo/ownership'
import { NetworkPart, postDesks, shareOf, timelineDesks, type Network } from './network.ts'
import { makePost, userOf, type Post, type RequestOptions } from './requests.ts'
import { TIMELINE_WORDS } from './timeline.ts'

export { deliver, fanOut, serve } from './serve.ts'
export const {
  make: makeTimelineDesk,
  lendSlots: lendTimelines,
  receiveLent: receiveTimelines,
} = timelineDesks
export const { make: makePostDesk, lendSlots: lendPosts, receiveLent: receivePosts } = postDesks

export const makePart = factory(
  'social.part',
  (core: Core, options: RequestOptions) => new NetworkPart(core, options),
)

/** The followers of this core's next users: how many each has, and all of them in a row. */
export const addFollowers = task(
  'social.followers',
  (core: Core, network: Network, counts: Int32Array, targets: Int32Array): void => {
    const { followers } = network.parts.local(core)
    let from = 0
    for (const count of counts) followers.push(targets.subarray(from, (from += count)))
  },
)

/** Makes the timelines of this core's users. */
export const makeTimelines = task('social.timelines', (core: Core, network: Network): void => {
  const { options } = network.parts.local(core)
  const { owners } = network.timelines.local(core)
  const count = shareOf(options.users, core.cores, core.id)
  for (let slot = 0; slot < count; slot++) owners.push(ownArray(core, i32, TIMELINE_WORDS))
})

/** Counts timelines, from `slot` on, that are not as expected. */
export const countWrongTimelines = task(
  'social.wrong-timelines',
  async (core: Core, network: Network, slot: number, expected: Int32Array): Promise<number> => {
    const { owners } = network.timelines.local(core)
    let wrong = 0
    for (let i = 0; i < expected.length / TIMELINE_WORDS; i++) {
      const words = expected.subarray(i * TIMELINE_WORDS, (i + 1) * TIMELINE_WORDS)
      const isRight = await owners[slot + i]!.read(core, (timeline) =>
        words.every((word, at) => word === timeline[at]),
      )
      if (!isRight) wrong++
    }
    return wrong
  },
)

/** Counts posts of this core that are missing, or not as they were written. */
export const countWrongPosts = task(
  'social.wrong-posts',
  async (core: Core, network: Network): Promise<number> => {
    const { texts, options } = network.parts.local(core)
    const { owners } = network.posts.local(core)
    let wrong = 0
    for (const [slot, text] of texts.entries()) {
      if (text === undefined) continue
      const number = slot * core.cores + core.id
      const expected = makePost(number, userOf(options, number), text)
      const isRight = await owners[slot]?.read(core, (post) => isSame(post, expected))
      if (isRight !== true) wrong++
    }
    return wrong
  },
)

function isSame(a: Omit<Post, 'mentions'> & { mentions: readonly number[] }, b: Post): boolean {
  return (
    a.number === b.number &&
    a.author === b.author &&
    a.text === b.text &&
    a.mentions.join() === b.mentions.join()
  )
}

/** Drops all that this core owns. */
export const dropAll = task('social.drop', (core: Core, network: Network): void => {
  for (const timeline of network.timelines.local(core).owners.splice(0)) drop(core, timeline)
  // Those of requests that read are missing.
  network.posts
    .local(core)
    .owners.splice(0)
    .forEach((post) => drop(core, post))
})

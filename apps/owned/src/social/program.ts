/**
 * Social network: users, their followers, and what is there before requests come and after.
 */
import { factory, i32, task, type Core } from '@orujo/core'
import { drop, ownArray, type Shared } from '@orujo/ownership'
import {
  BATCH,
  NetworkPart,
  placeOf,
  SHELF_TIMELINES,
  SHELF_WORDS,
  shareOf,
  type Network,
} from './network.ts'
import { makePost, userOf, type Post, type RequestOptions } from './requests.ts'
import { TIMELINE_WORDS } from './timeline.ts'

export { deliver, fanOut, receivePage } from './compose.ts'
export { newestHere, serve } from './serve.ts'

export const makePart = factory(
  'social.part',
  (core: Core, options: RequestOptions) => new NetworkPart(core, options),
)

/** The followers of this core's next users: how many each has, and all of them in a row. */
export const addFollowers = task(
  'social.followers',
  (core: Core, network: Network, counts: Int32Array, targets: Int32Array): void => {
    const { followers } = network.local(core)
    let from = 0
    for (const count of counts) followers.push(targets.subarray(from, (from += count)))
  },
)

/** Makes the timelines of this core's users. */
export const makeTimelines = task('social.timelines', (core: Core, network: Network): void => {
  const { options, shelves } = network.local(core)
  const count = shareOf(options.users, core.cores, core.id)
  for (let slot = 0; slot < count; slot += SHELF_TIMELINES) {
    shelves.push(ownArray(core, i32, SHELF_WORDS))
  }
})

/** Counts timelines, from `slot` on, that are not as expected. */
export const countWrongTimelines = task(
  'social.wrong-timelines',
  async (core: Core, network: Network, slot: number, expected: Int32Array): Promise<number> => {
    const { shelves } = network.local(core)
    let wrong = 0
    for (let i = 0; i < expected.length / TIMELINE_WORDS; i++) {
      const words = expected.subarray(i * TIMELINE_WORDS, (i + 1) * TIMELINE_WORDS)
      const from = ((slot + i) * TIMELINE_WORDS) % SHELF_WORDS
      const shelf = shelves[Math.floor((slot + i) / SHELF_TIMELINES)]!
      const isRight = await shelf.read(core, (timelines) =>
        words.every((word, at) => word === timelines[from + at]),
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
    const { texts, options, pages } = network.local(core)
    let wrong = 0
    for (const [slot, text] of texts.entries()) {
      if (text === undefined) continue
      const number = slot * core.cores + core.id
      const expected = makePost(number, userOf(options, number), text)
      const page = pages[placeOf(number, core.cores)]
      const isRight = await page?.read(core, (posts) => {
        const post = posts[slot % BATCH]
        return post !== undefined && isSame(post, expected)
      })
      if (isRight !== true) wrong++
    }
    return wrong
  },
)

function isSame(a: Shared<Post>, b: Post): boolean {
  return (
    a.number === b.number &&
    a.author === b.author &&
    a.text === b.text &&
    a.mentions.join() === b.mentions.join()
  )
}

/** Drops all that this core owns, and its handles of all pages. */
export const dropAll = task('social.drop', (core: Core, network: Network): void => {
  const { shelves, pages } = network.local(core)
  for (const shelf of shelves.splice(0)) drop(core, shelf)
  // Those of batches that compose nothing are missing.
  pages.splice(0).forEach((page) => page.drop(core))
})

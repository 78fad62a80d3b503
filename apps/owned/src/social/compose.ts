/**
 * Compose: the posts of one batch of requests. They are one page, which the core that got the
 * requests shares with all others before any timeline has a post of it. Then the cores of the
 * authors, who know the followers, have every core put the posts into the timelines that it owns:
 * one message for each pair of cores and batch, whatever the number of posts and followers.
 *
 * Ordering    a core has a handle of the page before it has the number of a post.
 * Suspends    until all posts are in all timelines.
 */
import { task, type Core } from '@orujo/core'
import { arc, type Arc, type Mut } from '@orujo/ownership'
import {
  placeOf,
  SHELF_TIMELINES,
  SHELF_WORDS,
  slotOf,
  type Network,
  type NetworkPart,
  type Page,
} from './network.ts'
import { recipients } from './reference.ts'
import { makePost, userOf, type Post } from './requests.ts'
import { insert, TIMELINE_WORDS } from './timeline.ts'

/** Shares what the requests at slots `begin` to `end` - 1 compose. Posts, and their deliveries. */
export async function composeAll(
  core: Core,
  network: Network,
  begin: number,
  end: number,
): Promise<{ readonly composed: number; readonly deliveries: number }> {
  const posts = makePosts(core, network.local(core), begin, end)
  const composed = posts.filter((post) => post !== undefined)
  if (composed.length === 0) return { composed: 0, deliveries: 0 }
  await sharePage(core, network, placeOf(composed[0]!.number, core.cores), posts)
  const byHome: number[][] = Array.from({ length: core.cores }, () => [])
  for (const { number, author, mentions } of composed) {
    byHome[author % core.cores]!.push(number, author, mentions.length, ...mentions)
  }
  const deliveries = await Promise.all(
    byHome.map(async (words, home) =>
      words.length === 0 ? 0 : core.call(fanOut, home, network, Int32Array.from(words)),
    ),
  )
  return { composed: composed.length, deliveries: deliveries.reduce((a, b) => a + b, 0) }
}

function makePosts(
  core: Core,
  { texts, options }: NetworkPart,
  begin: number,
  end: number,
): (Post | undefined)[] {
  return texts.slice(begin, end).map((text, i) => {
    const number = (begin + i) * core.cores + core.id
    return text === undefined ? undefined : makePost(number, userOf(options, number), text)
  })
}

/** Gives every core a handle. */
async function sharePage(core: Core, network: Network, place: number, posts: Page): Promise<void> {
  const page = arc(core, posts)
  network.local(core).pages[place] = page
  const others = Array.from({ length: core.cores }, (_, dst) => dst).filter(
    (dst) => dst !== core.id,
  )
  await Promise.all(others.map((dst) => core.call(receivePage, dst, network, place, page.clone())))
}

export const receivePage = task(
  'social.receive-page',
  (core: Core, network: Network, place: number, page: Arc<Page>): void => {
    network.local(core).pages[place] = page
  },
)

/**
 * At the authors' core: has posts delivered to all who follow or are mentioned. `posts` has of each
 * its number, its author, how many it mentions, and those. How many timelines that are.
 */
export const fanOut = task(
  'social.fan-out',
  async (core: Core, network: Network, posts: Int32Array): Promise<number> => {
    const { cores } = core
    const { followers } = network.local(core)
    const byHome: number[][] = Array.from({ length: cores }, () => [])
    let deliveries = 0
    for (let at = 0; at < posts.length;) {
      const [number, author, count] = [posts[at]!, posts[at + 1]!, posts[at + 2]!]
      at += 3
      const users = recipients(followers[slotOf(author, cores)]!, [
        ...posts.subarray(at, at + count),
      ])
      at += count
      for (const user of users) byHome[user % cores]!.push(slotOf(user, cores), number)
      deliveries += users.length
    }
    await Promise.all(
      byHome.map(async (words, dst) => {
        if (words.length > 0) await core.call(deliver, dst, network, Int32Array.from(words))
      }),
    )
    return deliveries
  },
)

/** Puts posts into timelines that this core owns: by pairs of a slot and a post. */
export const deliver = task(
  'social.deliver',
  async (core: Core, network: Network, pairs: Int32Array): Promise<void> => {
    const { shelves, gate } = network.local(core)
    using _guard = await gate.lock()
    // Each shelf is borrowed once for all that goes into it.
    const borrowed: Mut<Int32Array>[] = []
    const open = Array<Int32Array | undefined>(shelves.length)
    try {
      for (let at = 0; at < pairs.length; at += 2) {
        const shelf = Math.floor(pairs[at]! / SHELF_TIMELINES)
        let words = open[shelf]
        if (words === undefined) {
          const mut = await shelves[shelf]!.borrowMut(core)
          borrowed.push(mut)
          words = open[shelf] = mut.value
        }
        insert(words, (pairs[at]! * TIMELINE_WORDS) % SHELF_WORDS, pairs[at + 1]!)
      }
    } finally {
      await Promise.all(borrowed.map((mut) => mut.release()))
    }
  },
)

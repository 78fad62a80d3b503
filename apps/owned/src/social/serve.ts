/**
 * Serving: what each core does with its requests, many at a time. Requests come to any core,
 * whoever makes them.
 *
 * compose  see compose.ts.
 * read     The user's core says which posts are the newest in the timeline, which is small and
 *          changes often, so that a copy would be of no use. The posts are read from their pages:
 *          those never change, and a core that has fetched one has it for all further readers.
 *
 * Ordering    a post can be read before it is in any timeline. The requests of a batch come in any
 *             order.
 * Bounds      FIBRES batches of BATCH requests of each core under way.
 */
import { task, type Core } from '@orujo/core'
import { ownershipCounts } from '@orujo/ownership'
import { readAt } from '../borrow-all.ts'
import { countsSince, type StoreCounts } from '../store-counts.ts'
import { composeAll } from './compose.ts'
import {
  BATCH,
  SHELF_TIMELINES,
  SHELF_WORDS,
  placeOf,
  slotOf,
  type Network,
  type NetworkPart,
} from './network.ts'
import { isGenuine, userOf } from './requests.ts'
import { SHOWN_POSTS, shownOf, TIMELINE_WORDS } from './timeline.ts'

/** While one batch waits for timelines, others can wait for pages, or for their posts to arrive. */
const FIBRES = 4

/** What a core has done. */
export interface ServeReport extends StoreCounts {
  readonly composed: number
  readonly deliveries: number
  readonly reads: number
  readonly postsRead: number
  /** Posts that were not as their authors made them: must be none. */
  readonly spoilt: number
}

type Tally = { -readonly [K in Exclude<keyof ServeReport, keyof StoreCounts>]: number }

export const serve = task(
  'social.serve',
  async (core: Core, network: Network): Promise<ServeReport> => {
    const before = ownershipCounts(core)
    const { texts } = network.local(core)
    const tally: Tally = { composed: 0, deliveries: 0, reads: 0, postsRead: 0, spoilt: 0 }
    let next = 0
    const fibre = async (): Promise<void> => {
      while (next < texts.length) {
        const begin = next
        next = Math.min(texts.length, begin + BATCH)
        await serveBatch(core, network, { begin, end: next }, tally)
        // suspends: others want timelines of this core
        await core.yield()
      }
    }
    await Promise.all(Array.from({ length: FIBRES }, fibre))
    return { ...tally, ...countsSince(core, before) }
  },
)

/** The requests of this core at slots `begin` to `end` - 1, all at once. */
async function serveBatch(
  core: Core,
  network: Network,
  { begin, end }: { readonly begin: number; readonly end: number },
  tally: Tally,
): Promise<void> {
  const composing = composeAll(core, network, begin, end)
  const reading = readTimelines(core, network, { begin, end }, tally)
  const [{ composed, deliveries }] = await Promise.all([composing, reading])
  tally.composed += composed
  tally.deliveries += deliveries
}

/** Reads the timelines that the requests of a batch ask for, and the posts in them. */
async function readTimelines(
  core: Core,
  network: Network,
  { begin, end }: { readonly begin: number; readonly end: number },
  tally: Tally,
): Promise<void> {
  const part = network.local(core)
  const slots: number[][] = Array.from({ length: core.cores }, () => [])
  for (let slot = begin; slot < end; slot++) {
    if (part.texts[slot] !== undefined) continue
    const user = userOf(part.options, slot * core.cores + core.id)
    slots[user % core.cores]!.push(slotOf(user, core.cores))
  }
  await Promise.all(
    slots.map(async (list, home) => {
      if (list.length === 0) return
      const wanted = Int32Array.from(list)
      const posts = await (home === core.id
        ? newestPosts(core, network, wanted)
        : core.call(newestHere, home, network, wanted))
      await readPosts(core, part, posts, tally)
      tally.reads += list.length
    }),
  )
}

/** The newest posts in the timelines of this core's users at `slots`, one after the other. */
async function newestPosts(core: Core, network: Network, slots: Int32Array): Promise<Int32Array> {
  const { shelves, gate } = network.local(core)
  const posts = new Int32Array(slots.length * SHOWN_POSTS)
  let count = 0
  const places = slots.map((slot) => Math.floor(slot / SHELF_TIMELINES))
  using _guard = await gate.lock()
  await readAt(core, shelves, places, (words) => {
    for (const [i, slot] of slots.entries()) {
      const shelf = words.get(places[i]!)!
      const from = (slot * TIMELINE_WORDS) % SHELF_WORDS
      const shown = shownOf(shelf, from)
      for (let at = 1; at <= shown; at++) posts[count++] = shelf[from + at]!
    }
  })
  return posts.subarray(0, count)
}

export const newestHere = task('social.newest', newestPosts)

/** Reads posts by number, whoever owns them. Each page is borrowed once. */
async function readPosts(
  core: Core,
  { pages, options }: NetworkPart,
  posts: Int32Array,
  tally: Tally,
): Promise<void> {
  const { cores } = core
  const places = posts.map((number) => placeOf(number, cores))
  await readAt(core, pages, places, (open) => {
    for (const [i, number] of posts.entries()) {
      const post = open.get(places[i]!)![slotOf(number, cores) % BATCH]
      if (post === undefined || !isGenuine(post, options)) tally.spoilt++
    }
  })
  tally.postsRead += posts.length
}

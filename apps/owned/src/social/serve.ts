/**
 * Serving: what each core does with its requests, many at a time. Requests come to any core,
 * whoever makes them.
 *
 * compose  The core becomes the owner of the post. The author's core knows the followers, and has
 *          their cores, as owners of their timelines, put the post into each.
 * read     The user's core lends the timeline; the cores that own its newest posts lend those.
 *          Posts never change: whoever has read one has a copy for all further readers.
 *
 * Ordering    a post can be read before it is in any timeline. The requests of a batch come in any
 *             order.
 * Bounds      FIBRES batches of BATCH requests of each core under way.
 */
import { task, type Core, type SymmetricObject } from '@orujo/core'
import { own, ownershipCounts, type Shared } from '@orujo/ownership'
import { withLent, type LendingDesk, type LendingDesks } from '../lending-desk.ts'
import { countsSince, type StoreCounts } from '../store-counts.ts'
import { postDesks, timelineDesks, type Network } from './network.ts'
import { recipients } from './reference.ts'
import { isGenuine, makePost, userOf } from './requests.ts'
import { insert, newest, SHOWN_POSTS } from './timeline.ts'

const BATCH = 512
/** While one batch waits for its timelines, another can wait for its posts. */
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
    const { texts } = network.parts.local(core)
    const tally: Tally = { composed: 0, deliveries: 0, reads: 0, postsRead: 0, spoilt: 0 }
    let next = 0
    const fibre = async (): Promise<void> => {
      while (next < texts.length) {
        const begin = next
        next = Math.min(texts.length, begin + BATCH)
        await serveBatch(core, network, { begin, end: next }, tally)
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
  const { texts, options } = network.parts.local(core)
  const work: Promise<void>[] = []
  const readers: number[] = []
  for (let slot = begin; slot < end; slot++) {
    const number = slot * core.cores + core.id
    const user = userOf(options, number)
    const text = texts[slot]
    if (text === undefined) readers.push(user)
    else work.push(compose(core, network, { number, slot, user, text }, tally))
  }
  work.push(readTimelines(core, network, readers, tally))
  await Promise.all(work)
}

// Compose.

interface Draft {
  readonly number: number
  /** Where the post is kept. */
  readonly slot: number
  readonly user: number
  readonly text: string
}

async function compose(core: Core, network: Network, draft: Draft, tally: Tally): Promise<void> {
  const { number, slot, user, text } = draft
  const post = makePost(number, user, text)
  const mentions = Int32Array.from(post.mentions)
  network.posts.local(core).owners[slot] = own(core, post)
  const home = user % core.cores
  const deliveries = await core.call(fanOut, home, network, user, number, mentions)
  tally.deliveries += deliveries
  tally.composed++
}

/** At the author's core: delivers to all who follow or are mentioned. How many that are. */
export const fanOut = task(
  'social.fan-out',
  async (
    core: Core,
    network: Network,
    author: number,
    post: number,
    mentions: Int32Array,
  ): Promise<number> => {
    const { cores } = core
    const followers = network.parts.local(core).followers[Math.floor(author / cores)]!
    const users = recipients(followers, [...mentions])
    const slots: number[][] = Array.from({ length: cores }, () => [])
    for (const user of users) slots[user % cores]!.push(Math.floor(user / cores))
    await Promise.all(
      slots.map(async (list, dst) => {
        if (list.length > 0) await core.call(deliver, dst, network, post, Int32Array.from(list))
      }),
    )
    return users.length
  },
)

/** Puts a post into timelines that this core owns. */
export const deliver = task(
  'social.deliver',
  (core: Core, network: Network, post: number, slots: Int32Array): Promise<void> =>
    network.timelines.local(core).change(core, slots, (timeline) => insert(timeline, post)),
)

// Read.

async function readTimelines(
  core: Core,
  network: Network,
  users: readonly number[],
  tally: Tally,
): Promise<void> {
  const posts: number[] = []
  await readEach(core, timelineDesks, network.timelines, users, (timeline, times) => {
    const shown = newest(timeline, SHOWN_POSTS)
    for (let i = 0; i < times; i++) posts.push(...shown)
  })
  const { options } = network.parts.local(core)
  await readEach(core, postDesks, network.posts, posts, (post, times) => {
    tally.postsRead += times
    if (!isGenuine(post, options)) tally.spoilt += times
  })
  tally.reads += users.length
}

/**
 * Borrows objects by number from the cores that own them, each once, and hands each to `use` with
 * how many times it was asked for.
 */
async function readEach<T>(
  core: Core,
  definitions: LendingDesks<T>,
  desks: SymmetricObject<LendingDesk<T>>,
  numbers: readonly number[],
  use: (value: Shared<T>, times: number) => void,
): Promise<void> {
  const times = new Map<number, number>()
  for (const number of numbers) times.set(number, (times.get(number) ?? 0) + 1)
  const wanted: number[][] = Array.from({ length: core.cores }, () => [])
  for (const number of times.keys()) wanted[number % core.cores]!.push(number)
  await Promise.all(
    wanted.map(async (list, home) => {
      const slots = Int32Array.from(list, (number) => Math.floor(number / core.cores))
      await withLent(core, definitions, desks, { home, slots }, (refs, first) => {
        for (const [i, ref] of refs.entries()) use(ref.value, times.get(list[first + i]!)!)
      })
    }),
  )
}

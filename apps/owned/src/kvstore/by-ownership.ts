/**
 * Operations by ownership. A client takes a batch of its operations. What it reads, the owners lend
 * it: a bucket that has not changed since the client read it last is still in its cache, and one
 * bucket serves all reads of the batch. Writes go to the owner, which borrows the bucket
 * exclusively for each.
 *
 * Ordering    each read sees whole records. The operations of a batch come in any order.
 * Bounds      BATCH operations of each client under way.
 */
import { task, type Core } from '@orujo/core'
import { ownershipCounts } from '@orujo/ownership'
import { withLent } from '../lending-desk.ts'
import { countsSince } from '../store-counts.ts'
import type { Buckets } from './buckets.ts'
import { bucketDesks, type ClientReport, type Clients, type Desks } from './client.ts'
import { addTo, isWhole, type Operations, type Tally } from './workload.ts'

/** Enough for a message to carry many, and for buckets to be read more than once. */
const BATCH = 4096

export const runByOwnership = task(
  'kvstore.ownership',
  async (core: Core, desks: Desks, clients: Clients): Promise<ClientReport> => {
    const client = clients.local(core)
    const { keys, amounts } = client.operations
    const before = ownershipCounts(core)
    const tally: Tally = { reads: 0, writes: 0, torn: 0 }
    for (let begin = 0; begin < keys.length; begin += BATCH) {
      const end = Math.min(keys.length, begin + BATCH)
      const batch = { keys: keys.subarray(begin, end), amounts: amounts.subarray(begin, end) }
      const shares = divide(batch, client.buckets, core.cores)
      await Promise.all(
        shares.flatMap((share, home) => [
          writeAt(core, desks, home, share, tally),
          readFrom(core, desks, home, share, tally),
        ]),
      )
    }
    return { ...tally, ...countsSince(core, before) }
  },
)

/** What a batch wants from the buckets of one core. */
interface Share {
  readonly writtenSlots: number[]
  readonly writtenPlaces: number[]
  readonly amounts: number[]
  /** Each once. */
  readonly readSlots: number[]
  /** By slot, the index in `readSlots`. */
  readonly indexes: Map<number, number>
  /** By index in `readSlots`, the places to read. */
  readonly places: number[][]
}

function divide({ keys, amounts }: Operations, layout: Buckets, cores: number): Share[] {
  const shares = Array.from({ length: cores }, (): Share => {
    const lists = { writtenSlots: [], writtenPlaces: [], amounts: [], readSlots: [], places: [] }
    return { ...lists, indexes: new Map() }
  })
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!
    const share = shares[layout.home(key)]!
    const slot = layout.slot(key)
    if (amounts[i] !== 0) {
      share.writtenSlots.push(slot)
      share.writtenPlaces.push(layout.place(key))
      share.amounts.push(amounts[i]!)
      continue
    }
    const known = share.indexes.get(slot)
    if (known !== undefined) {
      share.places[known]!.push(layout.place(key))
      continue
    }
    share.indexes.set(slot, share.readSlots.length)
    share.readSlots.push(slot)
    share.places.push([layout.place(key)])
  }
  return shares
}

async function writeAt(
  core: Core,
  desks: Desks,
  home: number,
  share: Share,
  tally: Tally,
): Promise<void> {
  if (share.amounts.length === 0) return
  const slots = Int32Array.from(share.writtenSlots)
  const places = Int32Array.from(share.writtenPlaces)
  await core.call(addHere, home, desks, slots, places, Float64Array.from(share.amounts))
  tally.writes += share.amounts.length
}

export const addHere = task(
  'kvstore.add',
  (core: Core, desks: Desks, slots: Int32Array, places: Int32Array, amounts: Float64Array) =>
    desks.local(core).change(core, slots, (records, i) => addTo(records, places[i]!, amounts[i]!)),
)

async function readFrom(
  core: Core,
  desks: Desks,
  home: number,
  { readSlots, places }: Share,
  tally: Tally,
): Promise<void> {
  if (readSlots.length === 0) return
  const slots = Int32Array.from(readSlots)
  await withLent(core, bucketDesks, desks, { home, slots }, (refs, first) => {
    for (const [i, { value }] of refs.entries()) {
      for (const place of places[first + i]!) {
        tally.reads++
        if (!isWhole(value, place)) tally.torn++
      }
    }
  })
}

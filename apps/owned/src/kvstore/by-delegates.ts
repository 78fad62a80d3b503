/**
 * Operations by delegates, on the same buckets: each core borrows its buckets exclusively for the
 * whole run, and reads and writes them for everybody, a message for each operation.
 *
 * Bounds      FIBRES operations of each client under way.
 */
import { objectDelegate, task, type Core } from '@orujo/core'
import { ownershipCounts, type Mut } from '@orujo/ownership'
import { countsSince } from '../store-counts.ts'
import type { Client, ClientReport, Clients, Desks } from './client.ts'
import { addTo, isWhole, RECORD_WORDS, type Tally } from './workload.ts'

/** Enough to keep both directions of every link busy while answers are on their way. */
const FIBRES = 512

/** Takes this core's buckets for delegates. */
export const openBuckets = task(
  'kvstore.open',
  async (core: Core, desks: Desks, clients: Clients): Promise<void> => {
    const borrowed: Mut<Float64Array>[] = []
    for (const bucket of desks.local(core).owners) borrowed.push(await bucket.borrowMut(core))
    const client = clients.local(core)
    client.borrowed = borrowed
    client.records = borrowed.map((mut) => mut.value)
  },
)

export const closeBuckets = task(
  'kvstore.close',
  async (core: Core, clients: Clients): Promise<void> => {
    const client = clients.local(core)
    client.records = []
    for (const mut of client.borrowed.splice(0)) await mut.release()
  },
)

export const getRecord = objectDelegate(
  'kvstore.get',
  (_core: Core, { records }: Client, slot: number, place: number): Float64Array =>
    records[slot]!.slice(place, place + RECORD_WORDS),
)

export const addToRecord = objectDelegate(
  'kvstore.put',
  (_core: Core, { records }: Client, slot: number, place: number, amount: number): void => {
    addTo(records[slot]!, place, amount)
  },
)

export const runByDelegates = task(
  'kvstore.delegates',
  async (core: Core, clients: Clients): Promise<ClientReport> => {
    const before = ownershipCounts(core)
    const client = clients.local(core)
    const { keys, amounts } = client.operations
    const tally: Tally = { reads: 0, writes: 0, torn: 0 }
    let next = 0
    const fibre = async (): Promise<void> => {
      while (next < keys.length) {
        const i = next++
        const work = operate(core, clients, client, keys[i]!, amounts[i]!, tally)
        if (work !== undefined) await work
      }
    }
    await Promise.all(Array.from({ length: FIBRES }, fibre))
    return { ...tally, ...countsSince(core, before) }
  },
)

/** One operation. Undefined if it is done already, because the record is here. */
function operate(
  core: Core,
  clients: Clients,
  { buckets, records }: Client,
  key: number,
  amount: number,
  tally: Tally,
): Promise<void> | undefined {
  const home = buckets.home(key)
  const slot = buckets.slot(key)
  const place = buckets.place(key)
  if (amount === 0) tally.reads++
  else tally.writes++
  if (home !== core.id) {
    const client = clients.on(home)
    if (amount !== 0) return core.call(addToRecord, client, slot, place, amount)
    return core.call(getRecord, client, slot, place).then((record) => {
      if (!isWhole(record, 0)) tally.torn++
    })
  }
  if (amount !== 0) addTo(records[slot]!, place, amount)
  else if (!isWhole(records[slot]!, place)) tally.torn++
  return undefined
}

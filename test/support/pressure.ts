/**
 * Pressure: random programs in too little memory, beside an oracle. Objects are placed, spilled,
 * moved back, sent, written and dropped; every look at one compares it with what it must be.
 */
import { task, u16, type Core } from '@orujo/core'
import {
  control,
  drop,
  own,
  ownAnywhere,
  ownArray,
  ownArrayAnywhere,
  type Decision,
  tie,
  type Owned,
} from '@orujo/ownership'
import { checkNothingOwned, ownershipCluster } from './ownership.ts'
import { pick, seeded, type Schedule } from './schedule.ts'

/** Locales and cores in each. */
const SHAPES = [
  [2, 1],
  [2, 2],
  [4, 1],
] as const
const STEPS = 60
const TASKS = 6
/** Of all cores together: about as much as the objects of all tasks may take at most. */
const ALL_BYTES = 2 ** 15
/** Of one task. */
const MOST_OBJECTS = 8
const MOST_BYTES = 2 ** 11

interface Node {
  readonly label: string
  mark: number
  inner: Owned<Uint16Array>
}

/** What a task owns, and what it must find there. */
type Entry =
  | { readonly kind: 'array'; readonly owned: Owned<Uint16Array>; mark: number }
  | { readonly kind: 'node'; readonly owned: Owned<Node>; mark: number }

class Wrong extends Error {}

function isExhausted(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'ORUJO_MEMORY_EXHAUSTED'
}

async function make(core: Core, random: Schedule, mark: number): Promise<Entry> {
  const length = 1 + random.choose(MOST_BYTES / 2)
  const isOpen = random.choose(8) > 0
  if (random.choose(3) > 0) {
    const owned = isOpen ? await ownArrayAnywhere(core, u16, length) : ownArray(core, u16, length)
    return { kind: 'array', owned, mark: 0 }
  }
  const inner = await ownArrayAnywhere(core, u16, 1 + random.choose(64))
  const kept = random.choose(2) === 0 ? tie(inner) : inner
  const node: Node = { label: '.'.repeat(length), mark, inner: kept }
  return { kind: 'node', owned: isOpen ? await ownAnywhere(core, node) : own(core, node), mark }
}

/** The marks found in an object. */
async function look(core: Core, entry: Entry): Promise<number[]> {
  if (entry.kind === 'array') {
    return entry.owned.read(core, (values) => [values.at(-1)!, values[0]!])
  }
  return entry.owned.read(core, async (node) => {
    const inner = await node.inner.read(core, (values) => values[0]!)
    return [node.mark, inner === 0 ? node.mark : inner]
  })
}

async function check(core: Core, entry: Entry): Promise<void> {
  const found = await look(core, entry)
  if (found.every((mark) => mark === entry.mark)) return
  throw new Wrong(`${entry.kind}: found ${found.join()}, and not ${entry.mark}`)
}

async function change(core: Core, entry: Entry, mark: number): Promise<void> {
  if (entry.kind === 'array') {
    await entry.owned.write(core, async (values) => {
      values.fill(mark)
      await core.yield()
    })
  } else {
    await entry.owned.write(core, async (node) => {
      await node.inner.write(core, (values) => void values.fill(mark))
      node.mark = mark
    })
  }
  entry.mark = mark
}

/** Where an object is sent: changes it there if there is memory, and sends it back. */
const visit = task('test.visit', async (core: Core, entry: Entry, mark: number): Promise<Entry> => {
  await check(core, entry)
  if (mark > 0) await tolerant(() => change(core, entry, mark))
  return entry
})

/** True unless memory was exhausted, which is no fault in a full runtime. */
async function tolerant(work: () => Promise<void>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    if (isExhausted(error)) return false
    throw error
  }
}

async function step(core: Core, random: Schedule, entries: Entry[], mark: number): Promise<void> {
  const choice = random.choose(6)
  if (choice <= 1 || entries.length === 0) {
    if (entries.length < MOST_OBJECTS) {
      await tolerant(async () => void entries.push(await make(core, random, mark)))
    }
    return
  }
  const entry = pick(random, entries)
  switch (choice) {
    case 2:
      return check(core, entry)
    case 3:
      await tolerant(() => change(core, entry, mark))
      return
    case 4: {
      const sent = random.choose(2) === 0 ? 0 : mark
      const at = entries.indexOf(entry)
      entries[at] = await core.call(visit, random.choose(core.cores), entry, sent)
      return
    }
    default:
      entries.splice(entries.indexOf(entry), 1)
      drop(core, entry.owned as Owned<unknown>)
  }
}

const wander = task('test.wander', async (core: Core, seed: number): Promise<void> => {
  const random = seeded(seed)
  const entries: Entry[] = []
  for (let mark = 1; mark <= STEPS; mark++) await step(core, random, entries, mark)
  for (const entry of entries) {
    await check(core, entry)
    drop(core, entry.owned as Owned<unknown>)
  }
})

const wanderAll = task('test.wander-all', async (core: Core, seed: number): Promise<void> => {
  const joins = Array.from({ length: TASKS }, (_, i) => {
    return core.spawn(wander, i % 2 === 0 ? 0 : i % core.cores, seed * TASKS + i)
  })
  for (const one of joins) await one.join()
})

/**
 * One random program. What was decided meanwhile; throws if an object was not what it must be, a
 * borrow was refused, or anything is left.
 */
export async function runUnderPressure(seed: number): Promise<readonly Decision[]> {
  const [locales, coresPerLocale] = SHAPES[seed % SHAPES.length]!
  await using cluster = ownershipCluster({
    heapBytes: ALL_BYTES / (locales * coresPerLocale) + 64,
    sharedBytes: 64,
    locales,
    coresPerLocale,
    tasks: [visit, wander, wanderAll],
    schedule: seeded(seed),
  })
  const controller = await cluster.until(control(cluster, { highWater: 0.8 }))
  await cluster.run(wanderAll, seed)
  await cluster.settle()
  await checkNothingOwned(cluster)
  const { cores } = await cluster.until(controller.report())
  for (const { core, valueBytes } of cores) {
    if (valueBytes !== 0) throw new Error(`core ${core} counts ${valueBytes} bytes of values`)
  }
  return await cluster.until(controller.decisions())
}

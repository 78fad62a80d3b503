/**
 * The controller on one thread: small heaps, any schedule. Where things go when memory is short,
 * that nothing is lost on the way, and that it says what it decided and why.
 */
import test, { type ExecutionContext } from 'ava'
import { task, u8, type Core, type Task } from '@orujo/core'
import {
  control,
  type Controller,
  type ControlOptions,
  type Decision,
  drop,
  own,
  ownAnywhere,
  ownArray,
  ownArrayAnywhere,
  type Owned,
  take,
} from '@orujo/ownership'
import type { Cluster } from '../../support/cluster.ts'
import { type Shape, underSeeds } from '../../support/ownership-rules.ts'

const SEEDS = 10
const KIB = 2 ** 10
/** Of each core; of that 57 KiB may be used before the mark of 0.9. */
const OWN_BYTES = 64 * KIB
const MEMORY = { heapBytes: 2 * OWN_BYTES, sharedBytes: OWN_BYTES }

const SHAPES: readonly Shape[] = [
  [2, 1],
  [2, 2],
  [4, 1],
]

interface Rule {
  readonly title: string
  readonly main: (core: Core, t: ExecutionContext) => Promise<void>
  readonly others?: readonly Task<never, unknown>[]
  readonly options?: ControlOptions
  readonly colorLimit?: number
  /** Of the decisions when all is over. */
  readonly after?: (t: ExecutionContext, decisions: readonly Decision[]) => void
}

/** A rule of a machine with a controller; then no memory may be in use anywhere. */
function rule({ title, main, others = [], options = {}, colorLimit, after }: Rule): void {
  for (const shape of SHAPES) {
    test(`${title}: ${shape.join(' x ')}`, async (t) => {
      let controller: Controller
      await underSeeds((core) => main(core, t), {
        tasks: others,
        seeds: SEEDS,
        shapes: [shape],
        machine: MEMORY,
        store: () => (colorLimit === undefined ? {} : { colorLimit }),
        prepare: async (cluster) => {
          controller = await cluster.until(control(cluster, options))
        },
        after: async (cluster) => {
          after?.(t, await cluster.until(controller.decisions()))
          await checkEmpty(t, cluster, controller)
        },
      })
    })
  }
}

async function checkEmpty(
  t: ExecutionContext,
  cluster: Cluster,
  controller: Controller,
): Promise<void> {
  const { cores } = await cluster.until(controller.report())
  for (const { core, residents, heapBytes, valueBytes } of cores) {
    const found = { residents, heapBytes, valueBytes }
    t.deepEqual(found, { residents: 0, heapBytes: 0, valueBytes: 0 }, `core ${core}`)
  }
}

function homeOf(owned: Owned<never>): number {
  return Math.floor((owned as unknown as Owned<unknown>).hold.pointer.id / 2 ** 40)
}

function homes(list: readonly Owned<never>[]): string {
  return list.map(homeOf).join()
}

/** Decisions as 'place 0>1 why'. */
function summaries(decisions: readonly Decision[]): string[] {
  return decisions.map(({ what, from, to, why }) => `${what} ${from}>${to} ${why}`)
}

async function fillAnywhere(
  core: Core,
  count: number,
  bytes: number,
): Promise<Owned<Uint8Array>[]> {
  const arrays: Owned<Uint8Array>[] = []
  for (let i = 0; i < count; i++) {
    const array = await ownArrayAnywhere(core, u8, bytes)
    arrays.push(array)
    await array.write(core, (values) => void values.fill(i + 1))
  }
  return arrays
}

async function dropAll(core: Core, arrays: readonly Owned<Uint8Array>[], first = 1): Promise<void> {
  for (const [i, array] of arrays.entries()) {
    const isRight = await array.read(core, (values) => values.every((value) => value === first + i))
    if (!isRight) throw new Error(`array ${i} has changed`)
    drop(core, array)
  }
}

/** Lets reports and tables arrive. */
async function untilTold(core: Core): Promise<void> {
  for (let turns = 0; turns < 100; turns++) await core.yield()
}

rule({
  title: 'what fits below the high-water mark is placed where it is asked for',
  main: async (core, t) => {
    const arrays = await fillAnywhere(core, 7, 8 * KIB)
    t.is(homes(arrays as never), '0,0,0,0,0,0,0')
    await dropAll(core, arrays)
  },
  after: (t, decisions) => {
    t.deepEqual(summaries(decisions), ['place 0>0 room-here'])
    t.is(decisions[0]!.times, 7)
  },
})

const makeBytes = task('test.make-bytes', (core: Core, bytes: number): Owned<Uint8Array> => {
  return ownArray(core, u8, bytes)
})

rule({
  title: 'what would pass the high-water mark goes to the most vacant locale',
  main: async (core, t) => {
    // The last locale stays the most vacant one.
    const taken: Owned<Uint8Array>[] = []
    for (let dst = 1; dst < core.cores - core.topology.coresPerLocale; dst++) {
      taken.push(await core.call(makeBytes, dst, 16 * KIB))
    }
    await untilTold(core)
    const arrays: Owned<Uint8Array>[] = []
    for (let i = 0; i < 8; i++) arrays.push(await ownArrayAnywhere(core, u8, 8 * KIB))
    const last = core.cores - core.topology.coresPerLocale
    t.is(homes(arrays as never), `0,0,0,0,0,0,0,${last}`)
    for (const array of [...arrays, ...taken]) drop(core, array)
  },
  others: [makeBytes],
  after: (t, decisions) => {
    const placed = decisions.at(-1)!
    t.is(placed.why, 'over-high-water')
    t.is(placed.figures.usedBytes, 7 * 8 * KIB)
    t.is(placed.figures.capacityBytes, OWN_BYTES)
    t.is(placed.figures.usedThere, 0)
  },
})

rule({
  title: 'an array without a large enough piece in the heap goes elsewhere, and that is why',
  main: async (core, t) => {
    const quarters = Array.from({ length: 4 }, () => ownArray(core, u8, 16 * KIB))
    drop(core, quarters[0]!)
    drop(core, quarters[2]!)
    const large = await ownArrayAnywhere(core, u8, 32 * KIB)
    t.not(homeOf(large as never), 0)
    for (const one of [quarters[1]!, quarters[3]!, large]) drop(core, one)
  },
  options: { highWater: 1 },
  after: (t, decisions) => t.regex(summaries(decisions).join(), /^place 0>\d does-not-fit$/),
})

rule({
  title: 'copies that nobody reads are evicted first',
  main: async (core) => {
    const far = core.cores - 1
    const lists: Owned<Uint8Array>[] = []
    for (let i = 0; i < 3; i++) {
      const list = await core.call(makeBytes, far, 16 * KIB)
      await list.read(core, (values) => values[0])
      lists.push(list)
    }
    const array = await ownArrayAnywhere(core, u8, 32 * KIB)
    if (homeOf(array as never) !== 0) throw new Error('was not placed here')
    for (const one of [...lists, array]) drop(core, one)
  },
  others: [makeBytes],
  after: (t, decisions) => {
    t.deepEqual(summaries(decisions), ['evict 0>0 over-high-water', 'place 0>0 room-here'])
    t.is(decisions[0]!.figures.copyBytes, 48 * KIB)
  },
})

rule({
  title: 'objects move away for one that is written here, keep their contents and can be used',
  main: async (core, t) => {
    const arrays = await fillAnywhere(core, 7, 8 * KIB)
    const far = await core.call(makeBytes, core.cores - 1, 32 * KIB)
    await far.write(core, (values) => void values.fill(9))
    t.is(homeOf(far as never), 0)
    t.true(arrays.some((array) => homeOf(array as never) !== 0))
    await dropAll(core, arrays)
    drop(core, far)
  },
  others: [makeBytes],
  after: (t, decisions) => t.true(decisions.some(({ why }) => why === 'makes-room')),
})

rule({
  title: 'objects by another name, and those that have used up their colours, move away, too',
  main: async (core, t) => {
    const arrays = (await fillAnywhere(core, 7, 8 * KIB)).map((array) => take(array))
    for (const [i, array] of arrays.entries()) {
      await array.write(core, (values) => void values.fill(i + 1))
    }
    const far = await core.call(makeBytes, core.cores - 1, 32 * KIB)
    await far.write(core, (values) => void values.fill(9))
    t.true(arrays.some((array) => homeOf(array as never) !== 0))
    await dropAll(core, arrays)
    drop(core, far)
  },
  others: [makeBytes],
  colorLimit: 2,
})

rule({
  title: 'objects move away in the background once a core is beyond the mark',
  main: async (core, t) => {
    const arrays = await fillAnywhere(core, 7, 8 * KIB)
    const named = ownArray(core, u8, 8 * KIB)
    await core.finish(() => undefined)
    while (arrays.every((array) => homeOf(array as never) === 0)) await core.yield()
    t.is(homeOf(named as never), 0)
    await dropAll(core, arrays)
    drop(core, named)
  },
  after: (t, decisions) => {
    t.true(summaries(decisions).some((one) => /^spill 0>\d over-high-water$/.test(one)))
  },
})

const readThere = task('test.read-there', async (core: Core, text: Owned<string>) => {
  await text.read(core, (value) => value.length)
  return text
})

interface Parent {
  label: string
  child: Owned<string[]>
}

rule({
  title: 'a value takes the owners inside with it, wherever it goes',
  main: async (core, t) => {
    const parents: Owned<Parent>[] = []
    for (let i = 0; i < 8; i++) {
      const child = own(core, [`child ${i}`])
      parents.push(await ownAnywhere<Parent>(core, { label: '.'.repeat(8 * KIB - 64) + i, child }))
    }
    const named = own(core, 'x'.repeat(16 * KIB))
    // Its size is known once it has been read elsewhere.
    const home = await core.call(readThere, core.cores - 1, named)
    await untilTold(core)
    t.true(parents.some((parent) => homeOf(parent as never) !== 0))
    for (const [i, parent] of parents.entries()) {
      await parent.write(core, async (value) => {
        await value.child.write(core, (names) => void names.push('more'))
      })
      const found = await parent.read(core, async ({ label, child }) => {
        return label.at(-1)! + (await child.read(core, (names) => names.join()))
      })
      t.is(found, `${i}child ${i},more`)
      drop(core, parent)
    }
    drop(core, home)
  },
  others: [readThere],
})

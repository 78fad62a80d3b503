/**
 * Memory that is used up in the midst of a borrow: the program is told, nothing is lost, and what
 * is read is never old.
 */
import type { ExecutionContext } from 'ava'
import { type Core, task, u8 } from '@orujo/core'
import {
  drop,
  lend,
  type Mut,
  ownArray,
  type Owned,
  ownVector,
  type Ref,
  scopedTask,
  type SharedRange,
} from '@orujo/ownership'
import type { StoreOptions } from '#ownership/store.js'
import { type Shape, ownershipRule } from '../../support/ownership-rules.ts'

const HEAP = { heapBytes: 2 ** 15, sharedBytes: 2 ** 14 } as const

const fill = scopedTask('test.fill', (_core: Core, bytes: Mut<Uint8Array>, value: number): void => {
  bytes.value.fill(value)
})
const first = scopedTask('test.first', (_core: Core, bytes: Ref<Uint8Array>) => bytes.value[0])
const firstOf = scopedTask('test.first-of', async (core: Core, part: SharedRange<typeof u8>) => {
  using elements = await part.borrow(core)
  return elements.at(part.begin)
})
const make = task('test.make', (core: Core, length: number) => ownArray(core, u8, length))

/** On core 0 of cores with little memory. */
function rule(
  title: string,
  { shape, store = {} }: { shape: Shape; store?: Partial<StoreOptions> },
  main: (core: Core, t: ExecutionContext) => Promise<void>,
): void {
  ownershipRule(title, main, {
    tasks: [fill, first, firstOf, make],
    seeds: 4,
    shapes: [shape],
    machine: HEAP,
    store: () => store,
  })
}

/** Takes all memory of this core in pieces of `bytes`. */
function fillUp(core: Core, bytes: number): Owned<Uint8Array>[] {
  const taken: Owned<Uint8Array>[] = []
  for (;;) {
    try {
      taken.push(ownArray(core, u8, bytes))
    } catch {
      return taken
    }
  }
}

function freeAll(core: Core, taken: readonly Owned<Uint8Array>[]): void {
  for (const one of taken) drop(core, one)
}

rule(
  'a writer without colours and without memory for a fresh id leaves nothing old to be read',
  { shape: [2, 2], store: { colorLimit: 2 } },
  async (core, t) => {
    const bytes = await core.call(make, 1, 4096)
    for (let value = 1; value <= 5; value++) {
      const taken = fillUp(core, 4096)
      await bytes.write(core, (view) => void view.fill(value))
      freeAll(core, taken)
      using ref = await bytes.borrow(core)
      t.is(await lend(core, first, 2, ref), value)
    }
    drop(core, bytes)
  },
)

rule(
  'elements of a vector without colours and without memory for a fresh run stay writable',
  { shape: [2, 1], store: { colorLimit: 2 } },
  async (core, t) => {
    const vector = await ownVector(core, u8, 1024)
    const range = { begin: 0, end: 512 }
    for (let value = 1; value <= 5; value++) {
      const taken = fillUp(core, 512)
      await vector.write(core, (part) => void part.value.fill(value), range)
      freeAll(core, taken)
      using right = vector.share(core, range)
      t.is(await lend(core, firstOf, 1, right), value)
    }
    drop(core, vector)
  },
)

rule(
  'an object that finds no memory when it comes back from a loan is not lost',
  { shape: [2, 1] },
  async (core, t) => {
    const bytes = ownArray(core, u8, 8192)
    const mut = await bytes.borrowMut(core)
    const lent = lend(core, fill, 1, mut, 7)
    let taken: Owned<Uint8Array>[] = []
    // As soon as the object has left.
    while (taken.length < 2) {
      freeAll(core, taken)
      await core.yield()
      taken = fillUp(core, 8192)
    }
    await t.throwsAsync(lent, { code: 'ORUJO_MEMORY_EXHAUSTED' })
    t.false(mut.isLive)
    t.throws(() => mut.value, { code: 'OWN_ESCAPED' })
    t.is(await bytes.read(core, (view) => view[0]), 7)
    freeAll(core, taken)
    await bytes.write(core, (view) => void view.fill(8))
    t.is(await bytes.read(core, (view) => view[0]), 8)
    drop(core, bytes)
  },
)

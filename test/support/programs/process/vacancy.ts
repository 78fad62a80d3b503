/** Objects and tasks without a place of their own, on real threads. */
import { task, u32, type Core } from '@orujo/core'
import {
  drop,
  ownAnywhere,
  ownArray,
  ownArrayAnywhere,
  placeTask,
  type Owned,
} from '@orujo/ownership'

/** How many of the objects lived elsewhere. */
interface Found {
  readonly elsewhere: number
}

/**
 * Makes `count` arrays and values of `bytes` bytes, and here one array for every four, which pushes
 * others out; then reads all, writes all, and drops them. Throws if one is wrong.
 */
export const useMuch = task(
  'vacancy.use',
  async (core: Core, count: number, bytes: number): Promise<Found> => {
    const arrays: Owned<Uint32Array>[] = []
    const values: Owned<{ text: string }>[] = []
    const here: Owned<Uint32Array>[] = []
    for (let i = 0; i < count; i++) {
      const array = await ownArrayAnywhere(core, u32, bytes / 4)
      await array.write(core, (items) => void items.fill(i))
      arrays.push(array)
      values.push(await ownAnywhere(core, { text: String(i).repeat(bytes / 4) }))
      if (i % 4 === 3) here.push(ownArray(core, u32, bytes / 16))
      await core.yield()
    }
    const elsewhere = [...arrays, ...values].filter(({ isLocal }) => !isLocal).length
    for (const [i, array] of arrays.entries()) {
      await array.write(core, (items) => {
        if (items.some((item) => item !== i)) throw new Error(`array ${i} has changed`)
      })
      drop(core, array)
    }
    for (const [i, value] of values.entries()) {
      const isRight = await value.read(core, ({ text }) => text.startsWith(String(i)))
      if (!isRight) throw new Error(`value ${i} has changed`)
      drop(core, value)
    }
    for (const array of here) drop(core, array)
    return { elsewhere }
  },
)

/** Uses much on all cores at once. */
export const useMuchEverywhere = task(
  'vacancy.use-everywhere',
  async (core: Core, count: number, bytes: number): Promise<readonly number[]> => {
    const joins = Array.from({ length: core.cores }, (_, dst) => {
      return core.spawn(useMuch, dst, dst === 0 ? count : 2, bytes)
    })
    const found = await Promise.all(joins.map((one) => one.join()))
    return found.map(({ elsewhere }) => elsewhere)
  },
)

export const where = task('vacancy.where', async (core: Core): Promise<number> => {
  await core.yield()
  return core.id
})

/** How many of `count` tasks ran on each core. */
export const spread = task(
  'vacancy.spread',
  async (core: Core, count: number): Promise<number[]> => {
    const joins = Array.from({ length: count }, () => core.spawn(where, placeTask(core)))
    const places = await Promise.all(joins.map((one) => one.join()))
    return Array.from({ length: core.cores }, (_, id) => places.filter((one) => one === id).length)
  },
)

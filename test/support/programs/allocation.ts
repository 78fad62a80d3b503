/**
 * A program that allocates all the arrays there can be.
 */
import { type Core, type GlobalArray, free, globalArray, task, u8 } from '@orujo/core'
import { failure } from '../machine.ts'

/** Codes of the array too many, and of a handle whose number is another array's. */
export const everyNumber = task('test.allocation.every-number', async (core: Core) => {
  const stale = await globalArray(core, u8, 1)
  await free(core, stale)
  const arrays: GlobalArray[] = []
  const tooMany = await failure(async () => {
    for (;;) arrays.push(await globalArray(core, u8, 1, { blockBytes: 8 }))
  })
  const count = arrays.length
  const isUsedAgain = arrays.some((array) => array.id === stale.id)
  const freedTwice = await failure(() => free(core, stale))
  await free(core, arrays.pop()!)
  arrays.push(await globalArray(core, u8, 1))
  const later = arrays.filter((array) => array.isFreed).length
  for (const array of arrays) await free(core, array)
  return { count, isUsedAgain, codes: [tooMany?.code, freedTwice?.code], later }
})

/**
 * A program for tests of reducers.
 */
import {
  type Core,
  type Extreme,
  type Operator,
  type Reducer,
  delegate,
  forall,
  free,
  memoryUsage,
  onAllCores,
  reducer,
  task,
} from '@orujo/core'
import { failure } from '../machine.ts'

type ArgReducer = Reducer<Extreme | undefined, [value: number, id: number]>

/** A number that depends on the index, positive and negative. */
export function numberAt(index: number): number {
  return ((index * 7919) % 1009) - 500
}

export const putNumber = delegate(
  'test.reducer.put-number',
  (core: Core, index: number, into: Reducer) => {
    into.put(core, numberAt(index))
  },
)

export const putArg = delegate(
  'test.reducer.put-arg',
  (core: Core, index: number, into: ArgReducer) => {
    into.put(core, numberAt(index), index)
  },
)

export const longer = delegate('test.reducer.longer', (_core: Core, a: string, b: string) =>
  a.length >= b.length ? a : b,
)

export const putText = delegate(
  'test.reducer.put-text',
  (core: Core, index: number, into: Reducer<string, [string]>) => {
    into.put(core, 'x'.repeat(index))
  },
)

/** Values of `count` numbers: before any, after them, after a reset. */
export const reduceNumbers = task(
  'test.reducer.numbers',
  async (core: Core, operator: Operator, count: number) => {
    const made = await reducer(core, operator)
    const before = await made.value(core)
    await forall(core, count, putNumber, made)
    const after = await made.value(core)
    const again = await made.value(core)
    await made.reset(core)
    const reset = await made.value(core)
    await free(core, made)
    return [before, after, again, reset]
  },
)

export const reduceArgs = task('test.reducer.args', async (core: Core, count: number) => {
  const least = await reducer(core, 'argmin')
  const greatest = await reducer(core, 'argmax')
  await Promise.all([forall(core, count, putArg, least), forall(core, count, putArg, greatest)])
  const values = [await least.value(core), await greatest.value(core)]
  least.put(core, Number.NaN, -1)
  values.push(await least.value(core))
  await Promise.all([free(core, least), free(core, greatest)])
  return values
})

export const reduceTexts = task('test.reducer.texts', async (core: Core, count: number) => {
  const made = await reducer(core, longer, '')
  await forall(core, count, putText, made)
  const value = await made.value(core)
  await free(core, made)
  return value.length
})

export const putMany = delegate('test.reducer.put-many', (core: Core, into: Reducer) => {
  for (let i = 0; i < 1000; i++) into.put(core, 1)
})

/** Messages that 1000 writes on every core cost, beside those of writing nothing. */
export const putEverywhere = task('test.reducer.everywhere', async (core: Core) => {
  const made = await reducer(core, 'sum')
  await onAllCores(core, putMany, made)
  const value = await made.value(core)
  await free(core, made)
  const { shared } = await memoryUsage(core)
  const errors = [
    await failure(() => made.put(core, 1)),
    await failure(() => made.value(core)),
    await failure(() => made.reset(core)),
    await failure(() => free(core, made)),
  ]
  return { value, inUse: shared.bytesInUse, codes: errors.map((error) => error?.code) }
})

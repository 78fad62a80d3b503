/**
 * A program for tests of backpressure: more is sent than the ring takes, with and without regard.
 */
import { type Core, delegate, task } from '@orujo/core'
import { type Failure, failure } from '../machine.ts'

class Seen {
  readonly numbers: number[] = []
}

export const see = delegate('test.pressure.see', (core: Core, number: number) => {
  core.endpoint.state(Seen, () => new Seen()).numbers.push(number)
})

export const seen = delegate('test.pressure.seen', (core: Core) =>
  core.endpoint.state(Seen, () => new Seen()).numbers.splice(0),
)

export const big = delegate(
  'test.pressure.big',
  (_core: Core, words: number) => new Float64Array(words),
)

/** Sends until told to wait, then waits: [sent before the first false, after the drain]. */
export const untilFull = task('test.pressure.until-full', async (core: Core, dst: number) => {
  let count = 0
  while (core.send(see, dst, count)) count++
  const isOpenBefore = core.send(see, dst, count + 1)
  await core.drain()
  const isOpenAfter = core.send(see, dst, count + 2)
  return { count, isOpenBefore, isOpenAfter }
})

/** Sends `most` numbers without waiting: how many were taken, and the error that ended it. */
export const unto = task('test.pressure.unto', async (core: Core, dst: number, most: number) => {
  let taken = 0
  const error: Failure | undefined = await failure(() => {
    for (; taken < most; taken++) core.send(see, dst, taken)
  })
  const refused = [
    await failure(() => core.call(see, dst, -1)),
    await failure(() => core.spawn(untilFull, dst, -1)),
    await failure(() => core.call(seeText, dst, 'x'.repeat(4000))),
  ]
  await core.drain()
  core.send(see, dst, taken)
  return { taken, error, refused: refused.map((one) => one?.code) }
})

export const seeText = delegate(
  'test.pressure.see-text',
  (_core: Core, text: string) => text.length,
)

/** Calls at once whose answers are far more than may wait: how they ended. */
export const bigAnswers = task('test.pressure.big-answers', async (core: Core, dst: number) => {
  const calls = Array.from({ length: 100 }, () => core.call(big, dst, 10_000))
  const outcomes = await Promise.allSettled(calls)
  const codes = outcomes.map((outcome) =>
    outcome.status === 'fulfilled' ? outcome.value.length : (outcome.reason as Failure).code,
  )
  return { codes: [...new Set(codes)], after: (await core.call(big, dst, 1)).length }
})

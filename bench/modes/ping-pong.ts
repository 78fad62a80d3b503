/**
 * Ping-pong: two cores write a small object in turn.
 *
 * Delegate    the object lives on core 0; the other core writes it by a call to there.
 * Ownership   core 0 lends the object to the other core, which moves there to be written, and back.
 * Means       the worst case of moving data to whoever writes it.
 */
import { performance } from 'node:perf_hooks'
import {
  f64,
  factory,
  free,
  objectDelegate,
  symmetricObject,
  task,
  type Core,
  type ObjectAddress,
} from '@orujo/core'
import { drop, lend, ownArray, scopedTask, type Mut } from '@orujo/ownership'
import { measured, meterHere } from './meter.ts'
import type { ModeCase, Outcome } from './mode-case.ts'

/** What is written in turn: no two orders of `strike` and `returnIt` give the same. */
type Ball = Float64Array
const BALL = 4
const MODULUS = 1_000_003

export { meterHere }

export const makeBall = factory('bench.modes.ping-pong.ball', (): Ball => new Float64Array(BALL))

export const hit = objectDelegate('bench.modes.ping-pong.hit', (_core: Core, ball: Ball): void => {
  returnIt(ball)
})

export const playHere = task(
  'bench.modes.ping-pong.play',
  (core: Core, ball: ObjectAddress<Ball>): Promise<void> => core.call(hit, ball),
)

export const playLent = scopedTask(
  'bench.modes.ping-pong.play-lent',
  (_core: Core, ball: Mut<Ball>): void => {
    returnIt(ball.value)
  },
)

export const delegateMode = task(
  'bench.modes.ping-pong.delegate',
  async (core: Core, count: number): Promise<Outcome> => {
    const balls = await symmetricObject(core, makeBall)
    const ball = balls.local(core)
    const cost = await measured(core, async () => {
      for (let i = 0; i < count; i++) {
        strike(ball)
        await core.call(playHere, core.cores - 1, balls.on(core.id))
      }
    })
    const answer = ball[0]!
    await free(core, balls)
    return { cost, answer }
  },
)

export const ownershipMode = task(
  'bench.modes.ping-pong.ownership',
  async (core: Core, count: number): Promise<Outcome> => {
    const ball = ownArray(core, f64, BALL)
    const cost = await measured(core, async () => {
      await using mut = await ball.borrowMut(core)
      for (let i = 0; i < count; i++) {
        strike(mut.value)
        await lend(core, playLent, core.cores - 1, mut)
      }
    })
    const answer = await ball.read(core, (values) => values[0]!)
    drop(core, ball)
    return { cost, answer }
  },
)

function strike(ball: Ball): void {
  ball[0] = (ball[0]! * 2 + 1) % MODULUS
}

function returnIt(ball: Ball): void {
  ball[0] = (ball[0]! * 3 + 5) % MODULUS
}

export const pingPong: ModeCase = {
  name: 'ping-pong',
  operation: 'a write by each of two cores, one after the other',
  program: [import.meta.url],
  counts: { delegate: 3000, ownership: 2000 },
  tasks: { delegate: delegateMode, ownership: ownershipMode },
  openPlain: () => (count) => {
    const ball = new Float64Array(BALL)
    const start = performance.now()
    for (let i = 0; i < count; i++) {
      strike(ball)
      returnIt(ball)
    }
    return { seconds: (performance.now() - start) / 1000, answer: ball[0]! }
  },
}

/**
 * Entry of a thread of a pair: runs its role once for every count that is posted to it, and answers
 * with the outcome. Idle in its event loop in between. A thread keeps its role for life, so the
 * engine compiles the body for that use alone.
 */
import { parentPort, workerData } from 'node:worker_threads'
import type { Outcome, Role } from './pair.ts'
import { ping, pong } from './ping-pong.ts'
import { answer, ask, askOne } from './promise-ring.ts'
import { consume, produce } from './ring.ts'
import { layOut, steal } from './steal-loop.ts'

/** Runs `count` operations over `memory`. */
type Body = (memory: SharedArrayBuffer, count: number) => Outcome | Promise<Outcome>

const BODIES: Readonly<Record<Role, Body>> = {
  produce,
  consume,
  ping,
  pong,
  ask,
  'ask-one': askOne,
  answer,
  'lay-out': layOut,
  steal,
}

const { role, memory } = workerData as { role: Role; memory: SharedArrayBuffer }
const port = parentPort!

port.on('message', (count: number) => {
  // an exception here is the thread's 'error' event, which rejects the trial
  void Promise.resolve(BODIES[role](memory, count)).then((outcome) => port.postMessage(outcome))
})
port.postMessage('listening')

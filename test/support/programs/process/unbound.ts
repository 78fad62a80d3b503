/**
 * A program of unbound tasks for cores on threads: tasks that take a while, on a core that is busy.
 */
import { performance } from 'node:perf_hooks'
import { type Core, anywhere, task } from '@orujo/core'

/** Keeps its core busy, as a computation does. */
function compute(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end) {
    // A computation: nothing else happens here meanwhile.
  }
}

/** Computes for a while, and says where. */
export const computeFor = task('unbound.compute-for', (core: Core, ms: number) => {
  compute(ms)
  return core.id
})

/** The places where `count` tasks ran that take `ms` each. */
export const placesOf = task('unbound.places', async (core: Core, count: number, ms: number) => {
  const handles = Array.from({ length: count }, () => core.spawn(computeFor, anywhere, ms))
  const places: number[] = []
  for (const handle of handles) places.push(await handle.join())
  return places
})

/**
 * Where a lone task ran whose core was busy with something else for `ms` after spawning it.
 */
export const loneTask = task('unbound.lone-task', async (core: Core, ms: number) => {
  await core.yield()
  const handle = core.spawn(computeFor, anywhere, 0)
  compute(ms)
  return handle.join()
})

/** Ends its thread if it was stolen; at home it waits until some other was. */
export const endThief = task('unbound.end-thief', async (core: Core, home: number) => {
  if (core.id !== home) process.exit(3)
  await new Promise(() => undefined)
})

/** Unbound tasks of which some thief dies; never resolves by itself. */
export const loseThief = task('unbound.lose-thief', async (core: Core) => {
  const handles = Array.from({ length: 100 }, () => core.spawn(endThief, anywhere, core.id))
  compute(200)
  for (const handle of handles) await handle.join()
})

/** A batch of tasks that do next to nothing. */
export const batch = task('unbound.batch', async (core: Core, count: number) => {
  await core.finish(async (inner) => {
    for (let i = 0; i < count; i++) {
      if (!inner.send(computeFor, anywhere, 0)) await inner.drain()
    }
  })
})

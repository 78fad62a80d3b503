/**
 * Unbound tasks: core 0 starts tasks `anywhere`, a thousand at a time, and waits for them to
 * finish; with a join handle each (`spawn`) and without (`send` of a task). Nobody steals.
 *
 * Means       start, run and completion of a synchronous body on the core that spawned it: what
 *             being stealable costs a task that is not stolen.
 * Not meant   stolen tasks: see `steal`.
 */
import { anywhere, task, type Core } from '@orujo/core'
import { addAt, runtimeCase } from './runtime-case.ts'
import { startAll, startShape } from './spawn.ts'

export const add = task('bench.spawn-unbound.add', (core: Core, at: number, value: number) => {
  addAt(core, at, value)
})

export const spawnAll = task('bench.spawn-unbound.spawnAll', (core, count: number) =>
  startAll(core, count, (inner, at, i) => inner.spawn(add, anywhere, at, i)),
)

export const sendAll = task('bench.spawn-unbound.sendAll', (core, count: number) =>
  startAll(core, count, (inner, at, i) => inner.send(add, anywhere, at, i)),
)

const shape = {
  ...startShape,
  program: import.meta.url,
  stealing: 'none',
  count: 400_000,
} as const

export const SPAWN_UNBOUND = [
  runtimeCase({ ...shape, name: 'spawn.unbound', task: spawnAll }),
  runtimeCase({ ...shape, name: 'spawn.unbound.one-way', task: sendAll }),
] as const

/** The deadlock watch when it cannot do its work. That it is right otherwise: deadlock.test.ts. */
import { setImmediate } from 'node:timers/promises'
import test from 'ava'
import { type Core, task } from '@orujo/core'
import { DeadlockWatch } from '#core/launch/deadlock-watch.js'
import { PARKED, markState, metricsBytes, metricsRow } from '#core/metrics.js'
import { threadsMemory } from '#core/transport/threads.js'
import { Cluster } from '../../../support/cluster.ts'
import { inTime } from '../../../support/deadline.ts'

const ENDPOINTS = 3

const nothing = task('test.watch.nothing', (_core: Core) => undefined)

test('a watch that fails says so, leaves its runs alone and watches later ones', async (t) => {
  await using cluster = new Cluster({ definitions: [nothing] })
  const metrics = new SharedArrayBuffer(metricsBytes(ENDPOINTS))
  for (let id = 0; id < ENDPOINTS; id++) markState(metricsRow(metrics, ENDPOINTS, id), PARKED, 0)
  const endpoint = cluster.endpoints[cluster.topology.host]!
  const threads = threadsMemory(ENDPOINTS, 64)
  let asked: () => void
  const watch = new DeadlockWatch({
    endpoint,
    get threads() {
      cluster.clock.advance(1000) // from look to look
      return threads
    },
    metrics,
    cores: () => {
      asked()
      throw new Error('nobody to ask')
    },
  })
  for (const failures of [1, 2]) {
    const asking = new Promise<void>((resolve) => (asked = resolve))
    const mark = watch.mark()
    const result = endpoint.callScoped(nothing, 0, [])
    endpoint.scheduler.flush()
    const run = { core: 0, call: endpoint.calls.last, deadlockMs: 40, signal: undefined }
    watch.begin({ ...run, definition: nothing.name }, mark)
    await inTime('the question', asking)
    await setImmediate()
    t.is(cluster.lines.length, failures)
    t.regex(cluster.lines[failures - 1]!, /deadlock watch .*nobody to ask/)
    await cluster.until(result)
  }
  watch.stop()
})

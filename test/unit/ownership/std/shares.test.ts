/** Faults of the count of shares, each of which random programs must notice. */
import test from 'ava'
import { task, type Core } from '@orujo/core'
import { type Arc, arc } from '@orujo/ownership'
import { Shares } from '#ownership/std/shares.js'
import type { Cluster } from '../../../support/cluster.ts'
import { type Run, underSeeds } from '../../../support/ownership-rules.ts'

type Endpoint = Cluster['endpoints'][number]
type Fault = (shares: Shares, endpoint: Endpoint) => void

const wander = task(
  'test.wander',
  async (core: Core, values: Arc<string>[], left: number): Promise<void> => {
    for (const value of values) {
      if ((await value.read(core, (text) => text)) !== 'still here') throw new Error('freed')
    }
    const [value] = values
    const further: Promise<void>[] = []
    for (let i = 1; i < left; i += 2) {
      const target = (core.id * 3 + left + i) % core.cores
      further.push(core.call(wander, target, [value!.clone(), value!.clone()], left - i - 1))
    }
    for (const one of values) one.drop(core)
    await Promise.all(further)
  },
)

async function walks(core: Core, { random }: Run): Promise<void> {
  const value = arc(core, 'still here')
  const calls = Array.from({ length: 3 }, () => {
    return core.call(wander, random.choose(core.cores), [value.clone()], 1 + random.choose(6))
  })
  value.drop(core)
  await Promise.all(calls)
}

/** Whether some of 200 runs goes wrong when every core counts with `fault`. */
async function isCaught(fault: Fault | undefined): Promise<string | undefined> {
  const prepare = (cluster: Cluster): void => {
    for (const endpoint of cluster.endpoints) fault?.(Shares.of({ endpoint }), endpoint)
  }
  try {
    await underSeeds(walks, { tasks: [wander], seeds: 200, shapes: [[4, 1]], prepare })
    return undefined
  } catch (error) {
    return String(error)
  }
}

function outside(endpoint: Endpoint): Core {
  return endpoint.scopes.root.context as Core
}

const faults: Readonly<Record<string, Fault>> = {
  'a core ends its entry though it has lent some': (shares, endpoint) => {
    shares.sent = (id) => shares.release(outside(endpoint), id)
    shares.returned = () => undefined
  },
  'a share that comes back is not counted': (shares) => {
    shares.returned = () => undefined
  },
  'a copy is counted twice': (shares) => {
    const retain = shares.retain.bind(shares)
    shares.retain = (id) => {
      retain(id)
      retain(id)
    }
  },
}

test('the count of shares, as it is, lets no value be freed early or never', async (t) => {
  t.timeout(120_000)
  t.is(await isCaught(undefined), undefined)
})

for (const [what, fault] of Object.entries(faults)) {
  test(`it is noticed that ${what}`, async (t) => {
    t.timeout(120_000)
    const found = await isCaught(fault)
    t.log(found?.split('\n')[0])
    t.truthy(found)
  })
}

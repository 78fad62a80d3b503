/**
 * Rules of the heaps of one locale: its cores reach each other's, and nobody else's.
 */
import type { Rule } from '../support/machine.ts'
import { reach, visits } from '../support/programs/neighbours.ts'

interface Visit {
  readonly isShared: boolean
  readonly value: number
  readonly found: number | undefined
  readonly left: number
}

export function neighbourRules(rule: Rule): void {
  rule('cores of a locale find and leave words in heaps of each other, by turns', async (t, m) => {
    const all = (await m.run(visits)) as Visit[]
    t.is(all.length, m.cores ** 2)
    for (const { isShared, value, found, left } of all) {
      t.is(found, isShared ? value : undefined)
      t.is(left, isShared ? value + 0.5 : value)
    }
  })

  rule('a core reaches the heaps of its own locale, the host none', async (t, machine) => {
    const { host } = machine
    const { coresPerLocale } = host.endpoint.topology
    for (let id = 0; id < machine.cores; id++) {
      const first = id - (id % coresPerLocale)
      const reached = Array.from({ length: coresPerLocale }, (_, i) => first + i)
      t.deepEqual(await machine.until(host.call(reach, id)), { reached, isOwn: true })
    }
    t.is(host.memory.bufferOf(0), undefined)
    t.is(host.memory.bufferOf(host.id), undefined)
  })
}

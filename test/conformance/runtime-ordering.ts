/**
 * Rules of order: messages of a pair arrive as they were sent, whatever their form and size, also
 * when more is sent than fits.
 */
import type { Rule } from '../support/machine.ts'
import * as program from '../support/programs/ordering.ts'
import { lastCore } from './runtime-delegates.ts'

/** More than one frame can say, 16 bits of words. */
const LONG_WORDS = 70_000

export function orderingRules(rule: Rule): void {
  rule('messages of a pair of any form and size arrive in their order', async (t, machine) => {
    const { cores } = machine
    const [faults, messages] = await machine.run(program.streams, 40, 100)
    t.deepEqual(faults, [])
    t.is(messages, 40 * cores * (cores + 1))
  })

  rule(
    'a message is counted once where it is sent and once where it is run',
    async (t, machine) => {
      const { cores } = machine
      const count = 50
      for (const isNumeric of [true, false]) {
        const before = await machine.settled()
        t.deepEqual(await machine.run(program.counted, count, isNumeric), [
          [],
          count * cores * (cores + 1),
        ])
        const after = await machine.settled()
        const grown = (name: 'sends' | 'sendsHandled') =>
          after.cores.map((core, id) => core[name] - before.cores[id]![name])
        const others = Array<number>(cores).fill(count * (cores - 1))
        t.deepEqual(grown('sends'), [...others.map((own) => own + count), 0])
        t.deepEqual(grown('sendsHandled'), [...others, count * cores])
        t.is(after.total.sends, after.total.sendsHandled)
        const sum = after.cores.reduce((total, core) => total + core.received, 0)
        t.is(after.total.received, sum)
      }
    },
  )

  rule('a message longer than a frame keeps its place and its content', async (t, machine) => {
    const { cores } = machine
    const [faults, messages] = await machine.run(program.streams, 5, LONG_WORDS)
    t.deepEqual(faults, [])
    t.is(messages, 5 * cores * (cores + 1))
    t.is(await machine.run(program.oneBulk, lastCore(machine), 3 * LONG_WORDS), 3 * LONG_WORDS)
  })

  rule('tasks begin in the order in which they were sent or spawned', async (t, machine) => {
    const { cores } = machine
    const [faults, messages] = await machine.run(program.beginnings, 300)
    t.deepEqual(faults, [])
    t.is(messages, 300 * cores * (cores + 1))
  })

  rule('a producer that waits when it is told to loses nothing', async (t, machine) => {
    for (const dst of new Set([lastCore(machine), cores(machine)])) {
      const { waits, arrived } = await machine.run(program.floods, dst, 20_000)
      t.deepEqual(arrived, [[], 20_000])
      t.true(waits < 20_000)
    }
  })

  rule('a burst larger than the ring waits in its order', async (t, machine) => {
    for (const dst of new Set([lastCore(machine), cores(machine)])) {
      t.deepEqual(await machine.run(program.bursts, dst, 50_000), [[], 50_000])
    }
  })
}

/** The host's number. */
function cores(machine: { readonly cores: number }): number {
  return machine.cores
}

/**
 * Rules of global memory: operations on elements, allocation, freeing, and what is refused.
 */
import type { Rule } from '../support/machine.ts'
import * as program from '../support/programs/storage.ts'

export function storageRules(rule: Rule): void {
  elementRules(rule)
  allocationRules(rule)
}

function elementRules(rule: Rule): void {
  rule('elements of every type are read, written, added to and swapped', async (t, machine) => {
    t.deepEqual(await machine.run(program.atomics), [])
  })

  rule('structs are read and written whole, and by field', async (t, machine) => {
    const value = { a: 255, b: -0.5, c: -1n, d: -2 }
    const each = [value, -2, 0]
    const neighbour = { a: 0, b: 0, c: 0n, d: 0 }
    t.deepEqual(await machine.run(program.structs), [...each, ...each, ...each, neighbour])
  })

  rule('no addition is lost, however many add at once', async (t, machine) => {
    t.is(await machine.run(program.contention, 1000), 1000 * machine.cores)
    t.is(await machine.run(program.swapLoops, 20), 20 * machine.cores)
  })
}

function allocationRules(rule: Rule): void {
  rule('memory that is not there, or no more, is refused', async (t, machine) => {
    const { before, after, twice } = await machine.run(program.wrongPlaces)
    t.deepEqual(before, Array(12).fill('ORUJO_BAD_ADDRESS'))
    t.deepEqual(after, Array(7).fill('ORUJO_BAD_ADDRESS'))
    t.deepEqual(twice, Array(3).fill('ORUJO_DOUBLE_FREE'))
  })

  rule('what is too large, or cannot be laid out, is refused', async (t, machine) => {
    t.deepEqual(await machine.run(program.excess), [
      ...Array<string>(3).fill('ORUJO_MEMORY_EXHAUSTED'),
      ...Array<string>(3).fill('ORUJO_OPTION'),
      'ORUJO_STRADDLE',
      'ORUJO_OPTION',
    ])
  })

  rule('an option that is none, and what is no type, is refused', async (t, machine) => {
    t.deepEqual(await machine.run(program.strange), [
      'ORUJO_OPTION',
      ...Array<string>(3).fill('ORUJO_INVARIANT'),
    ])
  })

  rule('what is freed can be used again, down to the last byte', async (t, machine) => {
    t.deepEqual(await machine.run(program.churn, 20), { grew: true, left: 0 })
  })

  rule('memory is zero when it is handed out, also for the second time', async (t, machine) => {
    t.is(await machine.run(program.reuse, 5), 0)
  })

  rule('a symmetric object that one core fails to make leaves nothing', async (t, machine) => {
    const message = `core ${machine.cores - 1} makes nothing`
    t.is(await machine.run(program.halfMade), message)
  })
}

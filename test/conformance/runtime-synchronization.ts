/**
 * Rules of synchronization: what a mutex, a condition variable, a semaphore, a full-empty cell and
 * a barrier promise to tasks of all cores and the host, wherever they live.
 */
import type { Machine, Rule } from '../support/machine.ts'
import * as program from '../support/programs/synchronization.ts'
import * as cells from '../support/programs/synchronization-cells.ts'
import { lastCore } from './runtime-delegates.ts'

export function synchronizationRules(rule: Rule): void {
  mutexRules(rule)
  semaphoreRules(rule)
  fullEmptyRules(rule)
  conditionRules(rule)
  barrierRules(rule)
  abortRules(rule)
}

/** Near to core 0, far from it, and on the host. */
function homes(machine: Machine): number[] {
  return [...new Set([0, lastCore(machine), machine.cores])]
}

function mutexRules(rule: Rule): void {
  rule('a mutex lets one task in at a time, from all cores and the host', async (t, machine) => {
    for (const dst of homes(machine)) {
      const outcome = await machine.run(program.exclusion, dst)
      t.is(outcome.value, 2 * 4 * (machine.cores + 1), 'no increment is lost')
      t.true(outcome.isFree, 'a scope waits for the release of its locks')
      t.false(outcome.second, 'tryLock does not wait')
      t.is(outcome.twice?.code, 'ORUJO_INVARIANT', 'a second release is refused')
      t.true(outcome.after)
    }
  })

  rule('a mutex is granted in the order in which a core asked for it', async (t, machine) => {
    for (const dst of homes(machine)) {
      t.deepEqual(await machine.run(program.lockOrder, dst), [0, 1, 2, 3, 4, 5, 6, 7])
    }
  })

  rule('a core where tasks wait for a lock goes on serving delegates', async (t, machine) => {
    for (const dst of homes(machine)) t.is(await machine.run(program.unblocked, dst), 5)
  })
}

function semaphoreRules(rule: Rule): void {
  rule('no more than its permits are inside a semaphore', async (t, machine) => {
    for (const dst of homes(machine)) {
      for (const permits of [1, 3]) {
        const { most, visits, value } = await machine.run(program.crowd, dst, permits)
        t.true(most <= permits, `${most} of ${permits}`)
        t.is(visits, 3 * permits * (machine.cores + 1))
        t.is(value, permits, 'all are given back')
      }
    }
  })

  rule('who wants many permits is not passed by those who want few', async (t, machine) => {
    for (const dst of homes(machine)) {
      const { order, before, after } = await machine.run(program.widths, dst)
      t.deepEqual(order, ['3', '1', '1'])
      t.false(before, 'not even by a try')
      t.false(after)
    }
  })
}

function fullEmptyRules(rule: Rule): void {
  rule('readers near and far wait until a cell is full, and all get its value', async (t, m) => {
    const everybody = Array<number>(m.cores + 1).fill(42)
    for (const dst of homes(m)) {
      for (let time = 0; time < 5; time++) {
        const { notes, isFull } = await m.run(cells.readers, dst, 42)
        t.deepEqual(notes, [-1, ...everybody], 'and none before')
        t.true(isFull)
      }
    }
  })

  rule('a cell serves readers near and far a hundred times over', async (t, machine) => {
    const times = 100
    const readers = machine.cores + 1
    const expected = Array.from({ length: times * readers }, (_, i) => Math.floor(i / readers))
    for (const dst of new Set([0, lastCore(machine)])) {
      t.deepEqual(await machine.run(cells.rounds, dst, times), expected)
    }
  })

  rule('a called task may wait for what comes later, and answers then', async (t, machine) => {
    for (const dst of homes(machine)) {
      t.deepEqual(await machine.run(cells.answeredLater, dst), ['nobody', 101, 202, 303])
    }
  })

  rule('a cell does what the letters of an operation say', async (t, machine) => {
    for (const dst of homes(machine)) {
      const seen = await machine.run(cells.cellStates, dst)
      t.deepEqual(seen.slice(0, 3), [undefined, undefined, false], 'empty at first')
      t.deepEqual(seen.slice(3, 6), [1, 1, false], 'writeXF, readXX, readFF leave it full')
      t.deepEqual(seen.slice(6, 9), [2, false, true], 'writeFF replaces, readFE empties')
      t.deepEqual(seen.slice(9, 11), [3, 4], 'writeEF waits for readFE')
      t.deepEqual(seen.slice(11), [6, false], 'writeFF waits for writeEF, reset empties')
    }
  })

  rule('what is put into an empty cell is taken once, by tasks of all cores', async (t, m) => {
    const times = 5
    const expected = Array.from({ length: times * (m.cores + 1) }, (_, i) => i)
    for (const dst of homes(m)) t.deepEqual(await m.run(cells.passing, dst, times), expected)
  })

  rule('two tasks hand a value to each other through two cells', async (t, machine) => {
    for (const dst of homes(machine)) t.is(await machine.run(cells.pingPong, dst, 10), 20)
  })
}

function conditionRules(rule: Rule): void {
  rule('a buffer under a mutex and two conditions is neither overfull nor stuck', async (t, m) => {
    const times = 4
    for (const dst of homes(m)) {
      const { least, most, changes } = await m.run(program.buffer, dst, times)
      t.is(least, 0)
      t.true(most <= 2)
      t.is(changes, 2 * times * (m.cores + 1))
    }
  })

  rule('a signal wakes one waiter, a broadcast the others, in order', async (t, machine) => {
    for (const dst of homes(machine)) {
      const { woken, order } = await machine.run(program.signals, dst)
      t.deepEqual(woken, ['a waits', 'b waits', 'c waits', 'a'])
      t.deepEqual(
        order.filter((name) => name !== 'd'),
        ['b', 'c'],
      )
      t.is(order.length, 3)
    }
  })
}

function barrierRules(rule: Rule): void {
  rule('no task passes a barrier before all have come, phase after phase', async (t, machine) => {
    const rounds = 5
    for (const dst of homes(machine)) {
      const { notes, parties } = await machine.run(program.parade, dst, rounds)
      const expected = Array.from({ length: rounds * parties }, (_, i) => Math.floor(i / parties))
      t.deepEqual(notes, expected)
    }
  })
}

function abortRules(rule: Rule): void {
  rule(
    'waits of an aborted scope reject, and what they waited for goes to others',
    async (t, m) => {
      for (const dst of homes(m)) {
        const { codes, left } = await m.run(program.abortion, dst)
        t.deepEqual(codes, Array(6 * (m.cores + 1) + 1).fill('ORUJO_ABORTED'))
        t.deepEqual(left, [7, 0, 0, 0])
      }
    },
  )
}

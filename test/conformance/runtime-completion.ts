/**
 * Rules of completion: a finish scope or an event is over when all that belongs to it is, wherever
 * it ran and whatever it gave rise to, and not before.
 */
import type { Failure, Rule } from '../support/machine.ts'
import * as program from '../support/programs/completion.ts'
import * as events from '../support/programs/events.ts'
import { lastCore } from './runtime-delegates.ts'

export function completionRules(rule: Rule): void {
  finishRules(rule)
  failureRules(rule)
  eventRules(rule)
  eventEdgeRules(rule)
  eventFailureRules(rule)
}

function messages(failure: Failure | undefined): string[] {
  return (failure?.errors ?? []).map(({ message }) => message).sort()
}

function finishRules(rule: Rule): void {
  rule('finish waits for chains of sends through every endpoint', async (t, machine) => {
    t.is(await machine.run(program.chains, 7, 100), 7 * 101)
    t.is(await machine.run(program.chains, 0, 0), 0)
  })

  rule('finish waits for sends, calls and tasks that give rise to each other', async (t, m) => {
    t.is(await m.run(program.branches, 7), 2 ** 8 - 1)
  })

  rule('finish scopes nest, on any core, and give back what their work returns', async (t, m) => {
    t.is(await m.run(program.nested, 4), 2 ** 5 - 1)
    await m.until(program.takeAllWork(m.host))
    const [counts, done] = await m.run(program.everywhere, 3)
    t.deepEqual(counts, Array<number>(m.cores).fill(15))
    t.is(done, 15 * m.cores)
  })

  rule('finish scopes follow one another without end', async (t, machine) => {
    t.deepEqual(await machine.run(program.again, 100), [4])
  })

  rule('the host can finish, too', async (t, machine) => {
    const { host } = machine
    await machine.until(host.finish(() => undefined))
    await machine.until(host.finish((inner) => void inner.send(program.branch, 0, 5)))
    t.is(await machine.until(program.takeAllWork(host)), 2 ** 6 - 1)
  })
}

function failureRules(rule: Rule): void {
  rule('a scope whose work fails rejects, at its end, with every cause', async (t, machine) => {
    const { sent, own, done } = await machine.run(program.failures)
    const everybody = Array.from({ length: machine.cores + 1 }, (_, id) => id)
    const expected = everybody.flatMap((id) =>
      ['inside', 'send', 'spawn', 'task'].map((what) => `${what} ${id}`),
    )
    t.deepEqual(messages(sent), expected.sort())
    t.is(sent!.code, 'ORUJO_WORK_FAILED')
    t.is(own!.message, 'own', 'the error of the work itself comes first')
    t.true(own instanceof RangeError)
    t.is(done, 6, 'and only when everything had ended')
  })

  rule('a failure that is handled goes no further', async (t, machine) => {
    const cause = await machine.run(program.handled)
    t.is(cause.message, 'inner')
  })

  rule('a run whose work fails rejects with all causes', async (t, machine) => {
    const error: Failure = await t.throwsAsync(machine.run(program.failingMain, 'of the run'))
    t.is(error.code, 'ORUJO_WORK_FAILED')
    t.is(error.name, 'WorkFailedError')
    t.deepEqual(messages(error), ['of the run'])
    t.is((error.cause as Failure).message, 'of the run')
    t.is((error.cause as Failure).core, lastCore(machine))
  })
}

function eventRules(rule: Rule): void {
  rule('an event waits for tasks that any core puts under it', async (t, machine) => {
    const { seenByHome, seenByAll } = await machine.run(program.sharedEvent, 20)
    t.is(seenByHome, 20 * machine.cores)
    for (const seen of seenByAll) t.true(seen >= 20 && seen <= 20 * machine.cores)
  })

  rule('phases of an event follow one another on all cores at once', async (t, machine) => {
    const [count, rounds] = [8, 16]
    t.is(await machine.run(program.recurring, count, rounds), count * rounds * machine.cores)
  })

  rule('an event wakes all its waiters, in order, near and far', async (t, machine) => {
    for (const dst of [0, lastCore(machine)]) {
      const { early, near, waits, there } = await machine.run(program.manyWaiters, dst)
      t.is(early, 0)
      t.deepEqual(near, ['a', 'b', 'c'])
      t.is(waits, 4)
      t.is(there, 21)
    }
  })

  rule('events come and go by the hundred', async (t, machine) => {
    t.is(await machine.run(program.manyEvents, 50), 300)
  })
}

function eventEdgeRules(rule: Rule): void {
  rule('whoever an event wakes may use it again at once, and all it woke go on', async (t, m) => {
    for (const dst of [0, lastCore(m)]) {
      t.deepEqual(await m.run(events.reused, dst, 10), ['first,second,first again'])
    }
  })

  rule('work that enrolls its successor before it completes keeps an event open', async (t, m) => {
    const [chains, hops] = [6, 30]
    const each = Array.from({ length: chains }, (_, i) => (i + 1) * (hops + 1))
    t.deepEqual(await m.run(events.relays, chains, hops), each)
  })

  rule('one wait for an event waits for all loops under it, and what they send', async (t, m) => {
    for (const length of [0, 3, 1000]) t.is(await m.run(events.quarters, length), length)
  })

  rule('tasks that other cores have taken are completed where they were begun', async (t, m) => {
    t.is(await m.run(events.stolen, 1000), 0)
  })
}

function eventFailureRules(rule: Rule): void {
  rule('a failed phase rejects its waiters with all causes; the next is clean', async (t, m) => {
    for (const dst of [0, lastCore(m)]) {
      const { near, also, far, clean } = await m.run(program.failedPhase, dst)
      t.deepEqual(messages(near), ['delegate', 'here', 'task'])
      t.deepEqual(messages(also), messages(near))
      t.deepEqual(messages(far), ['again', 'far'])
      t.is(clean, undefined)
    }
  })

  rule('completing more than was enrolled, and closing elsewhere, is refused', async (t, m) => {
    const codes = await m.run(program.misuse, lastCore(m))
    t.deepEqual(codes, Array(5).fill('ORUJO_INVARIANT'))
  })
}

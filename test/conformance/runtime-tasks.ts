/**
 * Rules of tasks: spawn, join, failure, order and atomicity.
 */
import type { Rule } from '../support/machine.ts'
import * as program from '../support/programs/tasks.ts'
import { lastCore } from './runtime-delegates.ts'

export function taskRules(rule: Rule): void {
  spawnRules(rule)
  failureRules(rule)
  orderRules(rule)
}

function spawnRules(rule: Rule): void {
  rule('a task runs where it was spawned, and its result can be joined often', async (t, m) => {
    const { places, again, texts } = await m.run(program.spawnEverywhere)
    const everybody = Array.from({ length: m.cores + 1 }, (_, id) => id)
    t.deepEqual(places, everybody)
    t.is(again, m.cores)
    t.deepEqual(
      texts,
      everybody.map((id) => `text ${id}!`),
    )
  })

  rule('tasks may spawn tasks and wait for them', async (t, machine) => {
    t.is(await machine.run(program.fibonacci, 12), 144)
  })

  rule('tasks that nobody joins are waited for all the same', async (t, machine) => {
    t.is(await machine.run(program.forest, 5), 2 * (machine.cores + 1) * 2 ** 5)
  })

  rule('a run ends when all that it began has, though nobody waited for it', async (t, machine) => {
    await machine.until(machine.host.call(program.takeBoard, 0))
    for (let time = 0; time < 3; time++) {
      const begun = await machine.run(program.leaveBehind)
      const [, count] = await machine.until(machine.host.call(program.takeBoard, 0))
      t.is(count, begun)
    }
  })

  rule('a thousand tasks may wait at once, on every core', async (t, machine) => {
    const all = 1000 * (machine.cores + 1)
    t.deepEqual(await machine.run(program.crowd, 1000), [all, 2 * all])
  })

  rule('a spawned task takes any number of arguments', async (t, machine) => {
    for (const dst of [0, lastCore(machine)]) {
      const sums = await machine.run(program.manyArguments, dst)
      t.deepEqual(sums, [0, 0, 6, 10, 406, 435, 465, 499_500])
    }
  })
}

function failureRules(rule: Rule): void {
  rule('a spawned task that fails rejects its join and fails its scope', async (t, machine) => {
    for (const dst of [0, lastCore(machine), machine.cores]) {
      const { joined, scope, count } = await machine.run(program.spawnFailing, dst)
      t.true(joined instanceof RangeError)
      t.is((joined as RangeError).message, 'joined')
      t.is(scope!.code, 'ORUJO_WORK_FAILED')
      t.deepEqual(scope!.errors!.map(({ message }) => message).sort(), ['joined', 'not joined'])
      t.is(count, 2, 'finish waited for the task that nobody joined')
    }
  })

  rule('a called task that fails rejects its caller and nobody else', async (t, machine) => {
    for (const dst of [0, lastCore(machine), machine.cores]) {
      const [called, unsendable] = await machine.run(program.callFailing, dst)
      t.is(called!.message, 'called')
      t.is(called!.definition, dst === 0 ? called!.definition : 'test.task.fails')
      if (dst !== 0) t.is(unsendable!.code, 'ORUJO_NOT_SENDABLE')
    }
  })

  rule('a run whose task fails rejects with its error', async (t, machine) => {
    const error = await t.throwsAsync(machine.run(program.fails, 2, 'of main'))
    t.true(error instanceof RangeError)
    t.is(error.message, 'of main')
    await machine.until(machine.host.call(program.takeBoard, 0))
  })
}

function orderRules(rule: Rule): void {
  rule('tasks of a core begin when their sender suspends, and take turns', async (t, machine) => {
    const steps = await machine.run(program.interleave)
    t.deepEqual(steps, ['queued', 'a0', 'b0', 'a1', 'b1', 'a2', 'b2'])
  })

  rule('nothing else happens on a core between two awaits of a task', async (t, machine) => {
    t.is(await machine.run(program.undisturbed, 50), 0)
  })
}

/**
 * Rules of unbound tasks: wherever they run, they run once, end where they began, and fail as bound
 * ones do.
 */
import { anywhere } from '@orujo/core'
import type { Failure, Rule } from '../support/machine.ts'
import * as busy from '../support/programs/busy.ts'
import * as program from '../support/programs/unbound.ts'

export function unboundRules(rule: Rule): void {
  runningRules(rule)
  fairnessRules(rule)
  argumentRules(rule)
  failureRules(rule)
  loopRules(rule)
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i)
}

function runningRules(rule: Rule): void {
  rule('every unbound task runs once, plain or async', async (t, machine) => {
    for (const count of [0, 1, 2, 500]) {
      t.deepEqual(await machine.run(program.sendMany, count), range(count))
    }
  })

  rule('unbound tasks may spawn unbound tasks and wait for them', async (t, machine) => {
    t.is(await machine.run(program.fibonacci, 12), 144)
  })

  rule('unbound tasks that nobody joins are waited for all the same', async (t, machine) => {
    const leaves = (4 * (machine.cores + 1) + 1) * 2 ** 4
    t.is(await machine.run(program.forest, 4), leaves)
  })

  rule(
    'a core alone runs bound tasks first, then its youngest unbound ones',
    async (t, machine) => {
      const steps = await machine.run(program.order, 5)
      if (machine.cores === 1) t.deepEqual(steps, [5, 4, 3, 2, 1, 0])
      else t.true(steps.includes(5))
    },
  )

  rule('idle cores of every locale take unbound tasks', async (t, machine) => {
    t.true((await machine.run(program.spread, 1000)) > 0)
  })

  rule('the host may spawn unbound tasks, which cores run', async (t, machine) => {
    const { host } = machine
    const joins = range(10).map(() => host.spawn(program.whereabouts, anywhere).join())
    const places = await machine.until(Promise.all(joins))
    t.true(places.every((place) => place >= 0 && place < machine.cores))
    const echoed = host.spawn(program.echo, anywhere, 'text', [1n]).join()
    t.deepEqual(await machine.until(echoed), ['text', [1n]])
  })
}

function fairnessRules(rule: Rule): void {
  rule('unbound tasks run although bound tasks keep every core busy', async (t, machine) => {
    t.true(await machine.run(busy.relieved))
  })

  rule('a core that bound tasks keep busy tells of the end of unbound ones', async (t, machine) => {
    const { cores, host } = machine
    const work = host.finish(async (outer) => {
      for (const dst of range(cores)) outer.send(busy.stayBusy, dst)
      await outer.finish((inner) => {
        for (let i = 0; i < cores; i++) inner.send(busy.nothing, anywhere)
      })
      for (const dst of range(cores)) outer.send(busy.relieve, dst)
    })
    await machine.until(work)
    t.true(await machine.run(busy.wereRelieved))
  })
}

function argumentRules(rule: Rule): void {
  rule('an unbound task takes any number of arguments', async (t, machine) => {
    const sums = await machine.run(program.manyArguments)
    t.deepEqual(sums, [0, 0, 6, 10, 15, 21, 28, 499_500])
  })

  rule('an unbound task takes arguments of any kind, and gives them back', async (t, machine) => {
    const lists = [
      ['text'],
      [1, 'two', 3n, null, undefined],
      [[1, [2, ['deep']]], new Map([['a', 1]])],
      [new Uint8Array(1000).fill(7)],
      ['long '.repeat(2000)],
    ]
    t.deepEqual(await machine.run(program.echoes, [...lists, ...lists, ...lists]), [
      ...lists,
      ...lists,
      ...lists,
    ])
  })

  rule('numbers arrive bit for bit', async (t, machine) => {
    t.is(await machine.run(program.oddNumbers), 0)
  })

  rule('handles of arrays travel with unbound tasks', async (t, machine) => {
    t.is(await machine.run(program.fillArray, 205), (205 * 206) / 2)
  })

  rule('a result is a copy, wherever the task ran', async (t, machine) => {
    const results = await machine.run(program.resultsAreCopies)
    t.deepEqual(
      results,
      range(20).map((i) => [1, i]),
    )
  })
}

function failureRules(rule: Rule): void {
  rule('an unbound task that fails rejects its join and fails its scope', async (t, machine) => {
    const { joins, scope } = await machine.run(program.failing)
    const [later, atOnce] = joins as Failure[]
    t.true(later instanceof RangeError)
    t.is(later!.message, 'later')
    t.is(later!.definition, 'test.unbound.fails')
    t.true(later!.core! >= 0 && later!.core! < machine.cores)
    t.is(atOnce!.message, 'at once 1')
    t.is(atOnce!.definition, 'test.unbound.fails-at-once')
    t.is(scope!.code, 'ORUJO_WORK_FAILED')
    const messages = scope!.errors!.map(({ message }) => message)
    t.deepEqual(messages.sort(), ['at once 1', 'at once 2', 'later', 'not joined'])
  })

  rule('what cannot run anywhere or cannot be sent is refused', async (t, machine) => {
    const errors = await machine.run(program.refusals)
    t.deepEqual(
      errors.map((error) => error?.code),
      [
        ...Array<string>(3).fill('ORUJO_BAD_ADDRESS'),
        ...Array<string>(2).fill('ORUJO_NOT_SENDABLE'),
        'ORUJO_NOT_SENDABLE',
      ],
    )
    t.regex(errors[0]!.message, /'test.unbound.note-here' cannot run anywhere/)
    t.regex(errors[2]!.message, /only spawn\(\) and send\(\) of tasks/)
  })
}

function loopRules(rule: Rule): void {
  rule('an unbound loop runs every index once, however small its pieces', async (t, machine) => {
    for (const [count, grain] of [
      [0, 1],
      [1, 1],
      [2, 1],
      [7, 3],
      [200, 7],
      [100, 1000],
    ] as const) {
      const visited = await machine.run(program.loops, count, grain)
      t.is(visited.length, 3)
      for (const steps of visited) t.deepEqual(steps, range(count), `${count} by ${grain}`)
    }
  })

  rule('an unbound loop over slices covers every index once', async (t, machine) => {
    const slices = await machine.run(program.slices, 100, 7)
    t.true(slices.every(([begin, end]) => end - begin <= 7 && end > begin))
    const indices = slices.flatMap(([begin, end]) => range(end - begin).map((i) => begin + i))
    t.deepEqual(
      indices.sort((a, b) => a - b),
      range(100),
    )
  })

  rule('an unbound loop hands captured values to its body', async (t, machine) => {
    for (const values of [[], [100], [100, 1000, 10_000]]) {
      const sum = values.reduce((total, value) => total + value, 0)
      const steps = await machine.run(program.capturing, values)
      t.deepEqual(
        steps,
        range(50).map((i) => i + sum),
      )
    }
  })

  rule('an unbound loop that fails rejects with its error', async (t, machine) => {
    const error = await machine.run(program.failingLoop)
    t.is(error?.name, 'RangeError')
    t.is(error?.message, 'iteration 42')
  })

  rule('unbound loops nest, and wait for what bound loops spawn', async (t, machine) => {
    t.is(await machine.run(program.nested, 20), 20 + 200)
  })

  rule('a range that is none is refused', async (t, machine) => {
    t.deepEqual(await machine.run(program.badRanges), Array(4).fill('InvariantError'))
  })
}

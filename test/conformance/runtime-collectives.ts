/**
 * Rules of collectives.
 */
import type { Rule } from '../support/machine.ts'
import * as program from '../support/programs/collectives.ts'

export function collectiveRules(rule: Rule): void {
  oneByOneRules(rule)
  valueRules(rule)
  concurrencyRules(rule)
  absenceRules(rule)
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i)
}

function oneByOneRules(rule: Rule): void {
  rule('onAllCores runs on every core and gives results by core', async (t, machine) => {
    const { cores } = machine
    const { ids, one, all } = await machine.run(program.everywhere)
    t.deepEqual(
      ids,
      range(cores).map((id) => id + 10),
    )
    t.is(one?.message, `core ${cores - 1}`)
    const messages = cores === 1 ? [all?.message] : all?.errors?.map(({ message }) => message)
    t.deepEqual(
      messages,
      range(cores).map((id) => `core ${id}`),
    )
  })

  rule('reduce combines the numbers of all cores', async (t, machine) => {
    const { cores } = machine
    const sum = (cores * (cores + 1)) / 2
    const expected = [sum, -2 * cores, 3 * cores, sum - cores]
    t.deepEqual(await machine.run(program.reductions), expected)
  })

  rule('nobody leaves a barrier before everybody is there, 100 times over', async (t, machine) => {
    const strays = await machine.run(program.barriers, 100)
    t.deepEqual(strays, Array<number>(machine.cores).fill(0))
  })

  rule('all-reduces give every core the sum, minimum and maximum', async (t, machine) => {
    const { cores } = machine
    const sum = (cores * (cores + 1)) / 2
    const expected = (by: number) =>
      range(cores).map(() => range(5).flatMap((round) => [sum * by, round, round + cores - 1]))
    const groups = await machine.run(program.twoGroups, 5)
    t.deepEqual(groups, [expected(1), expected(100)])
  })

  rule('a sum of fractions does not depend on who comes first', async (t, machine) => {
    t.is(await machine.run(program.steadySums, 20), 1)
  })
}

function valueRules(rule: Rule): void {
  rule('every collective gives each core what it must', async (t, machine) => {
    const { cores } = machine
    const letters = [...'abcdefgh'].slice(0, cores)
    const sum = (count: number) => (count * (count + 1)) / 2
    const results = await machine.run(program.everyCollective)
    t.deepEqual(
      results,
      range(cores).map((id) => ({
        joined: letters.join(''),
        big: 2n ** BigInt(cores) - 1n,
        scanned: [sum(id + 1), letters.slice(0, id + 1).join('')],
        before: [100 + sum(id), '-' + letters.slice(0, id).join('')],
        gathered: [
          id === 0 ? letters : undefined,
          id === cores - 1 ? range(cores).map((one) => [one]) : undefined,
        ],
        all: range(cores).map((one) => ({ id: one })),
        told: ['from 0', { id: cores - 1 }],
      })),
    )
  })

  rule('reductions of one task take delegates and typed arrays', async (t, machine) => {
    const { cores } = machine
    const sum = (cores * (cores + 1)) / 2
    t.deepEqual(await machine.run(program.wideReductions), {
      joined: 'abcdefgh'.slice(0, cores),
      counted: sum,
      arrays: new Int32Array(3).fill(sum),
    })
  })

  rule('typed arrays of any length are combined in place', async (t, machine) => {
    for (const length of [0, 1, 7, 1024, 16_384, 16_385, 100_003]) {
      const sums = await machine.run(program.arraysInPlace, length, 'sum')
      const maxima = await machine.run(program.arraysInPlace, length, 'max')
      t.deepEqual([...sums, ...maxima], Array(2 * machine.cores).fill(true), `length ${length}`)
    }
  })
}

function concurrencyRules(rule: Rule): void {
  rule('collectives under way at once do not disturb each other', async (t, machine) => {
    const { cores } = machine
    const { many, marched } = await machine.run(program.atOnce, 70_000)
    const expected = [cores, 2 ** cores, cores, 10 * cores, cores, 7, 2 * cores]
    t.deepEqual(many, Array(cores).fill(expected))
    t.is(marched, cores)
  })
}

function absenceRules(rule: Rule): void {
  rule('who waits for a task that has ended, or failed, is told so', async (t, machine) => {
    const { cores } = machine
    const { away, named, failed, passedOn } = await machine.run(program.absences)
    const told = (absent: number) =>
      range(cores).map((id) =>
        id === absent ? 'away' : `ORUJO_COLLECTIVE,${absent},ORUJO_COLLECTIVE`,
      )
    t.deepEqual(away, told(cores - 1))
    t.deepEqual(named, told(0))
    t.is(failed?.name, 'TypeError')
    t.is(failed?.message, `core ${cores - 1} does not come`)
    t.is(passedOn?.name, 'TypeError', 'what failed only because of it is left out')
  })

  rule('all who meet with different intentions are told, and can go on', async (t, machine) => {
    const { cores } = machine
    if (cores === 1) {
      t.pass()
      return
    }
    const whats = ['operator', 'kind', 'root', 'length', 'type']
    const results = await machine.run(program.disagreements, [...whats, 'failing'])
    for (const [i, what] of whats.entries()) {
      t.deepEqual(results[i], Array(cores).fill(`ORUJO_INVARIANT,${cores}`), what)
    }
    t.deepEqual(results.at(-1), Array(cores).fill(`cannot join a and a,${cores}`))
  })

  rule('the host, roots that are no cores and unknown operators are refused', async (t, m) => {
    t.deepEqual(await m.run(program.refused), Array(4).fill('ORUJO_INVARIANT'))
  })
}

/**
 * Rules of reducers.
 */
import type { Rule } from '../support/machine.ts'
import * as program from '../support/programs/reducers.ts'

export function reducerRules(rule: Rule): void {
  rule('a reducer reads as all that every core has put, until it is reset', async (t, machine) => {
    const operators = {
      sum: [0, (a: number, b: number) => a + b],
      product: [1, (a: number, b: number) => a * b],
      min: [Infinity, Math.min],
      max: [-Infinity, Math.max],
      and: [-1, (a: number, b: number) => a & b],
      or: [0, (a: number, b: number) => a | b],
      xor: [0, (a: number, b: number) => a ^ b],
    } as const
    for (const count of [0, 1, 5, 333]) {
      for (const name of ['sum', 'product', 'min', 'max', 'and', 'or', 'xor'] as const) {
        const [neutral, combine] = operators[name]
        // A long product of doubles would depend on how it is grouped.
        const length = name === 'product' ? Math.min(count, 5) : count
        const values = Array.from({ length }, (_, i) => program.numberAt(i))
        const expected = values.reduce((a, b) => combine(a, b), neutral)
        const found = await machine.run(program.reduceNumbers, name, length)
        t.deepEqual(found, [neutral, expected, expected, neutral], `${name} of ${length}`)
      }
    }
  })

  rule('argmin and argmax say which: of equal values, the smallest id', async (t, machine) => {
    t.deepEqual(await machine.run(program.reduceArgs, 0), [undefined, undefined, undefined])
    const count = 2500
    const values = Array.from({ length: count }, (_, i) => program.numberAt(i))
    const [min, max] = [Math.min(...values), Math.max(...values)]
    const least = { value: min, id: values.indexOf(min) }
    const greatest = { value: max, id: values.indexOf(max) }
    // What is not a number is no minimum.
    t.deepEqual(await machine.run(program.reduceArgs, count), [least, greatest, least])
  })

  rule('a delegate as operator reduces anything', async (t, machine) => {
    t.is(await machine.run(program.reduceTexts, 0), 0)
    t.is(await machine.run(program.reduceTexts, 50), 49)
  })

  rule('a freed reducer is refused', async (t, machine) => {
    const { value, inUse, codes } = await machine.run(program.putEverywhere)
    t.is(value, 1000 * machine.cores)
    t.is(inUse, 0)
    t.deepEqual(codes, [...Array<string>(3).fill('ORUJO_BAD_ADDRESS'), 'ORUJO_DOUBLE_FREE'])
  })
}

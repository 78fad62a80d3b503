/**
 * Rules of collections: nothing is lost, doubled or out of order, with combining and without.
 */
import { freeCollection, globalCounter, globalVector } from '@orujo/core'
import type { Rule } from '../support/machine.ts'
import * as program from '../support/programs/collections.ts'
import * as atOnce from '../support/programs/collections-at-once.ts'
import * as limits from '../support/programs/collections-limits.ts'

const WAYS = [true, false] as const

export function collectionRules(rule: Rule): void {
  counterRules(rule)
  vectorRules(rule)
  concurrencyRules(rule)
  mapRules(rule)
  limitRules(rule)
  otherRules(rule)
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i)
}

function counterRules(rule: Rule): void {
  rule('every addition to a counter gets a value of its own', async (t, machine) => {
    const each = 50
    const all = each * machine.cores
    for (const combining of WAYS) {
      const { before, value } = await machine.run(program.counting, combining, each)
      // Additions of 1 begin before those of 2 on their core, not on others.
      t.is(new Set(before).size, all)
      t.is(value, 3 * all)
    }
  })

  rule('a scope waits for one-way additions', async (t, machine) => {
    t.is(await machine.run(program.scoped, 100), 100 * machine.cores)
  })

  rule('combining additions to an element answer what one after another would', async (t, m) => {
    const all = 40 * m.cores
    const [doubles, bigints, bytes] = await m.run(program.additions, 40)
    t.deepEqual(doubles, { seen: range(all), value: all })
    t.deepEqual(bigints, { seen: range(all), value: all })
    t.deepEqual(bytes, { seen: range(all), value: all })
  })
}

function vectorRules(rule: Rule): void {
  rule('a queue gives every value once, those of one core in their order', async (t, machine) => {
    const each = 300
    for (const combining of WAYS) {
      const found = await machine.run(program.queueing, combining, each)
      const { sizes, taken, first, beyond, empty } = found
      t.deepEqual(sizes, [each * machine.cores, 0])
      t.is((first ?? NaN) % each, 0)
      t.is(beyond, undefined)
      t.deepEqual(empty, [undefined, undefined])
      const all = taken.flat().sort((a, b) => a - b)
      t.deepEqual(all, range(each * machine.cores))
      for (const values of taken) {
        for (const owner of range(machine.cores)) {
          const own = values.filter((value) => Math.floor(value / each) === owner)
          t.deepEqual(
            own,
            [...own].sort((a, b) => a - b),
          )
        }
      }
    }
  })

  rule('more values than one message holds keep their order', async (t, machine) => {
    t.is(await machine.run(program.streaming, 20_000), 20_000)
  })

  rule('a stack gives the last value first', async (t, machine) => {
    const expected = [...range(700).reverse(), undefined].map((i) => {
      return i === undefined ? undefined : `value ${i}`
    })
    for (const combining of WAYS) {
      t.deepEqual(await machine.run(program.stacking, combining, 700), expected)
    }
  })

  rule('loops over a vector see every value where it is, and may replace it', async (t, m) => {
    for (const count of [1, 255, 600]) {
      t.deepEqual(await m.run(program.looping, count), { wrong: [], size: count })
    }
  })

  rule('a push that finds no room fails, and only that one', async (t, machine) => {
    for (const combining of WAYS) {
      const { codes, scope, first, rest } = await machine.run(program.overfull, combining)
      t.deepEqual(codes, [undefined, undefined, undefined, 'ORUJO_CAPACITY', 'ORUJO_CAPACITY'])
      t.deepEqual(scope, ['ORUJO_WORK_FAILED', 'ORUJO_CAPACITY'])
      t.is(first, 1)
      t.deepEqual(rest, [7, 2])
    }
  })
}

function concurrencyRules(rule: Rule): void {
  rule(
    'values taken while others come in are taken once, in the order of each core',
    async (t, m) => {
      const each = 60
      for (const combining of WAYS) {
        const { begin, taken, end } = await m.run(atOnce.trading, combining, each)
        t.deepEqual([...begin, end], [0, undefined, undefined, 0])
        const all = taken.flat().sort((a, b) => a - b)
        t.deepEqual(all, range(each * m.cores))
        for (const values of taken) {
          const last = new Map<number, number>()
          for (const value of values) {
            const owner = Math.floor(value / each)
            t.true(value > (last.get(owner) ?? -1), `${values.join()}: ${value} is late`)
            last.set(owner, value)
          }
        }
      }
    },
  )

  rule('pushes and pops of many tasks at once lose nothing and double nothing', async (t, m) => {
    const each = 100
    for (const combining of WAYS) {
      const { popped, size, rest } = await m.run(atOnce.juggling, combining, each)
      t.is(size, (each / 2) * m.cores)
      t.is(rest.pop(), undefined, 'and then it is empty')
      const all = [...popped, ...rest] as number[]
      t.deepEqual(
        all.sort((a, b) => a - b),
        range(each * m.cores),
      )
    }
  })
}

function mapRules(rule: Rule): void {
  rule('updates of one key by all cores add up; keys are found and removed', async (t, m) => {
    for (const combining of WAYS) {
      const found = await m.run(program.mapping, combining, 40)
      t.deepEqual(found.counts, Array<number>(40).fill(m.cores))
      t.is(found.longer, m.cores + 5)
      t.deepEqual(found.removed, [true, false])
      t.deepEqual(found.inserted, [true, false])
      t.deepEqual(found.after, [6, undefined])
      t.deepEqual(found.has, [true, false, true])
      t.deepEqual(found.sizes, [40, 39, 0])
    }
  })

  rule('loops over a map and a set meet every key once, with its last value', async (t, m) => {
    for (const count of [0, 1, 300]) {
      const { entries, keys } = await m.run(atOnce.looping, count)
      t.deepEqual(
        entries,
        range(count).map((i) => [i, count + i + 0.5]),
      )
      t.deepEqual(keys, range(count))
    }
  })

  rule('an update that fails fails alone', async (t, machine) => {
    for (const combining of WAYS) {
      const { results, scope, value } = await machine.run(program.failing, combining)
      t.deepEqual(results, [1, 'RangeError: -1 is negative', 3])
      t.is(scope, 'ORUJO_WORK_FAILED')
      t.is(value, 3)
    }
  })

  rule('keys and values may be anything that can be sent', async (t, machine) => {
    const found = await machine.run(program.anything)
    t.deepEqual(found, [...range(11).map((i) => ({ i })), null, 12])
  })
}

function limitRules(rule: Rule): void {
  rule('what a task sends comes before what it asks for next, however much', async (t, m) => {
    const count = 20_000
    for (const isHeeding of [true, false]) {
      const found = await m.run(limits.sendThenAsk, count, isHeeding)
      t.deepEqual(found, [count, count, 2 * count, 0])
    }
  })

  rule('what a collection cannot hold is refused, and nothing else', async (t, machine) => {
    for (const combining of WAYS) {
      const { errors, kept } = await machine.run(limits.misfits, combining)
      const [no, type] = ['ORUJO_NOT_SENDABLE', 'TypeError']
      const [vector, numbers] = [
        [undefined, no, undefined],
        [type, undefined],
      ]
      t.deepEqual(errors, [...vector, ...numbers, type, type, undefined, no, undefined])
      t.deepEqual(kept, [2, ['b'], 1, 1, 1])
    }
  })

  rule('a handle may be a key', async (t, machine) => {
    t.deepEqual(await machine.run(limits.handleKeys), ['one', 'other'])
  })

  rule('a delegate that returns a promise replaces nothing', async (t, machine) => {
    const { codes, kept } = await machine.run(limits.promised)
    t.deepEqual(codes, ['ORUJO_INVARIANT', 'ORUJO_INVARIANT'])
    t.deepEqual(kept, [1, 1])
  })

  rule('who sends too much is told, without combining, too', async (t, machine) => {
    const { areTold, kept } = await machine.run(limits.singles, 2_000)
    t.true(areTold)
    t.deepEqual(kept, [2_000, 2_000])
  })
}

function otherRules(rule: Rule): void {
  rule('a bag gives every value once, to whoever takes', async (t, machine) => {
    for (const combining of WAYS) {
      const { size, sum, taken, left } = await machine.run(program.bagging, combining, 200)
      t.is(size, 200)
      t.is(sum, (200 * 199) / 2)
      t.deepEqual(taken, range(200))
      t.deepEqual(left, [undefined, 0, 'text', 0])
    }
  })

  rule('the host can use collections, too', async (t, machine) => {
    const { host } = machine
    const counter = await machine.until(globalCounter(host))
    await machine.until(host.finish((inner) => void counter.send(inner, 5)))
    t.is(await machine.until(counter.value(host)), 5)
    const vector = await machine.until(globalVector<string>(host))
    await machine.until(vector.push(host, 'a'))
    t.is(await machine.until(vector.pop(host)), 'a')
    for (const one of [counter, vector]) await machine.until(freeCollection(host, one))
  })

  rule('options that a collection does not have are refused', async (t, machine) => {
    t.deepEqual(await machine.run(program.strangeOptions), Array(8).fill('ORUJO_OPTION'))
  })

  rule('a freed collection is refused, and freed once', async (t, machine) => {
    const bad = 'ORUJO_BAD_ADDRESS'
    t.deepEqual(await machine.run(program.freed), [bad, bad, 'ORUJO_DOUBLE_FREE', bad])
  })
}

/**
 * Rules of parallel loops.
 */
import { blockRange } from '@orujo/core'
import type { Rule } from '../support/machine.ts'
import * as program from '../support/programs/loops.ts'

export function loopRules(rule: Rule): void {
  rangeRules(rule)
  arrayRules(rule)
  failureRules(rule)
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i)
}

function rangeRules(rule: Rule): void {
  rule('a loop runs every index once, each core its own block, in order', async (t, machine) => {
    const { cores } = machine
    for (const count of [0, 1, 2, cores - 1, cores + 1, 100, 1117]) {
      const blocks = range(cores).map((core) => {
        const [begin, end] = blockRange(count, cores, core)
        return range(end - begin).map((i) => begin + i)
      })
      const visited = await machine.run(program.loops, count)
      t.is(visited.length, 4)
      for (const byCore of visited) t.deepEqual(byCore, blocks, `${count} iterations`)
    }
  })

  rule('a loop hands captured values of any kind to its body', async (t, machine) => {
    const values = [1, 'two', [3], { four: 4 }, 5n]
    const seen = await machine.run(program.captures, ...values)
    const expected = range(values.length + 1).flatMap((count) =>
      range(machine.cores).map(() => values.slice(0, count)),
    )
    t.deepEqual(seen, expected)
  })

  rule('a loop of a million iterations captures more than a word', async (t, machine) => {
    const count = 1_117_376
    const scales = Float64Array.from({ length: 9 }, (_, i) => i + 1)
    let sum = 0
    for (let i = 0; i < count; i++) sum += i * scales[i % 9]! + 1
    t.is(await machine.run(program.longLoop, count, scales), sum)
  })

  rule('a loop waits for what its iterations send; loops may run side by side', async (t, m) => {
    const { one, four } = await m.run(program.spreading, 200)
    t.deepEqual(
      one.sort((a, b) => a - b),
      range(400).map((i) => i >> 1),
    )
    t.is(four, 200 * (1 + 2 + 3 + 4))
  })

  rule('loops nest', async (t, machine) => {
    t.is(await machine.run(program.nestedLoops, 20), 400)
  })

  rule('a count of iterations that is none is refused', async (t, machine) => {
    t.deepEqual(await machine.run(program.badCounts), Array(4).fill('InvariantError'))
  })
}

function arrayRules(rule: Rule): void {
  rule('a loop over an array visits each element at its home', async (t, machine) => {
    const shapes = [
      [0, 64],
      [1, 64],
      [15, 8],
      [1000, 64],
      [1000, 4096],
      [100, 'contiguous'],
      [3, 'contiguous'],
    ] as const
    for (const [length, blockBytes] of shapes) {
      const { indices, elements, homes } = await machine.run(program.overArray, length, blockBytes)
      for (const core of range(machine.cores)) {
        const own = range(length).filter((i) => homes[i] === core)
        t.deepEqual(indices[core], own)
        t.deepEqual(
          elements[core],
          own.map((i) => 3 * i),
        )
      }
      const isOrdered = homes.every((home, i) => i === 0 || home >= homes[i - 1]!)
      if (blockBytes === 'contiguous') t.true(isOrdered)
    }
  })

  rule('a loop over structs sees whole elements', async (t, machine) => {
    t.is(await machine.run(program.overPairs, 333), 0)
  })
}

function failureRules(rule: Rule): void {
  rule('a core stops at its first failing iteration, the others go on', async (t, machine) => {
    const { cores } = machine
    const count = 10 * cores
    const { sync, later, visits } = await machine.run(program.failing, count, [10 * cores - 8])
    for (const error of [sync, later]) t.is(error?.message, `iteration ${count - 8}`)
    t.deepEqual(
      visits,
      range(cores).map((core) => (core === cores - 1 ? 3 : 10)),
    )
  })

  rule('a loop that fails on several cores rejects with all their errors', async (t, machine) => {
    const { cores } = machine
    if (cores === 1) {
      t.pass()
      return
    }
    const { sync, later } = await machine.run(program.failing, 10 * cores, [5, 15])
    for (const error of [sync, later]) {
      t.is(error?.code, 'ORUJO_WORK_FAILED')
      const messages = error?.errors?.map(({ message }) => message)
      t.deepEqual(messages, ['iteration 5', 'iteration 15'])
    }
  })
}

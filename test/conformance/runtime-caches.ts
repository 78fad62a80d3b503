/**
 * Rules of caches.
 */
import type { Rule } from '../support/machine.ts'
import * as addresses from '../support/programs/addresses.ts'
import * as program from '../support/programs/caches.ts'
import { seeded } from '../support/schedule.ts'

const BLOCKS = [64, 'contiguous', 8] as const

export function cacheRules(rule: Rule): void {
  contentRules(rule)
  useRules(rule)
}

function contentRules(rule: Rule): void {
  rule(
    'a cache holds its range, whatever blocks it spans, and leaves it as it was',
    async (t, m) => {
      for (const block of BLOCKS) {
        const random = seeded(3)
        const ranges = Array.from({ length: 20 }, () => {
          const begin = random.choose(1001)
          return [begin, begin + random.choose(1001 - begin)] as const
        })
        ranges.push([0, 1000], [0, 0], [1000, 1000], [15, 17], [16, 32])
        const { wrong, isKept } = await m.run(program.ranges, 1000, block, ranges)
        t.deepEqual(wrong, [], `seed 3, blocks of ${block}`)
        t.true(isKept)
      }
      const { wrong } = await m.run(program.ranges, 30_000, 64, [[1, 29_999]])
      t.deepEqual(wrong, [])
    },
  )

  rule('a cache holds whole structs of any size, from block to block', async (t, machine) => {
    for (const [bytes, block] of [
      [24, 24],
      [36, 72],
      [128, 256],
    ] as const) {
      t.deepEqual(await machine.run(addresses.cached, bytes, 50, block), [0, 0], `${bytes} bytes`)
    }
  })

  rule('a release writes what was changed, and nothing that others changed', async (t, machine) => {
    for (const length of [100, 20_001]) {
      for (const block of BLOCKS) {
        const found = await machine.run(program.changes, 'readWrite', length, block)
        t.is(found.isLocal, machine.cores === 1)
        // Local memory is written at once; a copy only by the release.
        const isWritten = (i: number) => i > 0 && i < length - 1 && (i - 1) % 3 === 0
        t.true(found.before.every((value, i) => value === (found.isLocal && isWritten(i) ? -1 : i)))
        t.true(found.after.every((value, i) => value === (isWritten(i) ? -1 : 2 * i)))
      }
    }
  })

  rule('a write cache writes all of its elements, and only them', async (t, machine) => {
    const { after, isLocal } = await machine.run(program.changes, 'write', 100, 64)
    const inside = (i: number) => i > 0 && i < 99 && (!isLocal || (i - 1) % 3 === 0)
    t.deepEqual(
      after,
      Array.from({ length: 100 }, (_, i) => (inside(i) ? -1 : 2 * i)),
    )
  })

  rule('of caches on the same elements the last release wins', async (t, machine) => {
    const { found, isLocal } = await machine.run(program.lastWins)
    // On local memory there is nothing to release: the last to write wins.
    const expected = isLocal ? 2 : 1
    t.deepEqual(
      found,
      Array.from({ length: 100 }, (_, i) => (i >= 10 && i < 90 ? expected : 0)),
    )
  })
}

function useRules(rule: Rule): void {
  rule('a cache on one core is its memory there, and a copy elsewhere', async (t, machine) => {
    for (let home = 0; home < machine.cores; home++) {
      for (const count of [2, 5000]) {
        const isHere = home === 0
        t.deepEqual(await machine.run(program.pieces, home, count), [
          ...[isHere, { a: 1, b: 1 }, isHere ? 5 : 1],
          ...[5, count - 1],
          ...[1, { a: 3, b: 10 }, { a: 9, b: 9 }],
        ])
      }
    }
  })

  rule('a cache may be acquired and released again and again', async (t, machine) => {
    t.deepEqual(await machine.run(program.rounds), [])
  })

  rule('tasks that wait for the same acquire get one copy; a later one is new', async (t, m) => {
    const { isOne, old, renewed, none, addressed, isLocal } = await m.run(program.several)
    t.true(isOne)
    t.deepEqual([old, renewed], [isLocal ? 7 : 3, 7])
    t.deepEqual([none, addressed], [0, 10])
  })

  rule('a cache on no memory, or one that is not held, is refused', async (t, machine) => {
    t.deepEqual(await machine.run(program.refusedCaches), [
      ...Array<string>(3).fill('ORUJO_BAD_ADDRESS'),
      ...Array<string>(3).fill('ORUJO_INVARIANT'),
      ...[
        'ORUJO_OPTION',
        'ORUJO_BAD_ADDRESS',
        machine.cores === 1 ? undefined : 'ORUJO_BAD_ADDRESS',
      ],
    ])
  })
}

/**
 * Rules of addresses: where elements lie, whatever their size, and what is asked of one of them.
 */
import type { Rule } from '../support/machine.ts'
import * as program from '../support/programs/addresses.ts'

/** Bytes of an element, and of the blocks: those that one element fills, or no power of two. */
const SHAPES = [
  [1, 64],
  [8, 64],
  [16, 'contiguous'],
  [24, 24],
  [24, 192],
  [36, 72],
  [64, 64],
  [128, 128],
  [128, 384],
] as const

export function addressRules(rule: Rule): void {
  rule('a walk over elements of any size meets each at home, block by block', async (t, m) => {
    for (const [bytes, block] of SHAPES) {
      for (const length of [1, bytes === 1 ? 300 : 50]) {
        const { faults, wrong, size } = await m.run(program.walk, bytes, length, block)
        t.deepEqual(faults, [])
        t.is(wrong, 0, `${bytes} bytes in blocks of ${block}: written, but not seen at home`)
        t.is(size, bytes)
      }
    }
  })

  rule('a field has one place: by address, in the whole, in all memory', async (t, machine) => {
    const { results, neighbours } = await machine.run(program.fields)
    const changed = { a: 11, b: 10.5, c: -30n, d: 6 }
    const expected = [0, 8, 24, true, [1, 0.5, -4], 3n, changed, changed]
    t.deepEqual(results, Array(3 * machine.cores).fill(expected))
    const none = { a: 0, b: 0, c: 0n, d: 0 }
    t.deepEqual(neighbours, Array(4 * machine.cores).fill(none))
  })

  rule('operations of a task on an element are in order; at home, at once', async (t, machine) => {
    for (let home = 0; home < machine.cores; home++) {
      const { seen, isLocal, found } = await machine.run(program.asked, home)
      t.is(isLocal, home === 0)
      t.is(seen, isLocal ? 9 : 0)
      t.deepEqual(found, [undefined, 5, false, 3, true, 9])
    }
  })

  rule(
    'bytes in use are those of the pieces handed out, and none when all are freed',
    async (t, m) => {
      for (let home = 0; home < m.cores; home++) {
        t.deepEqual(await m.run(program.inUse, home), {
          added: [64, 64, 64, 128, 64, 1024],
          isElsewhereAsBefore: true,
          isSumSteady: true,
          left: 0,
        })
      }
    },
  )
}

/**
 * Rules of operations on whole arrays.
 */
import { execFileSync } from 'node:child_process'
import {
  lstatSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Rule } from '../support/machine.ts'
import * as program from '../support/programs/arrays.ts'
import { type Schedule, pick, seeded } from '../support/schedule.ts'

const LENGTHS: readonly number[] = [0, 1, 2, 7, 64, 333, 1000]
const BLOCKS: readonly program.Block[] = [64, 'contiguous', 48, 1024]
const TYPES: readonly program.TypeName[] = ['i8', 'i16', 'i32', 'f64', 'u64', 'pair']
const SCALARS: readonly program.ScalarTypeName[] = ['u8', 'i16', 'i32', 'f32', 'f64', 'i64', 'u64']
const KINDS: readonly string[] = ['random', 'same', 'few', 'sorted', 'skewed', 'odd']
const SEEDS = 6

export function arrayOperationRules(rule: Rule): void {
  copyRules(rule)
  sortRules(rule)
  fileRules(rule)
  pushRules(rule)
}

function between(random: Schedule, min: number, max: number): number {
  return min + random.choose(max - min + 1)
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]))
}

function copyRules(rule: Rule): void {
  rule('memset sets the range, and nothing beside it', async (t, machine) => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const random = seeded(seed)
      const length = pick(random, LENGTHS)
      const begin = between(random, 0, length)
      const end = between(random, begin, length)
      const type = pick(random, TYPES)
      const block = pick(random, BLOCKS)
      const [found, expected] = await machine.run(program.filled, type, length, block, begin, end)
      t.deepEqual(found, expected, `seed ${seed}: ${type} ${length} ${block} ${begin} ${end}`)
    }
  })

  rule('a copy is exact, whatever the distributions and the ranges', async (t, machine) => {
    for (let seed = 1; seed <= 2 * SEEDS; seed++) {
      const random = seeded(seed)
      const lengths = [pick(random, LENGTHS), pick(random, LENGTHS)] as const
      const blocks = [pick(random, BLOCKS), pick(random, BLOCKS)] as const
      const from = between(random, 0, lengths[0])
      const to =
        random.choose(3) === 0 ? Math.min(from, lengths[1]) : between(random, 0, lengths[1])
      const count = between(random, 0, Math.min(lengths[0] - from, lengths[1] - to))
      const what = { type: pick(random, TYPES), lengths, blocks, from, to, count }
      const [found, expected] = await machine.run(program.copied, what)
      t.deepEqual(found, expected, `seed ${seed}: ${JSON.stringify(what)}`)
    }
  })

  rule(
    'a scope waits for operations on arrays, of which several may be under way',
    async (t, m) => {
      for (const length of [4, 333, 28_001]) {
        const found = await m.run(program.atOnce, length)
        const cut = (quarter: number): number => Math.floor((length * quarter) / 4)
        const expected = [0, 1, 2, 3].flatMap((i) =>
          Array<number>(cut(i + 1) - cut(i)).fill(cut(i) + 1),
        )
        t.true(isSame(found, expected), `length ${length}`)
      }
    },
  )

  rule('arrays of many messages are copied, sorted and summed as small ones', async (t, m) => {
    const length = 28_001
    const what = { type: 'f64', from: 1, to: 0, count: length - 1 } as const
    const blocks = [64, 'contiguous'] as const
    const [found, expected] = await m.run(program.copied, {
      ...what,
      lengths: [length, length],
      blocks,
    })
    t.true(isSame(found, expected))
    const drawn = { type: 'i32', length, block: 64, kind: 'random', seed: 1 } as const
    const { source, found: sorted } = await m.run(program.sorted, drawn)
    t.true(isSame(sorted, [...typed('i32', source).sort()]))
    const { found: sums } = await m.run(program.summed, { ...drawn, kind: 'few' }, false)
    const total = program.keysOf('i32', length, 'few', 1).reduce<number>((a, b) => a + Number(b), 0)
    t.is(sums.at(-1), total)
  })

  rule('operations on arrays refuse what cannot be', async (t, machine) => {
    t.deepEqual(await machine.run(program.refusals), [
      ...Array<string>(4).fill('ORUJO_BAD_ADDRESS'),
      ...Array<string>(6).fill('ORUJO_INVARIANT'),
      ...['ORUJO_OVERFLOW', 'ORUJO_MEMORY_EXHAUSTED'],
      ...Array<string>(2).fill('ORUJO_BAD_ADDRESS'),
    ])
  })
}

/** As a typed array of that type sorts and wraps. */
function typed(type: program.ScalarTypeName, values: readonly unknown[]) {
  const types = {
    ...{ i8: Int8Array, u8: Uint8Array, i16: Int16Array, i32: Int32Array },
    ...{ f32: Float32Array, f64: Float64Array, i64: BigInt64Array, u64: BigUint64Array },
  }
  return (types[type] as unknown as typeof Float64Array).from(values as number[])
}

function sorting(seed: number): program.Sorting {
  const random = seeded(seed)
  const what = {
    type: pick(random, SCALARS),
    length: pick(random, [...LENGTHS, 5000]),
    block: pick(random, [64, 'contiguous', 8, 1024] as const),
    kind: pick(random, KINDS),
    seed,
  }
  return random.choose(3) === 0
    ? { ...what, into: pick(random, [64, 'contiguous'] as const) }
    : what
}

function sortRules(rule: Rule): void {
  rule('a sort gives what a typed array gives, equal and odd keys too', async (t, machine) => {
    for (let seed = 1; seed <= 2 * SEEDS; seed++) {
      const what = sorting(seed)
      const { source, found, isKept } = await machine.run(program.sorted, what)
      t.deepEqual(found, [...typed(what.type, source).sort()], JSON.stringify(what))
      t.true(isKept, `its source changed: ${JSON.stringify(what)}`)
    }
  })

  rule('a prefix sum is that of one core alone, and wraps as the type does', async (t, machine) => {
    for (let seed = 1; seed <= 2 * SEEDS; seed++) {
      const drawn = sorting(seed)
      // Sums of fractions depend on how they are grouped.
      const isFraction = drawn.type === 'f32' || drawn.kind === 'odd'
      const what = isFraction ? { ...drawn, kind: 'few' } : drawn
      const isExclusive = seed % 2 === 0
      const { source, found } = await machine.run(program.summed, what, isExclusive)
      const sums = typed(what.type, source)
      for (let i = 1; i < sums.length; i++) sums[i] = sums[i - 1]! + sums[i]!
      const zero = what.type === 'i64' || what.type === 'u64' ? 0n : 0
      const before = [zero, ...sums].slice(0, sums.length)
      t.deepEqual(found, isExclusive ? before : [...sums], JSON.stringify(what))
    }
  })
}

function fileRules(rule: Rule): void {
  rule('an array comes back from its file, however it is dealt out', async (t, machine) => {
    const folder = mkdtempSync(join(tmpdir(), 'orujo-arrays-'))
    try {
      for (const type of ['u8', 'i32', 'f64', 'pair'] as const) {
        for (const length of [0, 1, 333, 5000, 28_001]) {
          if (type === 'pair' && length > 5000) continue
          const path = join(folder, `${type}-${length}`)
          const blocks = [64, 'contiguous'] as const
          const args = [type, length, blocks, path] as const
          const [found, expected] = await machine.run(program.savedAndLoaded, ...args)
          t.deepEqual(found, expected, `${type} ${length}`)
        }
      }
      const bytes = readFileSync(join(folder, 'i32-333'))
      t.is(bytes.readInt32LE(4 * 332), 3 * 332 + 1, 'the file holds the elements in their order')
      t.false(
        readdirSync(folder).some((name) => name.endsWith('.partial')),
        'nothing else is left',
      )
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  rule('a file is replaced whole, where it is and as readable as it was', async (t, machine) => {
    const folder = mkdtempSync(join(tmpdir(), 'orujo-arrays-'))
    try {
      const [target, link] = [join(folder, 'target'), join(folder, 'link')]
      writeFileSync(target, 'before', { mode: 0o600 })
      symlinkSync(target, link)
      const values = await machine.run(program.savedAtOnce, link)
      t.true(values.length === 1 && (values[0] === 1 || values[0] === 2), values.join())
      t.true(lstatSync(link).isSymbolicLink())
      t.is(statSync(target).mode & 0o777, 0o600)
      t.deepEqual(readdirSync(folder), ['link', 'target'])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  rule('what cannot be read or written is named', async (t, machine) => {
    const folder = mkdtempSync(join(tmpdir(), 'orujo-arrays-'))
    try {
      const absent = join(folder, 'absent')
      const short = join(folder, 'short')
      writeFileSync(short, 'too short')
      const pipe = join(folder, 'pipe')
      execFileSync('mkfifo', [pipe])
      const errors = await machine.run(program.fileErrors, absent, folder, short, pipe)
      const named = [absent, absent, folder, short, pipe]
      for (const [i, [code, message]] of errors.entries()) {
        t.is(code, 'ORUJO_FILE', message)
        t.true(message?.includes(named[i]!), message)
      }
      t.deepEqual(readdirSync(folder), ['pipe', 'short'])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
}

function pushRules(rule: Rule): void {
  rule('every value pushed by any core is in the array once', async (t, machine) => {
    const { cores } = machine
    for (const [count, capacity] of [
      [0, 4],
      [1, 4],
      [100, 1],
      [333, 64],
      [64, 64],
    ] as const) {
      const cursor = count % 2 === 0 ? 'i32' : 'i64'
      const { taken, found } = await machine.run(program.pushed, cursor, count, capacity)
      t.is(taken, cores * count)
      const expected = Array.from({ length: cores * count }, (_, i) => {
        return Math.floor(i / count) * 100_000 + (i % count)
      })
      t.deepEqual(
        found.sort((a, b) => a - b),
        expected,
      )
    }
  })
}

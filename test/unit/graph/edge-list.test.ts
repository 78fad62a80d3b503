/** Edge lists: what the reader forgives, what it refuses and how it says so, and slicing. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import test from 'ava'
import fc from 'fast-check'
import { EdgeBuffer } from '#graph/edge-buffer.js'
import { edgeListSource, readSlice } from '#graph/source.js'
import { formatError } from '#graph/text-file.js'

async function withFile<T>(
  content: string | Uint8Array,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'orujo-graph-'))
  try {
    const path = join(directory, 'graph.txt')
    await writeFile(path, content)
    return await use(path)
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** Pairs of all slices, slice after slice; throws the error of the first malformed line. */
async function readPairs(path: string, slices = 1): Promise<number[][]> {
  const source = await edgeListSource(path)
  const sink = new EdgeBuffer()
  const reading = { sink, onProgress: () => undefined, pause: () => Promise.resolve() }
  for (let index = 0; index < slices; index++) {
    const fault = await readSlice(source, { index, count: slices }, reading)
    if (fault !== undefined) throw await formatError(fault)
  }
  const numbers = sink.chunks().flatMap((chunk) => [...chunk])
  return Array.from({ length: sink.edges }, (_, i) => numbers.slice(2 * i, 2 * i + 2))
}

async function failure(content: string | Uint8Array, slices = 1) {
  return await withFile(content, async (path) => {
    try {
      await readPairs(path, slices)
    } catch (error) {
      const { message, code } = error as { message: string; code: string }
      return { message: message.replaceAll(path, 'graph.txt'), code }
    }
    return undefined
  })
}

test('comments, blank lines, tabs, CR LF and a missing last newline are forgiven', async (t) => {
  const text = '# SNAP\n% KONECT\n\n  \t\n1\t2\r\n 3   4 \r\n\r\n0007 8\t\n5 6'
  const pairs = await withFile(text, (path) => readPairs(path))
  t.deepEqual(pairs, [
    [1, 2],
    [3, 4],
    [7, 8],
    [5, 6],
  ])
})

test('a byte order mark at the start of a file is forgiven, on any number of cores', async (t) => {
  for (const slices of [1, 2, 3, 20]) {
    const pairs = await withFile('\ufeff1 2\n3 4\n', (path) => readPairs(path, slices))
    t.deepEqual(pairs, [
      [1, 2],
      [3, 4],
    ])
  }
  t.deepEqual(await withFile('\ufeff', (path) => readPairs(path, 2)), [])
  const { message = '' } = (await failure('1 2\n\ufeff3 4\n')) ?? {}
  t.regex(message, /^graph\.txt:2: .* found '\\ufeff3 4'$/)
})

test('further columns are ignored if they are numbers', async (t) => {
  const pairs = await withFile('1 2 0.5\n3 4 -1.5e-3\t1082040961\r\n', (path) => readPairs(path))
  t.deepEqual(pairs, [
    [1, 2],
    [3, 4],
  ])
})

test('duplicates and self loops are handed on as they are', async (t) => {
  const pairs = await withFile('1 1\n1 2\n1 2\n2 1\n', (path) => readPairs(path))
  t.is(pairs.length, 4)
})

test('ids may be as large as numbers are exact', async (t) => {
  const text = '9007199254740991 4294967295\n4294967296 0\n'
  const pairs = await withFile(text, (path) => readPairs(path))
  t.deepEqual(pairs, [
    [9007199254740991, 4294967295],
    [4294967296, 0],
  ])
})

test('an empty file and a file of comments have no edges', async (t) => {
  t.deepEqual(await withFile('', (path) => readPairs(path, 3)), [])
  t.deepEqual(await withFile('# nothing', (path) => readPairs(path, 3)), [])
})

for (const [what, line] of [
  ['a word', 'alice bob'],
  ['one id', '17'],
  ['a comma', '1,2'],
  ['a negative id', '1 -2'],
  ['a fraction', '1.5 2'],
  ['an id that is too large', '1 9007199254740992'],
  ['a third column that is a word', '1 2 heavy'],
  ['a column grown together with an id', '1 2x'],
] as const) {
  test(`${what} is malformed: file, line, what was expected and found are named`, async (t) => {
    t.deepEqual(await failure(`# head\n1 2\n${line}\n3 4\n`), {
      code: 'GRAPH_FORMAT',
      message:
        'graph.txt:3: expected two vertex ids from 0 to 9007199254740991, ' + `found '${line}'`,
    })
  })
}

test('the line number is right whichever slice meets the malformed line', async (t) => {
  const lines = Array.from({ length: 200 }, (_, i) => `${i} ${i + 1}`)
  lines[150] = '# fine'
  lines[151] = 'not fine'
  for (const slices of [1, 2, 7, 64, 1000]) {
    const error = await failure(lines.join('\n'), slices)
    t.regex(error?.message ?? '', /^graph\.txt:152: .* found 'not fine'$/)
  }
})

test('what is no text is refused with harmless output', async (t) => {
  const control = await failure(Uint8Array.from([27, 91, 50, 74, 0, 10]))
  t.regex(control?.message ?? '', /found '\\u001b\[2J\\u0000'$/)
  const sequence = await failure('\u009b2J\u202ecba\n')
  t.regex(sequence?.message ?? '', /found '\\u009b2J\\u202ecba'$/)
  const endless = await failure(new Uint8Array(3 << 20).fill(0x31))
  t.regex(endless?.message ?? '', /^graph\.txt:1: expected lines of at most 1048576 bytes/)
})

test('compressed files are known by their first bytes and read as if they were not', async (t) => {
  const text = '# head\n1 2\r\n3 4'
  const pairs = await withFile(gzipSync(text), (path) => readPairs(path, 3))
  t.deepEqual(pairs, [
    [1, 2],
    [3, 4],
  ])
  t.is((await failure(gzipSync('1 2\nx\n')))?.message.slice(0, 11), 'graph.txt:2')
})

test('compressed data that is cut short or damaged is named as such', async (t) => {
  const packed = gzipSync(Array.from({ length: 5000 }, (_, i) => `${i} ${i * 7}\n`).join(''))
  const short = await failure(packed.subarray(0, packed.length - 100))
  t.is(short?.code, 'GRAPH_FORMAT')
  t.regex(short?.message ?? '', /^graph\.txt: expected sound gzip data, found an early end/)
  const damaged = Uint8Array.from(packed)
  damaged.fill(0xff, 40, 80)
  t.regex((await failure(damaged))?.message ?? '', /^graph\.txt: expected sound gzip data, found/)
})

test('a missing file and a directory are refused by name', async (t) => {
  const missing = await t.throwsAsync(edgeListSource('/nowhere/graph.txt'))
  t.is(missing.message, "cannot read '/nowhere/graph.txt': there is no such file")
  const directory = await t.throwsAsync(edgeListSource(tmpdir()))
  t.is(directory.message, `'${tmpdir()}' is not a file`)
})

test('slices give every line once and in order, however many there are', async (t) => {
  const line = fc.oneof(
    fc.tuple(fc.nat(), fc.nat()).map(([from, to]) => `${from}\t${to}`),
    fc.constantFrom('', '# comment', '  ', '1 2 3'),
  )
  const ending = fc.constantFrom('\n', '\r\n')
  const property = fc.asyncProperty(
    fc.array(line, { maxLength: 40 }),
    ending,
    fc.boolean(),
    fc.integer({ min: 1, max: 50 }),
    async (lines, newline, isEnded, slices) => {
      const text = lines.join(newline) + (isEnded ? newline : '')
      await withFile(text, async (path) => {
        t.deepEqual(await readPairs(path, slices), await readPairs(path))
      })
    },
  )
  await fc.assert(property, { numRuns: 60 })
})

test('lines across block boundaries are read whole', async (t) => {
  const count = 250_000
  const text = Array.from({ length: count }, (_, i) => `${i}\t${count - i}\n`).join('')
  t.true(text.length > 2 << 20)
  const pairs = await withFile(text, (path) => readPairs(path, 2))
  t.is(pairs.length, count)
  t.true(pairs.every(([from, to], i) => from === i && to === count - i))
})

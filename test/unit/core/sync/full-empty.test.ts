/** Full-empty cells of one core. */
import test from 'ava'
import { FullEmpty, type Wait } from '@orujo/core'

async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await undefined
}

function waits(cell: FullEmpty<never>): Wait[] {
  const found: Wait[] = []
  cell.addWaits(found)
  return found
}

test('a new cell is empty; writing fills, readFE and reset empty', async (t) => {
  const cell = new FullEmpty<number>()
  t.false(cell.isFull)
  t.is(cell.readXX(), undefined)
  cell.writeXF(1)
  t.true(cell.isFull)
  t.is(await cell.readFF(), 1)
  await cell.writeFF(2)
  t.is(cell.readXX(), 2)
  t.is(await cell.readFE(), 2)
  t.false(cell.isFull)
  await cell.writeEF(3)
  t.false(cell.tryWriteEF(4))
  t.is(cell.tryReadFE(), 3)
  t.is(cell.tryReadFE(), undefined)
  t.true(cell.tryWriteEF(5))
  cell.reset()
  t.false(cell.isFull)
})

test('undefined can be a value', async (t) => {
  const cell = new FullEmpty<undefined>()
  await cell.writeEF(undefined)
  t.true(cell.isFull)
  t.is(await cell.readFE(), undefined)
  t.false(cell.isFull)
})

test('those who wait for full go on in order, up to the first who takes the value', async (t) => {
  const cell = new FullEmpty<number>()
  const seen: string[] = []
  const done = [
    cell.readFF().then((value) => seen.push(`readFF ${value}`)),
    cell.writeFF(2).then(() => seen.push('writeFF')),
    cell.readFF().then((value) => seen.push(`readFF ${value}`)),
    cell.readFE().then((value) => seen.push(`readFE ${value}`)),
    cell.readFF().then((value) => seen.push(`readFF ${value}`)),
  ]
  t.deepEqual(waits(cell as FullEmpty<never>), [
    { what: "full-empty 'readFF'", count: 3 },
    { what: "full-empty 'readFE'", count: 1 },
    { what: "full-empty 'writeFF'", count: 1 },
  ])
  cell.writeXF(1)
  await settled()
  t.deepEqual([...seen].sort(), ['readFE 2', 'readFF 1', 'readFF 2', 'writeFF'])
  t.false(cell.isFull)
  cell.writeXF(3)
  await Promise.all(done)
  t.is(seen.at(-1), 'readFF 3')
})

test('those who wait for empty go on one by one, in order', async (t) => {
  const cell = new FullEmpty<number>()
  const order: number[] = []
  const writes = [1, 2, 3].map((value) => cell.writeEF(value).then(() => order.push(value)))
  t.deepEqual(waits(cell as FullEmpty<never>), [{ what: "full-empty 'writeEF'", count: 2 }])
  for (const value of [1, 2, 3]) {
    await settled()
    t.is(order.length, value)
    t.is(await cell.readFE(), value)
  }
  await Promise.all(writes)
  t.deepEqual(order, [1, 2, 3])
  t.false(cell.isFull)
})

test('waiting readers and waiting writers meet when another changes the cell', async (t) => {
  const cell = new FullEmpty<string>()
  cell.writeXF('first')
  const write = cell.writeEF('second')
  cell.reset()
  await write
  t.is(cell.readXX(), 'second')
  const reads = [cell.readFE(), cell.readFE()]
  const third = cell.writeEF('third')
  t.deepEqual(await Promise.all(reads), ['second', 'third'])
  await third
  t.false(cell.isFull)
})

test('an aborted wait leaves its queue and takes and puts nothing', async (t) => {
  const cell = new FullEmpty<number>()
  const abort = new AbortController()
  const { signal } = abort
  const reads = [cell.readFE(signal), cell.writeFF(9, signal), cell.readFF(signal)]
  const next = cell.readFE()
  abort.abort()
  for (const read of reads) await t.throwsAsync(read, { code: 'ORUJO_ABORTED' })
  cell.writeXF(1)
  t.is(await next, 1)
  await t.throwsAsync(cell.writeEF(2, signal), { code: 'ORUJO_ABORTED' })
  t.false(cell.isFull)
  cell.writeXF(3)
  await t.throwsAsync(cell.readFE(signal), { code: 'ORUJO_ABORTED' })
  t.is(cell.readXX(), 3)
})

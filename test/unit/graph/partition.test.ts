/** Partition: slots and vertices correspond, owners share evenly. */
import test from 'ava'
import fc from 'fast-check'
import { Partition } from '#graph/partition.js'

test('each vertex has one slot, in the range of the core that owns it', (t) => {
  fc.assert(
    fc.property(fc.nat(500), fc.integer({ min: 1, max: 9 }), (vertices, cores) => {
      const partition = new Partition(vertices, cores)
      const rows = new Array<number>(cores).fill(0)
      for (let vertex = 0; vertex < vertices; vertex++) {
        const slot = partition.slotOf(vertex)
        const core = slot >>> partition.rowBits
        t.is(partition.vertexAt(slot), vertex)
        t.true(slot < partition.slots)
        t.is(core, vertex % cores)
        t.is(slot - partition.firstSlotOf(core), rows[core]!++)
      }
      rows.forEach((count, core) => t.is(partition.rowsOf(core), count))
    }),
  )
})

test('rows of a core fill whole words of a bitmap', (t) => {
  const partition = new Partition(3, 4)
  t.is(partition.slots % 32, 0)
  t.is(partition.firstSlotOf(1) % 32, 0)
})

test('more vertices than slots can be numbered is an error', (t) => {
  t.throws(() => new Partition(2 ** 31 + 1, 2), { code: 'GRAPH_SIZE' })
  t.notThrows(() => new Partition(2 ** 31, 2))
})

/** Shapes: which arguments travel as numbers, and what they are where they arrive. */
import test from 'ava'
import fc from 'fast-check'
import { shapeOf, valuesOf, wordOf } from '#core/delegate/shape.js'
import { CoreMemory } from '#core/memory/directory.js'
import { i32 } from '#core/memory/element.js'
import { CoreHeap } from '#core/memory/heap.js'
import { ObjectAddress, SymmetricObject, SymmetricSlots } from '#core/memory/objects.js'
import { SharedRegion } from '#core/memory/shared-region.js'

const SHARED_BYTES = 2 ** 16

/** Two cores that know the same arrays, each by handles of its own. */
function twoCores() {
  const region = new SharedRegion(SHARED_BYTES, 2)
  const linear = region.allocateLinear(i32, 100)
  const symmetric = region.allocateSymmetric(i32, 10)
  return [0, 1].map((core) => {
    const heap = new CoreHeap(new ArrayBuffer(2 * SHARED_BYTES), { sharedBytes: SHARED_BYTES })
    const memory = new CoreMemory(core, heap)
    return {
      memory,
      array: memory.directory.addLinear(linear),
      symmetric: memory.directory.addSymmetric(symmetric),
    }
  })
}

/** The four slots that `send` has, of which the first `count` count. */
function slots(values: readonly unknown[]): [unknown, unknown, unknown, unknown] {
  return [values[0], values[1], values[2], values[3]]
}

test('numbers and handles arrive as the numbers and handles of the other core', (t) => {
  const [from, to] = twoCores()
  const object = new ObjectAddress(from!.memory.objects.put({}))
  const everywhere = new SymmetricObject(new SymmetricSlots().reserve())
  const arguments_ = fc.oneof(
    fc.double().map((value): { value: unknown; arrives: unknown } => ({ value, arrives: value })),
    fc.constantFrom(
      { value: from!.array, arrives: to!.array },
      { value: from!.symmetric, arrives: to!.symmetric },
      { value: object, arrives: object },
      { value: everywhere, arrives: everywhere },
    ),
  )
  fc.assert(
    fc.property(fc.array(arguments_, { maxLength: 4 }), fc.nat(3), (all, first) => {
      const given = all.map(({ value }) => value)
      const shape = shapeOf(all.length, ...slots(given))
      t.true(shape >= 0 && shape < 2 ** 12)
      t.is(
        shape === 0,
        given.every((value) => typeof value === 'number'),
      )
      const words = new Float64Array(8)
      for (const [i, word] of slots(given).map(wordOf).entries()) words[first + i] = word
      const arrived = valuesOf(to!.memory, shape, words, first, all.length)
      t.is(arrived.length, all.length)
      for (const [i, { arrives }] of all.entries()) {
        const value = arrived[i]
        if (arrives === to!.array || arrives === to!.symmetric) t.is(value, arrives)
        else t.deepEqual(value, arrives)
      }
    }),
  )
})

test('no two combinations of kinds have one shape', (t) => {
  const [from] = twoCores()
  const kinds = [
    1,
    from!.array,
    from!.symmetric,
    new ObjectAddress(from!.memory.objects.put({})),
    new SymmetricObject(new SymmetricSlots().reserve()),
  ]
  const shapes = kinds.flatMap((a) =>
    kinds.flatMap((b) => kinds.flatMap((c) => kinds.map((d) => shapeOf(4, a, b, c, d)))),
  )
  t.is(new Set(shapes).size, kinds.length ** 4)
})

test('anything else has no shape, wherever it stands', (t) => {
  for (const odd of ['text', 1n, true, null, undefined, {}, [], new Float64Array(1)]) {
    for (let place = 0; place < 4; place++) {
      const values: unknown[] = [1, 2, 3, 4]
      values[place] = odd
      t.is(shapeOf(4, ...slots(values)), -1)
      t.is(shapeOf(place, ...slots(values)), 0, 'what lies beyond the count does not count')
    }
  }
  t.is(shapeOf(5, 1, 2, 3, 4), -1)
})

test('a handle of something freed meanwhile is refused where it arrives', (t) => {
  const [from, to] = twoCores()
  const shape = shapeOf(2, from!.array, from!.symmetric, undefined, undefined)
  const words = Float64Array.of(wordOf(from!.array), wordOf(from!.symmetric))
  to!.memory.directory.removeSymmetric(from!.symmetric.id)
  t.throws(() => valuesOf(to!.memory, shape, words, 0, 2), { code: 'ORUJO_BAD_ADDRESS' })
})

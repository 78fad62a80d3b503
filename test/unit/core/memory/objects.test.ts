/**
 * Objects by slot: found at home, refused elsewhere and after release, never mistaken for others.
 */
import test from 'ava'
import fc from 'fast-check'
import { CoreMemory } from '#core/memory/directory.js'
import { twoDimensional } from '#core/memory/address.js'
import {
  ObjectAddress,
  ObjectTable,
  SymmetricObject,
  SymmetricSlots,
} from '#core/memory/objects.js'

const bad = { code: 'ORUJO_BAD_ADDRESS' }
const double = { code: 'ORUJO_DOUBLE_FREE' }

test('a value is found by its address until it is removed', (t) => {
  const table = new ObjectTable(3)
  const bag = [1, 2]
  const raw = table.put(bag)
  t.is(new ObjectAddress(raw).core, 3)
  t.is(table.get(raw), bag)
  t.is(table.remove(raw), bag)
  t.throws(() => table.get(raw), { ...bad, message: /released/ })
  t.throws(() => table.remove(raw), double)
  t.is(table.size, 0)
})

test('undefined is a value like others', (t) => {
  const table = new ObjectTable(0)
  const raw = table.put(undefined)
  t.is(table.get(raw), undefined)
  t.is(table.size, 1)
})

test('a stale address does not name the object that took the slot', (t) => {
  const table = new ObjectTable(0)
  const stale = table.put('old')
  table.remove(stale)
  const fresh = table.put('new')
  t.is(fresh % 2 ** 24, stale % 2 ** 24)
  t.throws(() => table.get(stale), bad)
  t.throws(() => table.remove(stale), double)
  t.is(table.get(fresh), 'new')
})

test('a slot whose generations are used up is not used again', (t) => {
  const table = new ObjectTable(0)
  const first = table.put(0)
  let last = first
  for (let use = 1; use < 2 ** 15; use++) {
    table.remove(last)
    last = table.put(use)
  }
  t.is(last % 2 ** 24, first % 2 ** 24)
  table.remove(last)
  const next = table.put('next')
  t.is(next % 2 ** 24, 1)
  t.throws(() => table.get(first), bad)
  t.is(table.get(next), 'next')
})

test('an address of another core, or none at all, is refused', (t) => {
  const table = new ObjectTable(1)
  const raw = table.put('here')
  const other = new ObjectTable(2)
  t.throws(() => other.get(raw), { ...bad, message: /core 2/ })
  t.throws(() => other.remove(raw), bad)
  for (const wrong of [0, 5, raw + 1, raw + 2 ** 24, raw + 2 ** 25, NaN, twoDimensional(1, 0)]) {
    t.throws(() => table.get(wrong), bad, `${wrong}`)
    t.throws(() => table.remove(wrong), bad, `${wrong}`)
  }
  t.is(table.get(raw), 'here')
})

test('tables agree with a plain map, whatever the order', (t) => {
  const steps = fc.array(fc.tuple(fc.boolean(), fc.nat()), { maxLength: 200 })
  fc.assert(
    fc.property(steps, (chosen) => {
      const table = new ObjectTable(7)
      const live = new Map<number, number>()
      const dead = new Set<number>()
      for (const [isPut, value] of chosen) {
        const victim = [...live.keys()][value % Math.max(1, live.size)]
        if (isPut || victim === undefined) {
          live.set(table.put(value), value)
        } else {
          t.is(table.remove(victim), live.get(victim))
          live.delete(victim)
          dead.add(victim)
        }
      }
      t.is(table.size, live.size)
      for (const [raw, value] of live) t.is(table.get(raw), value)
      for (const raw of dead) t.throws(() => table.get(raw), bad)
    }),
  )
})

test('a symmetric object is one value per core under one address', (t) => {
  const slots = new SymmetricSlots()
  const places = [0, 1, 2].map((core) => ({ memory: new CoreMemory(core) }))
  const raw = slots.reserve()
  for (const [core, { memory }] of places.entries()) memory.objects.putSymmetric(raw, { core })
  const object = new SymmetricObject<{ core: number }>(raw)
  for (const [core, place] of places.entries()) {
    t.deepEqual(object.local(place), { core })
    const address = object.on(core)
    t.is(address.core, core)
    t.is(address.local(place), object.local(place))
    t.is(place.memory.objects.size, 1)
  }
  t.throws(() => object.on(1).local(places[2]!), bad)
  t.true(object.on(1).equals(object.on(1)))
})

test('a symmetric object is removed from each core once and its slot released once', (t) => {
  const slots = new SymmetricSlots()
  const { objects } = new CoreMemory(0)
  const raw = slots.reserve()
  objects.putSymmetric(raw, 'old')
  t.throws(() => objects.putSymmetric(raw, 'again'), { code: 'ORUJO_INVARIANT' })
  t.is(objects.remove(raw), 'old')
  t.throws(() => objects.remove(raw), double)
  t.throws(() => objects.get(raw), bad)
  slots.release(raw)
  t.throws(() => slots.release(raw), double)
  const next = slots.reserve()
  t.not(next, raw)
  objects.putSymmetric(next, 'new')
  t.throws(() => objects.get(raw), bad)
  t.throws(() => objects.putSymmetric(raw, 'stale'), { code: 'ORUJO_INVARIANT' })
  t.is(objects.get(next), 'new')
  t.is(slots.size, 1)
})

test("own objects and symmetric ones do not get in each other's way", (t) => {
  const slots = new SymmetricSlots()
  const table = new ObjectTable(0)
  const own = table.put('own')
  const second = [slots.reserve(), slots.reserve()].at(-1)!
  table.putSymmetric(second, 'symmetric')
  t.is(table.get(own), 'own')
  t.is(table.get(second), 'symmetric')
  t.throws(() => table.putSymmetric(own, 'wrong'), { code: 'ORUJO_INVARIANT' })
  t.throws(() => slots.release(own), bad)
  t.throws(() => new SymmetricObject(own), bad)
  t.throws(() => new ObjectAddress(second), bad)
})

test('slots of symmetric objects run out with an error that says so', (t) => {
  const slots = new SymmetricSlots()
  for (let slot = 0; slot < 2 ** 16; slot++) slots.reserve()
  t.throws(() => slots.reserve(), {
    code: 'ORUJO_MEMORY_EXHAUSTED',
    message: /65536 for symmetric objects/,
  })
})

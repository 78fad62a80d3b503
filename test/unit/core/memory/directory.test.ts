/**
 * Directory and array handles: each endpoint finds its own part, and freed arrays stay freed.
 */
import test from 'ava'
import { CoreMemory } from '#core/memory/directory.js'
import { f64, i32, struct } from '#core/memory/element.js'
import type { GlobalArray, SymmetricArray } from '#core/memory/global-array.js'
import { CoreHeap } from '#core/memory/heap.js'
import { SharedRegion, type SymmetricDescription } from '#core/memory/shared-region.js'
import type { LinearDescription } from '#core/memory/linear-layout.js'

const bad = { code: 'ORUJO_BAD_ADDRESS' }
const SHARED_BYTES = 2 ** 16

interface Endpoint {
  readonly memory: CoreMemory
}

/** Cores that share one region, and the host as the last endpoint. */
function endpoints(cores: number): { region: SharedRegion; places: Endpoint[]; host: Endpoint } {
  const region = new SharedRegion(SHARED_BYTES, cores)
  const places = Array.from({ length: cores }, (_, core) => {
    const buffer = new SharedArrayBuffer(SHARED_BYTES * 2)
    return { memory: new CoreMemory(core, new CoreHeap(buffer, { sharedBytes: SHARED_BYTES })) }
  })
  return { region, places, host: { memory: new CoreMemory(cores) } }
}

function addLinear(to: Endpoint[], description: LinearDescription): GlobalArray[] {
  return to.map(({ memory }) => memory.directory.addLinear(structuredClone(description)))
}

function addSymmetric(to: Endpoint[], description: SymmetricDescription): SymmetricArray[] {
  return to.map(({ memory }) => memory.directory.addSymmetric(structuredClone(description)))
}

test('each core sees its own part of a linear array, and nothing else', (t) => {
  for (const cores of [1, 2, 3]) {
    for (const length of [0, 1, 15, 16, 17, 1000]) {
      const { region, places } = endpoints(cores)
      const arrays = addLinear(places, region.allocateLinear(i32, length))
      for (let index = 0; index < length; index++) {
        const home = arrays[0]!.home(index)
        const part = arrays[home]!.local(places[home]!) as Int32Array
        part[arrays[0]!.localIndex(index)]! += index + 1
      }
      for (const [core, array] of arrays.entries()) {
        const part = array.local(places[core]!) as Int32Array
        t.is(part.length, array.elementsOn(core))
        for (const [slot, value] of part.entries()) {
          t.is(value, array.globalIndex(core, slot) + 1)
        }
      }
    }
  }
})

test('a part is one view, however often it is asked for', (t) => {
  const { region, places } = endpoints(2)
  const [array] = addLinear(places, region.allocateLinear(i32, 100))
  t.is(array!.local(places[0]!), array!.local(places[0]!))
  t.is(array, places[0]!.memory.directory.array(array!.id))
})

test('a handle of another endpoint gives this core its own part', (t) => {
  const { region, places } = endpoints(2)
  const arrays = addLinear(places, region.allocateLinear(i32, 100))
  t.is(arrays[0]!.local(places[1]!), arrays[1]!.local(places[1]!))
  t.is(arrays[0]!.local(places[0]!), arrays[0]!.local(places[0]!))
})

test('the host knows an array but holds no part of it', (t) => {
  const { region, host } = endpoints(2)
  const [array] = addLinear([host], region.allocateLinear(f64, 100))
  t.is(array!.at(20).core, 0)
  t.throws(() => array!.local(host), { ...bad, message: /host holds no part/ })
  const [symmetric] = addSymmetric([host], region.allocateSymmetric(f64, 1))
  t.throws(() => symmetric!.local(host), { ...bad, message: /host holds no part/ })
})

test('a new array is zero although its memory was used before', (t) => {
  const { region, places } = endpoints(2)
  const [array] = addLinear(places, region.allocateLinear(f64, 100))
  const part = array!.local(places[0]!) as Float64Array
  part.fill(1)
  region.freeLinear(array!.id)
  for (const { memory } of places) memory.directory.removeLinear(array!.id)
  const [next] = addLinear(places, region.allocateLinear(f64, 100))
  const again = next!.local(places[0]!) as Float64Array
  t.is(again.byteOffset, part.byteOffset)
  t.true(again.every((value) => value === 0))
})

test('a freed array is refused by every way to use it', (t) => {
  const { region, places } = endpoints(1)
  const place = places[0]!
  const [array] = addLinear(places, region.allocateLinear(i32, 10))
  const address = array!.at(3)
  array!.local(place)
  place.memory.directory.removeLinear(array!.id)
  t.true(array!.isFreed)
  t.throws(() => array!.local(place), bad)
  t.throws(() => array!.at(0), bad)
  t.throws(() => address.check(), bad)
  t.throws(() => place.memory.directory.address(address.raw, i32), { ...bad, message: /freed/ })
  t.throws(() => place.memory.directory.array(array!.id), bad)
  t.throws(() => place.memory.directory.removeLinear(array!.id), bad)
})

test('a stale handle stays freed when its id lives again', (t) => {
  const { region, places } = endpoints(1)
  const description = region.allocateLinear(i32, 10)
  const [stale] = addLinear(places, description)
  places[0]!.memory.directory.removeLinear(1)
  const [fresh] = addLinear(places, description)
  t.throws(() => stale!.local(places[0]!), bad)
  t.false(fresh!.isFreed)
})

test('ids may come in any order, each once', (t) => {
  const { places } = endpoints(1)
  const { directory } = places[0]!.memory
  const shape = { base: 0, blockBytes: 64, type: 4, length: 1, cores: 1 }
  directory.addLinear({ ...shape, id: 4095 })
  directory.addLinear({ ...shape, id: 7 })
  t.is(directory.layout(4095).id, 4095)
  t.throws(() => directory.addLinear({ ...shape, id: 7 }), { code: 'ORUJO_INVARIANT' })
  for (const id of [0, 8, 4096, -1, NaN]) t.throws(() => directory.array(id), bad)
})

test('an address that came as a number finds its array', (t) => {
  const { region, places, host } = endpoints(3)
  const [array] = addLinear([...places, host], region.allocateLinear(i32, 100))
  for (const { memory } of [...places, host]) {
    const address = memory.directory.address(array!.at(77).raw, i32)
    t.is(address.core, array!.home(77))
    t.is(address.difference(array!.at(0)), 77)
  }
  const { directory } = host.memory
  t.notThrows(() => directory.address(array!.at(100).raw, i32))
  t.throws(() => directory.address(array!.at(100).raw + 4, i32), bad)
  t.throws(() => directory.address(12, i32), bad)
})

test('the part of an array of structs shows its fields in place', (t) => {
  const type = struct({ x: f64, y: i32 })
  const { region, places } = endpoints(2)
  const description = region.allocateLinear(type, 9)
  places[1]!.memory.directory.addLinear(description)
  const array = places[0]!.memory.directory.addLinear(description) as GlobalArray<typeof type>
  const part = array.local(places[0]!)
  const y = part.field('y')
  for (let slot = 0; slot < part.length; slot++) y.values[slot * y.stride] = slot
  t.deepEqual(part.get(4), { x: 0, y: 4 })
  t.is(part.length, 5)
})

test('a symmetric array is at one offset everywhere, with values of its own', (t) => {
  const { region, places } = endpoints(3)
  const arrays = addSymmetric(places, region.allocateSymmetric(f64, 4))
  for (const [core, array] of arrays.entries()) {
    ;(array.local(places[core]!) as Float64Array)[3] = core
  }
  for (const [core, place] of places.entries()) {
    t.is(place.memory.heap!.load(f64, arrays[0]!.on(core).plus(3).byteOffset), core)
    t.is(arrays[0]!.on(core).core, core)
    t.is(arrays[0]!.local(place), arrays[core]!.local(place))
  }
})

test('a freed symmetric array is refused, and its id is not used again', (t) => {
  const { region, places } = endpoints(1)
  const { directory } = places[0]!.memory
  const [array] = addSymmetric(places, region.allocateSymmetric(f64, 4))
  array!.local(places[0]!)
  region.freeSymmetric(array!.id)
  directory.removeSymmetric(array!.id)
  const [next] = addSymmetric(places, region.allocateSymmetric(f64, 4))
  t.is(next!.byteOffset, array!.byteOffset)
  t.true(array!.isFreed)
  t.throws(() => array!.local(places[0]!), bad)
  t.throws(() => array!.on(0), bad)
  t.throws(() => directory.symmetric(array!.id), bad)
  t.is(directory.symmetric(next!.id), next!)
})

test('without others a core reaches its own heap, and the host none', (t) => {
  const { places, host } = endpoints(2)
  const [first, second] = places.map(({ memory }) => memory)
  t.is(first!.bufferOf(0), first!.heap?.buffer)
  t.is(first!.bufferOf(1), undefined)
  t.is(second!.bufferOf(1), second!.heap?.buffer)
  t.is(host.memory.bufferOf(2), undefined)
})

test('the heap that a core is given must be the one that its locale has for it', (t) => {
  const [heap, other] = [0, 1].map((core) => {
    return new CoreHeap(new ArrayBuffer(SHARED_BYTES * 2), { sharedBytes: SHARED_BYTES, core })
  })
  const locale = { firstCore: 4, buffers: [other!.buffer, heap!.buffer] }
  t.is(new CoreMemory(5, heap, locale).bufferOf(4), other!.buffer)
  t.throws(() => new CoreMemory(4, heap, locale), { code: 'ORUJO_INVARIANT' })
})

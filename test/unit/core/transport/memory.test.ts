/** Memory transport: what it adds to the contract, the say of the caller over what arrives. */
import test from 'ava'
import { MemoryNetwork } from '#core/transport/memory.js'
import { chosen, delayed, immediate } from '../../../support/delivery.ts'
import { forEverySchedule } from '../../../support/schedule.ts'
import { lengthOf, put, take } from '../../../support/traffic.ts'

const LINK = { src: 0, dst: 1 }

/** A network of two and both ends of the link from 0 to 1. */
function makeLink(ringWords = 16) {
  const network = new MemoryNetwork(2, ringWords)
  const writer = network.transport(0).writers[1]!
  const reader = network.transport(1).readers[0]!
  return { network, writer, reader }
}

test('an endpoint has one end of the network, whoever asks', (t) => {
  const network = new MemoryNetwork(2, 16)
  t.is(network.transport(1), network.transport(1))
})

test('words, room and wake-ups are pending on the link that carries them', (t) => {
  const { network, writer, reader } = makeLink()
  const pending = () => network.pending().map(({ src, dst }) => `${src} to ${dst}`)
  t.deepEqual(pending(), [])
  put(writer, 0)
  t.deepEqual(pending(), [])
  writer.publish()
  t.deepEqual(pending(), ['0 to 1'])
  network.deliver(LINK)
  t.deepEqual(pending(), [])
  take(reader, 0)
  t.deepEqual(pending(), ['1 to 0'])
  network.transport(1).wake(1)
  t.deepEqual(pending(), ['1 to 0', '1 to 1'])
  network.deliverAll()
  t.deepEqual(pending(), [])
})

test('as many messages are delivered as are asked for', (t) => {
  const { network, writer, reader } = makeLink(64)
  let sent = 0
  while (put(writer, sent)) sent++
  writer.publish()
  network.deliver(LINK, 0)
  t.is(take(reader, 0), 0)
  network.deliver(LINK, 1)
  t.is(take(reader, 0), 1)
  network.deliver(LINK, 2)
  t.is(take(reader, 1), 3)
  network.deliver(LINK)
  t.is(take(reader, 3), sent)
})

test('a filler arrives with the message behind it', (t) => {
  const { network, writer, reader } = makeLink(8)
  let sent = 0
  let read = 0
  for (let step = 0; step < 200; step++) {
    while (put(writer, sent)) sent++
    writer.publish()
    network.deliver(LINK, 1)
    const next = take(reader, read)
    t.is(next, read + 1)
    read = next
    network.deliver({ src: 1, dst: 0 })
  }
})

test('a wake-up waits for the words that were published before it', async (t) => {
  const { network, writer, reader } = makeLink()
  const [src, dst] = [network.transport(0), network.transport(1)]
  dst.armPark()
  const parked = dst.park()
  put(writer, 0)
  put(writer, 1)
  writer.publish()
  src.wake(1)
  put(writer, 2)
  writer.publish()
  network.deliver(LINK, 1)
  t.true(network.isParked(1))
  network.deliver(LINK, 1)
  t.false(network.isParked(1))
  await parked
  t.is(take(reader, 0), 2)
  t.false(network.isQuiet())
})

test('a network is quiet when nothing is unpublished, under way or unread', (t) => {
  const { network, writer, reader } = makeLink()
  t.true(network.isQuiet())
  const acts = [
    () => put(writer, 0),
    () => writer.publish(),
    () => network.deliver(LINK),
    () => take(reader, 0),
  ]
  for (const act of acts) {
    act()
    t.false(network.isQuiet())
  }
  network.deliverAll()
  t.true(network.isQuiet())
  network.transport(0).wake(1)
  t.false(network.isQuiet())
  network.deliverAll()
  t.true(network.isQuiet())
})

test('a word changed after it was delivered does not change at the reader', (t) => {
  const { network, writer, reader } = makeLink()
  put(writer, 0)
  writer.publish()
  network.deliver(LINK)
  writer.f64.fill(-1)
  t.is(take(reader, 0), 1)
})

test('raw bytes arrive bit by bit, also those that are not a number', (t) => {
  const { network, writer, reader } = makeLink()
  const at = writer.reserve(2)
  const bytes = [0x00000002, 0x7ff80001, 0x12345678, -0x000fffff]
  writer.i32.set(bytes, 2 * at)
  writer.publish()
  network.deliver(LINK)
  reader.refresh()
  t.deepEqual([...reader.i32.subarray(0, 4)], bytes)
})

test('a loss or a close reaches everybody without delivery', async (t) => {
  const { network } = makeLink()
  const dst = network.transport(1)
  dst.armPark()
  const parked = dst.park()
  network.lose(0)
  await parked
  t.is(dst.lostEndpoint(), 0)
})

test('enumerated delivery reaches every order in which two links can arrive', (t) => {
  const orders = new Set<string>()
  forEverySchedule((schedule) => {
    const network = new MemoryNetwork(3, 16)
    const deliver = chosen(schedule)
    const reader = network.transport(2)
    const read = [0, 0]
    const seen: string[] = []
    for (const src of [0, 1]) {
      const writer = network.transport(src).writers[2]!
      put(writer, 0)
      put(writer, 1)
      writer.publish()
    }
    while (deliver(network)) {
      for (const src of [0, 1]) {
        const next = take(reader.readers[src]!, read[src]!)
        for (let message = read[src]!; message < next; message++) seen.push(`${src}${message}`)
        read[src] = next
      }
      // Room goes back at once: its order is not what is looked at.
      for (const dst of [0, 1]) network.deliver({ src: 2, dst })
    }
    t.is(seen.length, 4)
    orders.add(seen.join(' '))
  })
  t.is(orders.size, 6)
})

test('delayed delivery lets a link wait for its steps, and keeps its order', (t) => {
  const { network, writer, reader } = makeLink()
  const deliver = delayed(() => 2)
  put(writer, 0)
  writer.publish()
  t.true(deliver(network))
  put(writer, 1)
  writer.publish()
  t.true(deliver(network))
  t.is(take(reader, 0), 0)
  t.true(deliver(network))
  t.is(take(reader, 0), 2)
  immediate(network)
  t.false(deliver(network))
})

test('a message without a length is a caller bug that names its place', (t) => {
  const { network, writer } = makeLink()
  writer.i32[2 * writer.reserve(1)] = 0x10000
  writer.publish()
  t.throws(() => network.deliver(LINK, 1), { code: 'ORUJO_INVARIANT', message: /position 0/ })
})

test('message lengths of the traffic go from one word to half the ring', (t) => {
  const lengths = Array.from({ length: 100 }, (_, sequence) => lengthOf(sequence, 16))
  t.deepEqual([...new Set(lengths)].sort(), [1, 2, 3, 4, 5, 6, 7, 8])
})

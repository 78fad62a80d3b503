/**
 * Traffic: numbered messages whose length and content follow from their number, so that a reader
 * notices one that is lost, doubled, out of order or torn; and an endpoint's loop that exchanges
 * them with all others and parks whenever it can do nothing.
 */
import { frameHeader, frameOperation, frameWords } from '#core/transport/frame.js'
import type { RingReader, RingWriter } from '#core/transport/ring.js'
import { RUNNING, type Transport } from '#core/transport/transport.js'

/** Operation of all messages here; any but PAD would do. */
const OPERATION = 7

/** Words of message `sequence`: every length from 1 to half the ring, in no simple order. */
export function lengthOf(sequence: number, capacity: number): number {
  return 1 + ((sequence * 7 + (sequence >> 3)) % (capacity / 2))
}

/** Writes message `sequence` without publishing it; false if the ring is full. */
export function put(writer: RingWriter, sequence: number): boolean {
  const words = lengthOf(sequence, writer.capacity)
  const at = writer.reserve(words)
  if (at === -1) return false
  writer.i32[2 * at] = frameHeader(OPERATION, words)
  writer.i32[2 * at + 1] = sequence
  for (let word = 1; word < words; word++) writer.f64[at + word] = sequence + word / 1024
  return true
}

/** Reads and gives back all that has arrived; returns the number after the last message. */
export function take(reader: RingReader, sequence: number): number {
  let expected = sequence
  if (!reader.refresh()) return expected
  while (reader.head !== reader.tail) {
    checkMessage(reader, reader.position(), expected)
    reader.head = (reader.head + lengthOf(expected, reader.capacity)) | 0
    expected += 1
  }
  reader.release()
  return expected
}

function checkMessage(reader: RingReader, at: number, sequence: number): void {
  const header = reader.i32[2 * at]!
  const words = lengthOf(sequence, reader.capacity)
  const isWhole =
    frameOperation(header) === OPERATION &&
    frameWords(header) === words &&
    reader.i32[2 * at + 1] === sequence &&
    at + words <= reader.capacity
  if (!isWhole) throw new Error(`expected message ${sequence}, found ${reader.i32[2 * at + 1]}`)
  for (let word = 1; word < words; word++) {
    const found = reader.f64[at + word]
    if (found !== sequence + word / 1024) throw new Error(`message ${sequence} is torn: ${found}`)
  }
}

/**
 * Sends `messages` messages to every endpoint and receives as many from each; resolves with how
 * often it parked. Suspends whenever it can neither write nor read.
 */
export async function exchange(transport: Transport, messages: number): Promise<number> {
  const sent = transport.writers.map(() => 0)
  const received = transport.readers.map(() => 0)
  const isFinished = () => [...sent, ...received].every((count) => count === messages)
  let parks = 0
  while (!isFinished()) {
    if (turn(transport, messages, sent, received)) continue
    if (transport.state() !== RUNNING) throw new Error('the transport ended')
    transport.armPark()
    if (turn(transport, messages, sent, received) || transport.state() !== RUNNING) {
      transport.disarmPark()
      continue
    }
    const parked = transport.park()
    if (parked === undefined) continue
    parks += 1
    await parked
  }
  return parks
}

/** Writes what fits and reads what is there, and wakes whom that concerns. */
function turn(transport: Transport, messages: number, sent: number[], received: number[]): boolean {
  let isProgress = false
  for (let other = 0; other < transport.endpoints; other++) {
    const writer = transport.writers[other]!
    while (sent[other]! < messages && put(writer, sent[other]!)) sent[other]! += 1
    const read = take(transport.readers[other]!, received[other]!)
    const isNews = writer.publish() || read !== received[other]
    received[other] = read
    // The other end may wait for these words, or for the room that was given back.
    if (isNews) transport.wake(other)
    isProgress ||= isNews
  }
  return isProgress
}

/**
 * Threads transport: one shared-memory ring for every ordered pair of endpoints of one process, and
 * one doorbell for each endpoint.
 *
 * Shared words a state word (RUNNING, CLOSED, LOST) and the lost endpoint, written by the host
 *             only; rings and doorbells as their files say.
 * Ownership   the host makes the memory (`threadsMemory`) and passes it to every thread; it is
 *             freed when the last thread that holds it has gone.
 * Bounds      memory is endpoints^2 * ringBytes, lazily committed: only words once written count.
 * Shutdown    `closeThreads` or `loseEndpoint`, which ring every doorbell. Both are safe to repeat;
 *             the first to come decides.
 */
import { DOORBELL_INTS, Doorbell } from './doorbell.ts'
import { RING_CONTROL_INTS, RING_HEAD, RING_TAIL, RingReader, RingWriter } from './ring.ts'
import { CLOSED, LOST, RUNNING, type Transport } from './transport.ts'

const STATE = 0
const LOST_ENDPOINT = 1
/** State words fill one cache line pair before the doorbells begin. */
const STATE_INTS = 32

/** The shared memory behind one threads transport; can be posted to a thread as it is. */
export interface ThreadsMemory {
  readonly endpoints: number
  readonly ringWords: number
  readonly data: SharedArrayBuffer
  readonly control: SharedArrayBuffer
}

/** Memory for `endpoints` endpoints with rings of `ringWords` words, a power of two. */
export function threadsMemory(endpoints: number, ringWords: number): ThreadsMemory {
  const pairs = endpoints * endpoints
  const ints = STATE_INTS + endpoints * DOORBELL_INTS + pairs * RING_CONTROL_INTS
  return {
    endpoints,
    ringWords,
    data: new SharedArrayBuffer(pairs * ringWords * 8),
    control: new SharedArrayBuffer(ints * 4),
  }
}

export class ThreadsTransport implements Transport {
  readonly endpoint: number
  readonly endpoints: number
  readonly writers: readonly RingWriter[]
  readonly readers: readonly RingReader[]
  readonly #control: Int32Array
  readonly #doorbells: readonly Doorbell[]
  readonly #own: Doorbell

  constructor(memory: ThreadsMemory, endpoint: number) {
    const { endpoints } = memory
    const others = Array.from({ length: endpoints }, (_, other) => other)
    this.endpoint = endpoint
    this.endpoints = endpoints
    this.#control = new Int32Array(memory.control)
    this.#doorbells = doorbells(memory)
    this.#own = new Doorbell(this.#control, STATE_INTS + endpoint * DOORBELL_INTS)
    this.writers = others.map((dst) => new RingWriter(...ringMemory(memory, endpoint, dst)))
    this.readers = others.map(
      (src) => new RingReader(...ringMemory(memory, src, endpoint), () => this.wake(src)),
    )
  }

  wake(dst: number): void {
    this.#doorbells[dst]!.ring()
  }

  state(): number {
    return Atomics.load(this.#control, STATE)
  }

  lostEndpoint(): number {
    return this.state() === LOST ? Atomics.load(this.#control, LOST_ENDPOINT) : -1
  }

  armPark(): void {
    this.#own.arm()
  }

  disarmPark(): void {
    this.#own.disarm()
  }

  wantRoom(dst: number): void {
    this.writers[dst]!.wantRoom()
  }

  park(): Promise<unknown> | undefined {
    return this.#own.sleep()
  }
}

/** Host: tells every endpoint that the transport is closed. */
export function closeThreads(memory: ThreadsMemory): void {
  end(memory, CLOSED)
}

/** Host: tells every endpoint that `endpoint` is lost. */
export function loseEndpoint(memory: ThreadsMemory, endpoint: number): void {
  const control = new Int32Array(memory.control)
  if (Atomics.load(control, STATE) === RUNNING) Atomics.store(control, LOST_ENDPOINT, endpoint)
  end(memory, LOST)
}

/** Host: whether every word that was published has been read. */
export function areRingsEmpty(memory: ThreadsMemory): boolean {
  const control = new Int32Array(memory.control)
  const pairs = memory.endpoints ** 2
  const base = STATE_INTS + memory.endpoints * DOORBELL_INTS
  for (let pair = 0; pair < pairs; pair++) {
    const at = base + pair * RING_CONTROL_INTS
    if (Atomics.load(control, at + RING_TAIL) !== Atomics.load(control, at + RING_HEAD)) {
      return false
    }
  }
  return true
}

function end(memory: ThreadsMemory, state: number): void {
  Atomics.compareExchange(new Int32Array(memory.control), STATE, RUNNING, state)
  for (const doorbell of doorbells(memory)) doorbell.ring()
}

function doorbells(memory: ThreadsMemory): Doorbell[] {
  const control = new Int32Array(memory.control)
  return Array.from(
    { length: memory.endpoints },
    (_, endpoint) => new Doorbell(control, STATE_INTS + endpoint * DOORBELL_INTS),
  )
}

function ringMemory(memory: ThreadsMemory, src: number, dst: number): [Float64Array, Int32Array] {
  const pair = src * memory.endpoints + dst
  const base = (STATE_INTS + memory.endpoints * DOORBELL_INTS + pair * RING_CONTROL_INTS) * 4
  return [
    new Float64Array(memory.data, pair * memory.ringWords * 8, memory.ringWords),
    new Int32Array(memory.control, base, RING_CONTROL_INTS),
  ]
}

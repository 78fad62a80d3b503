/** The queue of one core: what the deque cannot hold waits in order, and thieves get it in time. */
import test from 'ava'
import fc from 'fast-check'
import { DequeOwner, DequeThief, dequeBytes } from '#core/task/deque.js'
import { TaskQueue } from '#core/task/task-queue.js'
import { FIRST_ARGUMENT, RECORD_WORDS, writeHead } from '#core/task/task-record.js'

const RECORDS = 4

interface Ends {
  readonly queue: TaskQueue
  readonly thief: DequeThief
}

function makeQueue(maxOverflow?: number): Ends {
  const memory = new SharedArrayBuffer(dequeBytes(RECORDS))
  const queue = new TaskQueue(new DequeOwner(memory, 0, RECORDS), maxOverflow)
  return { queue, thief: new DequeThief(memory, 0, RECORDS) }
}

function push(queue: TaskQueue, value: number): void {
  const at = queue.reserve()
  writeHead(queue.i32, at, 1, 0, value, 0, 1, -1)
  queue.f64[at + FIRST_ARGUMENT] = value
  queue.commit()
}

function pop(queue: TaskQueue): number | undefined {
  const at = queue.pop()
  return at < 0 ? undefined : queue.f64[at + FIRST_ARGUMENT]
}

/** What a thief takes goes to the bottom of a queue of its own. */
function steal(thief: DequeThief, most: number): number[] {
  const { queue } = makeQueue()
  thief.stealHalf(queue, most)
  const taken: number[] = []
  for (let value = pop(queue); value !== undefined; value = pop(queue)) taken.unshift(value)
  return taken
}

type Step = 'push' | 'pop' | 'refill' | number

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constant('push' as const) },
    { weight: 3, arbitrary: fc.constant('pop' as const) },
    { weight: 2, arbitrary: fc.constant('refill' as const) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 5 }) },
  ),
  { maxLength: 200 },
)

test('the owner takes the youngest, thieves the oldest, whatever has overflowed', (t) => {
  fc.assert(
    fc.property(steps, (list) => {
      const { queue, thief } = makeQueue()
      const model: number[] = []
      let next = 0
      for (const step of list) {
        if (step === 'push') {
          push(queue, next)
          model.push(next++)
        } else if (step === 'pop') t.is(pop(queue), model.pop())
        else if (step === 'refill') queue.refill()
        else {
          const taken = steal(thief, step)
          t.deepEqual(taken, model.splice(0, taken.length))
        }
        t.is(queue.size, model.length)
      }
    }),
  )
})

test('a thief takes half, rounded up, and at most as many as it asks for', (t) => {
  const { queue, thief } = makeQueue()
  for (let i = 0; i < 4; i++) push(queue, i)
  t.deepEqual(steal(thief, 1), [0])
  t.deepEqual(steal(thief, 10), [1, 2])
  t.deepEqual(steal(thief, 10), [3])
  t.deepEqual(steal(thief, 10), [])
})

test('what has overflowed moves up when half of the deque is free', (t) => {
  const { queue, thief } = makeQueue()
  for (let i = 0; i < 10; i++) push(queue, i)
  t.is(queue.visible, RECORDS)
  t.false(queue.isOpen)
  t.false(queue.refill())
  steal(thief, 2)
  t.true(queue.refill())
  t.is(queue.visible, RECORDS)
  t.deepEqual(steal(thief, 2), [2, 3])
})

test('an overflow beyond its bound is refused and leaves the queue as it was', (t) => {
  const { queue } = makeQueue(3)
  for (let i = 0; i < RECORDS + 3; i++) push(queue, i)
  t.throws(() => push(queue, 100), { code: 'ORUJO_OVERFLOW' })
  t.is(queue.size, RECORDS + 3)
  t.is(pop(queue), RECORDS + 2)
  push(queue, 100)
  t.is(pop(queue), 100)
})

test('a thousand records and more wait in the overflow, which grows', (t) => {
  const { queue } = makeQueue()
  for (let i = 0; i < 5000; i++) push(queue, i)
  for (let i = 4999; i >= 0; i--) t.is(pop(queue), i)
  t.is(pop(queue), undefined)
  t.is(RECORD_WORDS, 8, 'a record is a cache line')
})

/** Doorbell, driven from one thread. What happens between threads is in the model test. */
import test from 'ava'
import { DOORBELL_INTS, Doorbell } from '#core/transport/doorbell.js'

function makeDoorbells() {
  const words = new Int32Array(new SharedArrayBuffer(2 * DOORBELL_INTS * 4))
  return [new Doorbell(words, 0), new Doorbell(words, DOORBELL_INTS)] as const
}

test('a ring ends a sleep', async (t) => {
  const [doorbell] = makeDoorbells()
  doorbell.arm()
  const sleep = doorbell.sleep()
  doorbell.ring()
  t.is(await sleep, 'ok')
})

test('a ring between arming and sleeping keeps the owner awake', (t) => {
  const [doorbell] = makeDoorbells()
  doorbell.arm()
  doorbell.ring()
  t.is(doorbell.sleep(), undefined)
})

test('an owner that did not arm, or took it back, does not sleep', (t) => {
  const [doorbell] = makeDoorbells()
  t.is(doorbell.sleep(), undefined)
  doorbell.arm()
  doorbell.disarm()
  t.is(doorbell.sleep(), undefined)
})

test('ringing one doorbell leaves another alone', (t) => {
  const [doorbell, other] = makeDoorbells()
  doorbell.arm()
  other.ring()
  t.not(doorbell.sleep(), undefined)
  doorbell.ring()
})

test('every sleep is ended by one ring, again and again', async (t) => {
  const [doorbell] = makeDoorbells()
  for (let round = 0; round < 100; round++) {
    doorbell.arm()
    const sleep = doorbell.sleep()
    doorbell.ring()
    doorbell.ring()
    t.is(await sleep, 'ok')
  }
})

/** Header of a message: two numbers in one 32-bit half. */
import test from 'ava'
import fc from 'fast-check'
import {
  MAX_FRAME_WORDS,
  PAD,
  frameHeader,
  frameOperation,
  frameWords,
} from '#core/transport/frame.js'

test('a header gives back the operation and the length it was made of', (t) => {
  fc.assert(
    fc.property(
      fc.nat(0xffff),
      fc.integer({ min: 1, max: MAX_FRAME_WORDS }),
      (operation, words) => {
        const [stored] = Int32Array.of(frameHeader(operation, words))
        t.is(frameOperation(stored!), operation)
        t.is(frameWords(stored!), words)
      },
    ),
  )
})

test('no message has the header of a filler', (t) => {
  t.is(frameHeader(PAD, 0), PAD)
  t.not(frameHeader(PAD, 1), PAD)
  t.not(frameHeader(0xffff, MAX_FRAME_WORDS), PAD)
})

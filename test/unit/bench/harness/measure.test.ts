/**
 * Measuring a family: trials alternate, warm-up does not count, and subjects are always closed.
 */
import test from 'ava'
import type { MicroCase } from '#bench/harness/case.js'
import { measureFamily, nextScale } from '#bench/harness/measure.js'

const options = { trials: 2, warmups: 1, scale: 0.5, now: () => 0 }

/** A case that records what is done with it and counts its own trials as figures. */
function recordedCase(name: string, events: string[], failingTrial = 0): MicroCase {
  return {
    name,
    unit: 'M/s',
    better: 'more',
    open() {
      let trials = 0
      events.push(`open ${name}`)
      return {
        trial: async () => {
          events.push(name)
          trials++
          if (trials === failingTrial) throw new Error(`${name} is wrong`)
          return trials
        },
        close: async () => {
          events.push(`close ${name}`)
        },
      }
    },
  }
}

test('the cases of a family alternate, every other round backwards', async (t) => {
  const events: string[] = []
  await measureFamily([recordedCase('a', events), recordedCase('b', events)], options)
  const opens = ['open a', 'open b']
  t.deepEqual(events, [...opens, 'a', 'b', 'b', 'a', 'a', 'b', 'close a', 'close b'])
})

test('figures of the warm-up are thrown away', async (t) => {
  const [samples] = await measureFamily([recordedCase('a', [])], options)
  t.deepEqual(samples?.figures, [2, 3])
})

test('a failing trial ends the measurement and closes every subject', async (t) => {
  const events: string[] = []
  const family = [recordedCase('a', events), recordedCase('b', events, 1)]
  await t.throwsAsync(measureFamily(family, options), { message: 'b is wrong' })
  t.deepEqual(events.slice(-2), ['close a', 'close b'])
})

test('a trial that took too long makes the next one as much smaller', (t) => {
  t.is(nextScale(1, 5000, 1), 0.1)
})

test('trials grow back to their full size and not beyond it', (t) => {
  t.is(nextScale(0.1, 50, 1), 0.2)
  t.is(nextScale(0.8, 50, 1), 1)
  t.is(nextScale(0.5, 50, 0.5), 0.5)
})

test('a case is given the scale that its last trial calls for', async (t) => {
  const scales: number[] = []
  let nowMs = 0
  const slow: MicroCase = {
    name: 'slow',
    unit: 'M/s',
    better: 'more',
    open: () => ({
      trial: async (scale) => {
        scales.push(scale)
        nowMs += 4000 * scale
        return scale
      },
      close: async () => {},
    }),
  }
  await measureFamily([slow], { trials: 2, warmups: 1, scale: 1, now: () => nowMs })
  t.deepEqual(scales, [1, 0.125, 0.25])
})

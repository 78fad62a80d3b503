/**
 * Measuring a family: trials alternate, warm-up does not count, and subjects are always closed.
 */
import test from 'ava'
import type { MicroCase } from '#bench/harness/case.js'
import { measureFamily } from '#bench/harness/measure.js'

const options = { trials: 2, warmups: 1, scale: 0.5 }

/** A case that records what is done with it and counts its own trials as figures. */
function recordedCase(name: string, events: string[], failingTrial = 0): MicroCase {
  return {
    name,
    unit: 'M/s',
    better: 'more',
    open(scale) {
      let trials = 0
      events.push(`open ${name} ${scale}`)
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
  const opens = ['open a 0.5', 'open b 0.5']
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

/** Calls to every core: all are made, and all are waited for. */
import test from 'ava'
import { allEnded, onCores } from '#core/delegate/on-cores.js'
import { failure } from '../../../support/machine.ts'

test('a call that fails does not keep others from being made, or waited for', async (t) => {
  let end: (value: number) => void = () => undefined
  const last = new Promise<number>((resolve) => (end = resolve))
  const made: number[] = []
  const calls = onCores({ cores: 4 }, (dst) => {
    made.push(dst)
    if (dst === 1) throw new Error('at once')
    if (dst === 2) return Promise.reject(new Error('later'))
    return dst === 3 ? last : Promise.resolve(dst)
  })
  t.deepEqual(made, [0, 1, 2, 3])
  let isEnded = false
  const outcome = failure(() => allEnded(calls)).finally(() => (isEnded = true))
  for (let i = 0; i < 10; i++) await undefined
  t.false(isEnded)
  end(3)
  t.is((await outcome)?.message, 'at once')
})

test('values come in the order of the cores', async (t) => {
  t.deepEqual(await allEnded(onCores({ cores: 3 }, (dst) => Promise.resolve(2 * dst))), [0, 2, 4])
})

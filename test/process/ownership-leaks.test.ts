/** A runtime that closes in checked mode says what was never dropped, and where it was made. */
import test from 'ava'
import { launch } from '@orujo/core'
import * as program from '../support/programs/process/leaking.ts'

const url = new URL('../support/programs/process/leaking.js', import.meta.url)

/** What is said by a runtime that ran `leak`, event by event. */
async function saidBy(checked: boolean, count: number): Promise<string[]> {
  const runtime = await launch({ program: url, coresPerLocale: 2, log: 'event' })
  const said: string[] = []
  runtime.on('log', (line) => said.push(line))
  runtime.on('closed', () => said.push('closed'))
  await runtime.run(program.leak, checked, count)
  await runtime.close()
  return said
}

test('what was never dropped is named with its place before the runtime has closed', async (t) => {
  const said = await saidBy(true, 2)
  t.is(said.length, 4)
  t.is(said[3], 'closed')
  const place = String.raw`made at .*leaking\.[jt]s:\d+:\d+\)?`
  t.regex(
    said[0]!,
    new RegExp(String.raw`^\[core 0\] Never dropped: object 2 of core 0 \(f64\[8\]\), ${place}$`),
  )
  t.regex(said[1]!, /^\[core 0\] Never dropped: object 3 of core 0 /)
  t.regex(
    said[2]!,
    new RegExp(String.raw`^\[core 1\] Never dropped: object 1 of core 1 \(value\), ${place}$`),
  )
})

test('of many lost objects the first are named, and the others counted', async (t) => {
  const said = await saidBy(true, 100)
  t.is(said.length, 20 + 1 + 1 + 1)
  t.is(said[20], '[core 0] Never dropped: 80 objects more')
})

test('without checks nothing is said', async (t) => {
  t.deepEqual(await saidBy(false, 2), ['closed'])
})

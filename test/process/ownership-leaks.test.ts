/** A runtime that closes in checked mode says what was never dropped, and where it was made. */
import test from 'ava'
import { type Task, launch } from '@orujo/core'
import * as program from '../support/programs/process/leaking.ts'

const url = new URL('../support/programs/process/leaking.js', import.meta.url)

/** What is said by a runtime that ran a task, event by event. */
async function saidBy<A extends unknown[]>(main: Task<A, void>, ...args: A): Promise<string[]> {
  const runtime = await launch({ program: url, coresPerLocale: 2, log: 'event' })
  const said: string[] = []
  runtime.on('log', (line) => said.push(line))
  runtime.on('closed', () => said.push('closed'))
  await runtime.run(main, ...args)
  await runtime.close()
  return said
}

test('what was never dropped is named with its place before the runtime has closed', async (t) => {
  const said = await saidBy(program.leak, true, 2)
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
  const said = await saidBy(program.leak, true, 100)
  t.is(said.length, 20 + 1 + 1 + 1)
  t.is(said[20], '[core 0] Never dropped: 80 objects more')
})

test('without checks nothing is said', async (t) => {
  t.deepEqual(await saidBy(program.leak, false, 2), ['closed'])
})

test('what is no plain object, and was never dropped, is named', async (t) => {
  const said = await saidBy(program.leakThings, false)
  const place = / made at .*leaking\.[jt]s:\d+:\d+\)?$/
  t.is(said.at(-1), 'closed')
  for (const line of said.slice(0, -1)) t.regex(line, place)
  for (const name of ['a channel', 'an atomic f64', 'replicated']) {
    t.true(
      said.some((line) => line.startsWith(`[core 0] Never dropped: ${name}`)),
      name,
    )
  }
  for (const core of [0, 1]) {
    const ofCore = said.filter((line) => line.startsWith(`[core ${core}]`))
    t.is(ofCore.filter((line) => line.includes('(f64[64])')).length, 1, 'a part of the vector')
    t.true(ofCore.filter((line) => line.includes('(value)')).length >= 1, 'a bucket of the map')
  }
  t.is(said.filter((line) => line.includes('replicated')).length, 2)
})

test('of what was dropped nothing is said', async (t) => {
  t.deepEqual(await saidBy(program.leakThings, true), ['closed'])
})

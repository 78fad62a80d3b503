/** Scenarios about what appears on stderr, and when. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { launch } from '@orujo/core'
import { timer } from '../../timer.ts'
import { sayThenOccupy, talkEverywhere, talkHere } from './talk.ts'

const program = new URL('./talk.js', import.meta.url)
const main = fileURLToPath(new URL('./scenario-main.js', import.meta.url))

/** Says `count` lines on three cores and the host. */
export async function talk(count: number): Promise<void> {
  await using runtime = await launch({ program, coresPerLocale: 3, heapBytes: 2 ** 20 })
  await runtime.run(talkEverywhere, count)
  await runtime.host.call(talkHere, runtime.host.id, count)
}

/** Says a line and is busy for a while. For `talkAtOnce`. */
export async function talkAndOccupy(ms: number): Promise<void> {
  await using runtime = await launch({ program, coresPerLocale: 1, heapBytes: 2 ** 20 })
  await runtime.run(sayThenOccupy, ms)
}

/** Whether a line of a busy core can be read before the core is done. */
export async function talkAtOnce(): Promise<string> {
  const child = spawn(process.execPath, [main, 'talkAndOccupy', '[3000]'])
  const ended = once(child, 'exit')
  const said = once(child.stderr, 'data').then(([text]) => String(text).trim())
  const first = await Promise.race([said, ended.then(() => 'ended before it said anything')])
  const isBusy = child.exitCode === null
  child.kill()
  await ended
  return first === '[core 0] busy from now on' && isBusy ? 'said while busy' : first
}

/** Reads the lines of a talking process slowly; throws unless all come whole and in order. */
export async function talkToSlowReader(count: number): Promise<void> {
  const child = spawn(process.execPath, [main, 'talk', `[${count}]`])
  const closed = once(child, 'close')
  let text = ''
  child.stderr.setEncoding('utf8')
  child.stderr.on('data', (part: string) => {
    text += part
    child.stderr.pause()
    void timer(2).then(() => child.stderr.resume())
  })
  await closed
  const said = new Map<string, number>()
  for (const line of text.trimEnd().split('\n')) {
    const [, who = '?', number] = /^\[(.+)\] line (\d+) \{ of: 'many' \}$/.exec(line) ?? []
    const expected = said.get(who) ?? 0
    if (Number(number) !== expected) throw new Error(`${who} said ${line}, not ${expected}`)
    said.set(who, expected + 1)
  }
  const counts = [...said].map(([who, lines]) => `${who} ${lines}`).sort()
  const expected = ['core 0', 'core 1', 'core 2', 'host'].map((who) => `${who} ${count}`)
  if (counts.join() !== expected.join()) throw new Error(counts.join())
}

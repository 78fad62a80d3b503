/** Lines of `core.log` appear at once and in order. */
import test from 'ava'
import { launch } from '@orujo/core'
import { runScenario } from '../support/child.ts'
import { inTime } from '../support/deadline.ts'
import * as program from '../support/programs/process/talk.ts'

const url = new URL('../support/programs/process/talk.js', import.meta.url)

/** The numbers that each core has said, in the order of the lines. */
function saidBy(lines: readonly string[]): Map<string, number[]> {
  const said = new Map<string, number[]>()
  for (const line of lines) {
    const [, who = '', number] = /^\[(.+)\] line (\d+) \{ of: 'many' \}$/.exec(line) ?? []
    said.set(who, [...(said.get(who) ?? []), Number(number)])
  }
  return said
}

const COUNT = 500
const everyNumber = Array.from({ length: COUNT }, (_, number) => number)

test.serial(
  'lines reach stderr whole, in order per core, values as console.log shows them',
  async (t) => {
    const { code, stdout, stderr } = await runScenario('talk', [COUNT])
    t.is(code, 0, stderr)
    const said = saidBy(stderr.trimEnd().split('\n'))
    t.deepEqual([...said.keys()].sort(), ['core 0', 'core 1', 'core 2', 'host'])
    for (const [who, numbers] of said) t.deepEqual(numbers, everyNumber, who)
    t.is(stdout, 'null\n')
  },
)

test.serial('a line appears while its core is in a long synchronous section', async (t) => {
  const { stdout } = await runScenario('talkAtOnce', [])
  t.is(JSON.parse(stdout), 'said while busy')
})

test.serial("log: 'event' brings lines to the host, in order, also from a busy core", async (t) => {
  await using runtime = await launch({ program: url, coresPerLocale: 2, log: 'event' })
  const lines: string[] = []
  let heard: (line: string) => void = () => undefined
  const first = new Promise<string>((resolve) => (heard = resolve))
  runtime.on('log', (line) => {
    heard(line)
    lines.push(line)
  })
  let isOver = false
  const run = runtime.runWith({ core: 1 }, program.sayThenOccupy, 1000).then(() => (isOver = true))
  t.is(await inTime('a line', first), '[core 1] busy from now on')
  t.false(isOver)
  await run
  lines.length = 0
  await runtime.run(program.talkEverywhere, COUNT)
  for (const [who, numbers] of saidBy(lines)) t.deepEqual(numbers, everyNumber, who)
  t.is(lines.length, 2 * COUNT)
})

test.serial('a slow reader of stderr loses no line', async (t) => {
  const { code, stderr } = await runScenario('talkToSlowReader', [3000])
  t.is(code, 0, stderr)
  t.is(stderr, '')
})

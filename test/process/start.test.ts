/** `npm start` as a newcomer runs it: one whole tour in a real process, and its refusals. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import test from 'ava'
import { repositoryRoot } from '../support/repository.ts'

const main = join(repositoryRoot, 'apps', 'start', 'dist', 'main.js')

/** A deadline, not a measure: the tour may take a minute, and a loaded machine is slower. */
const TIMEOUT_MS = 110_000

interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

async function run(...args: string[]): Promise<Outcome> {
  return await new Promise((resolve) => {
    const options = { timeout: TIMEOUT_MS }
    const child = execFile(process.execPath, [main, ...args], options, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    )
  })
}

let tour: Outcome

test.before('the tour runs', async () => {
  tour = await run()
})

test('the tour ends well and prints nothing but its report', (t) => {
  t.is(tour.stderr, '')
  t.is(tour.code, 0)
})

test('piped output has no terminal sequences and no progress', (t) => {
  t.notRegex(tour.stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  t.notRegex(tour.stdout, /%/)
})

test('it says what runs where', (t) => {
  t.regex(tour.stdout, /4 cores, .*2 locales x 2 cores; Node v\d+\.\d+\.\d+; \d+ hardware threads/)
  t.true(tour.stdout.includes(`Node ${process.version};`))
})

test('the search over WordNet is the agreed one, and verified', (t) => {
  t.regex(tour.stdout, /vertices +117,791 /)
  t.regex(tour.stdout, /edges +378,203 /)
  t.regex(tour.stdout, /source +coffee, java\n/)
  t.regex(tour.stdout, /reached +115,579 /)
  t.regex(tour.stdout, /levels +15\n/)
  t.regex(tour.stdout, /time +[\d.]+ ms /)
  t.regex(tour.stdout, /verified +yes, all 5 trees/)
})

test('the chain leads from word to word, a relation each step, and is the shortest', (t) => {
  const [, chain = ''] = /from 'coffee' to 'jazz'\n([^]*?)\n\n/.exec(tour.stdout) ?? []
  const lines = chain.split('\n')
  const summary = lines.pop()
  t.is(summary, '  6 steps, the fewest for any of 20 pairs of senses: verified')
  t.is(lines.length, 7)
  t.regex(lines[0]!, /^ +coffee/)
  for (const line of lines.slice(1)) t.regex(line, /^ {2}(<- )?[a-z][a-z ]+ {2}\S/)
  t.regex(lines.at(-1)!, / {2}jazz {2}/)
})

test('the counter is exact, by blocking and by one-way delegates', (t) => {
  t.regex(tour.stdout, /blocking delegates .* 200,000: exact, +[\d,]+ a second/)
  t.regex(tour.stdout, /one-way delegates .* 4,000,000: exact, +[\d,]+ a second/)
})

test('the table holds a rate and a factor for each way to reach a thread', (t) => {
  const cells = String.raw`│ +[\d,]+ │ +[\d.,]+ │`
  for (const name of ['postMessage', 'Comlink call', 'Piscina run']) {
    t.regex(tour.stdout, new RegExp(String.raw`│ ${name} +${cells} +[\d.,]+ x as fast │`))
  }
  t.is(tour.stdout.match(new RegExp(String.raw`│ Orujo (send|call) +${cells} +│`, 'g'))?.length, 3)
})

test('it ends with what to try next', (t) => {
  const [, next = ''] = /What to try next\n([^]*)$/.exec(tour.stdout) ?? []
  for (const hint of ['npm run graph -- ', 'npm run bench -- micro', 'README.md']) {
    t.true(next.includes(hint), hint)
  }
})

const REFUSALS: readonly (readonly [what: string, args: readonly string[], message: RegExp])[] = [
  ['a word near others', ['cofee', 'jazz'], /^error: .* no word 'cofee'; did you mean 'coffee'/],
  ['a word near none', ['coffee', 'zzzzqzzzz'], /^error: WordNet has no word 'zzzzqzzzz'\n$/],
  ['one word alone', ['coffee'], /^error: which other word/],
  ['a third word', ['coffee', 'jazz', 'tea'], /^error: too many arguments/],
]

for (const [what, args, message] of REFUSALS) {
  test(`${what} is refused in one line, with exit code 1`, async (t) => {
    const { code, stdout, stderr } = await run(...args)
    t.is(code, 1)
    t.is(stdout, '')
    t.regex(stderr, message)
    t.is(stderr.trimEnd().split('\n').length, 1)
  })
}

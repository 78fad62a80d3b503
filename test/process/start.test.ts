/** `npm start` as a newcomer runs it: one whole tour in a real process, and its refusals. */
import test from 'ava'
import { type AppOutcome, checkRefused, runApp } from '../support/app.ts'

/** A deadline, not a measure: the tour may take a minute, and a loaded machine is slower. */
const TIMEOUT_MS = 110_000

function run(...args: string[]): Promise<AppOutcome> {
  return runApp('start', args, { deadlineMs: TIMEOUT_MS })
}

/** One tour for all tests: it takes a while. */
const touring = run()

test('the tour ends well and prints nothing but its report', async (t) => {
  const { code, stderr } = await touring
  t.is(stderr, '')
  t.is(code, 0)
})

test('piped output has no terminal sequences and no progress', async (t) => {
  const { stdout } = await touring
  t.notRegex(stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  t.notRegex(stdout, /%/)
})

test('it says what runs where', async (t) => {
  const { stdout } = await touring
  t.regex(stdout, /4 cores, .*2 locales x 2 cores; Node v\d+\.\d+\.\d+; \d+ hardware threads/)
  t.true(stdout.includes(`Node ${process.version};`))
})

test('the search over WordNet is the agreed one, and verified', async (t) => {
  const { stdout } = await touring
  t.regex(stdout, /vertices +117,791 /)
  t.regex(stdout, /edges +378,203 /)
  t.regex(stdout, /source +coffee, java\n/)
  t.regex(stdout, /reached +115,579 /)
  t.regex(stdout, /levels +15\n/)
  t.regex(stdout, /time +[\d.]+ ms /)
  t.regex(stdout, /verified +yes, all 5 trees/)
})

test('the chain leads from word to word, a relation each step, and is the shortest', async (t) => {
  const { stdout } = await touring
  const [, chain = ''] = /from 'coffee' to 'jazz'\n([^]*?)\n\n/.exec(stdout) ?? []
  const lines = chain.split('\n')
  const summary = lines.pop()
  t.is(summary, '  6 steps, the fewest for any of 20 pairs of senses: verified')
  t.is(lines.length, 7)
  t.regex(lines[0]!, /^ +coffee/)
  for (const line of lines.slice(1)) t.regex(line, /^ {2}(<- )?[a-z][a-z ]+ {2}\S/)
  t.regex(lines.at(-1)!, / {2}jazz {2}/)
})

test('the counter is exact, by blocking and by one-way delegates', async (t) => {
  const { stdout } = await touring
  t.regex(stdout, /blocking delegates .* 200,000: exact, +[\d,]+ a second/)
  t.regex(stdout, /one-way delegates .* 4,000,000: exact, +[\d,]+ a second/)
})

test('the table holds a rate and a factor for each way to reach a thread', async (t) => {
  const { stdout } = await touring
  const cells = String.raw`│ +[\d,]+ │ +[\d.,]+ │`
  for (const name of ['postMessage', 'Comlink call', 'Piscina run']) {
    t.regex(stdout, new RegExp(String.raw`│ ${name} +${cells} +[\d.,]+ x as fast │`))
  }
  t.is(stdout.match(new RegExp(String.raw`│ Orujo (send|call) +${cells} +│`, 'g'))?.length, 3)
})

test('it ends with what to try next', async (t) => {
  const { stdout } = await touring
  const [, next = ''] = /What to try next\n([^]*)$/.exec(stdout) ?? []
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
    checkRefused(t, await run(...args), message)
  })
}

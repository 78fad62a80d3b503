/** How programs are cut out of a README: on literal text, so that the cutter itself is tested. */
import test from 'ava'
import { compileProgram, runProgram, writeProgram } from '../support/snippet-runner.ts'
import { extractPrograms, matchesOutput } from '../support/snippets.ts'

const fence = '```'

/** A README: blocks of `[language, ...lines]` between lines of prose. */
function readme(...parts: readonly (string | readonly [string, ...string[]])[]): string {
  return parts
    .map((part) => {
      if (typeof part === 'string') return part
      const [language, ...lines] = part
      return [fence + language, ...lines, fence].join('\n')
    })
    .join('\n\n')
}

test('named blocks up to index.ts make one runnable program', (t) => {
  const text = readme(
    'First',
    ['ts', '// program.ts', 'export const a = 1'],
    ['ts', 'not.named()'],
    ['sh', 'npm ci'],
    ['ts', '// index.ts', "import { a } from './program.ts'", 'console.log(a)'],
  )
  t.deepEqual(extractPrograms(text), [
    {
      line: 16,
      isRunnable: true,
      output: undefined,
      files: [
        { name: 'program.ts', text: '// program.ts\nexport const a = 1\n' },
        {
          name: 'index.ts',
          text: "// index.ts\nimport { a } from './program.ts'\nconsole.log(a)\n",
        },
      ],
    },
  ])
})

test('a second index.ts starts a second program, which sees the earlier files', (t) => {
  const programs = extractPrograms(
    readme(
      ['ts', '// program.ts', '1'],
      ['ts', '// index.ts', '2'],
      ['ts', '// more.ts', '3'],
      ['ts', '// index.ts', '4'],
    ),
  )
  const names = programs.map(({ files }) => files.map(({ name }) => name))
  t.deepEqual(names, [
    ['program.ts', 'index.ts'],
    ['program.ts', 'more.ts', 'index.ts'],
  ])
  t.is(programs[1]?.files[2]?.text, '// index.ts\n4\n')
})

test('files without an index.ts are a program that is only compiled', (t) => {
  const [first, second] = extractPrograms(
    readme(['ts', '// program.ts', '1'], ['ts', '// program.ts', '2']),
  )
  t.false(first?.isRunnable)
  t.deepEqual(second?.files, [{ name: 'program.ts', text: '// program.ts\n2\n' }])
})

test('the marked block after a program is its output, without the command typed', (t) => {
  const [program] = extractPrograms(
    readme(['ts', '// index.ts', '1'], '<!-- output -->', ['console', '$ node index.js', 'hello']),
  )
  t.is(program?.output, 'hello')
})

test('an output block that follows no program is refused with its line', (t) => {
  const text = readme('<!-- output -->', ['text', 'hello'])
  t.throws(() => extractPrograms(text), { message: /^line 3: an output block must follow/ })
})

test('a block that is never closed is refused with its line', (t) => {
  const text = `one\n${fence}ts\n// index.ts`
  t.throws(() => extractPrograms(text), { message: /^line 2: this code block is never closed/ })
})

test('… in a promised output stands for anything within one line', (t) => {
  t.true(matchesOutput('took 12.3 ms  \ndone\n', 'took … ms\ndone'))
  t.false(matchesOutput('took 12.3 ms\nmore\ndone\n', 'took …\ndone'))
  t.false(matchesOutput('a.c', 'abc'))
  t.false(matchesOutput('abc', 'a.c'))
})

test('a program is compiled with the options of this repository, then run', async (t) => {
  const [program] = extractPrograms(
    readme(
      ['ts', '// program.ts', 'export const answer: number = 42'],
      ['ts', '// index.ts', "import { answer } from './program.ts'", 'console.log(answer)'],
    ),
  )
  const folder = writeProgram(program!, 'example')
  t.is(compileProgram(program!, folder), '')
  t.deepEqual(await runProgram(folder), { exitCode: 0, stdout: '42\n', stderr: '' })
})

test('a program that the strict options refuse is reported with file and line', (t) => {
  const [program] = extractPrograms(
    readme(['ts', '// index.ts', 'const first: number = [1][0]', 'console.log(first)']),
  )
  const folder = writeProgram(program!, 'refused')
  t.regex(compileProgram(program!, folder), /^index\.ts\(2,7\): error TS2322/)
})

test('a program that fails is reported with its exit code', async (t) => {
  const [program] = extractPrograms(readme(['ts', '// index.ts', "throw new Error('no luck')"]))
  const folder = writeProgram(program!, 'failing')
  compileProgram(program!, folder)
  const { exitCode, stderr } = await runProgram(folder)
  t.is(exitCode, 1)
  t.regex(stderr, /no luck/)
})

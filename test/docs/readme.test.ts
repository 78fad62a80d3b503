/** Every program printed in a README compiles, runs and prints what the README says. */
import test from 'ava'
import { listFiles, readText } from '../support/repository.ts'
import { compileProgram, runProgram, writeProgram } from '../support/snippet-runner.ts'
import { extractPrograms, matchesOutput } from '../support/snippets.ts'

const readmes = listFiles('', /^(README|(packages|apps)\/[^/]+\/README)\.md$/)

for (const readme of readmes) {
  const slug = readme.replace(/\/?README\.md$/, '').replace('/', '-') || 'root'

  for (const program of extractPrograms(readText(readme))) {
    const verb = program.isRunnable ? 'runs' : 'compiles'
    // Compiling blocks this thread: beside others, a program's deadline would pass unheard.
    test.serial(
      `the program at line ${program.line} of ${readme} ${verb} as printed`,
      async (t) => {
        t.timeout(120_000)
        const folder = writeProgram(program, `${slug}-${program.line}`)
        t.is(compileProgram(program, folder), '')
        if (!program.isRunnable) return
        const { exitCode, stdout, stderr } = await runProgram(folder)
        t.is(exitCode, 0, stderr)
        const { output } = program
        if (output === undefined || matchesOutput(stdout, output)) return
        t.is(stdout.trim(), output.trim(), 'it prints something else than the README says')
      },
    )
  }
}

test('README.md prints a complete program of at most 25 lines', (t) => {
  t.true(readmes.includes('README.md'), 'there is no README.md')
  const [program] = extractPrograms(readText('README.md')).filter(({ isRunnable }) => isRunnable)
  t.truthy(program, 'README.md has no runnable program: mark a block with // index.ts')
  const lines = program!.files.flatMap(({ text }) => text.trimEnd().split('\n'))
  t.true(lines.length <= 25, `its first program has ${lines.length} lines`)
})

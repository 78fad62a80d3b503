/** A program that cannot be run is one readable error that says what to do, and leaves nothing. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import test, { type ExecutionContext } from 'ava'
import { type LaunchOptions, type OrujoCode, OrujoError, launch } from '@orujo/core'
import { type ChildOutcome, runScenario } from '../support/child.ts'
import { inTime } from '../support/deadline.ts'

/** Programs are written here, because they are wrong in ways that no compiler lets pass. */
const folder = mkdtempSync(join(tmpdir(), 'orujo-programs-'))
const core = JSON.stringify(import.meta.resolve('@orujo/core'))
const internal = JSON.stringify(import.meta.resolve('@orujo/core/internal'))
test.after.always(() => rmSync(folder, { recursive: true }))

function write(name: string, text: string): URL {
  const path = join(folder, name)
  writeFileSync(path, text)
  return pathToFileURL(path)
}

async function refused(
  t: ExecutionContext,
  code: OrujoCode,
  program: LaunchOptions['program'],
  options: Partial<LaunchOptions> = {},
): Promise<OrujoError> {
  const launching = launch({ program, coresPerLocale: 2, heapBytes: 2 ** 20, ...options })
  const error = await t.throwsAsync(inTime('launch', launching), { instanceOf: OrujoError })
  t.is(error.code, code)
  t.notRegex(error.message, /undefined|\[object/)
  return error
}

test.serial('a program that does not exist', async (t) => {
  const url = pathToFileURL(join(folder, 'no such program.js'))
  const { message } = await refused(t, 'ORUJO_PROGRAM', url)
  t.is(
    message,
    `There is no program module at ${url.href}. ` +
      'Check launch({ program }); a path is relative to import.meta.url.',
  )
})

test.serial('a program that imports a module that does not exist names that one', async (t) => {
  const url = write('importer.js', "import './missing.js'\n")
  const { message } = await refused(t, 'ORUJO_PROGRAM', url)
  t.true(message.startsWith(`The program module ${url.href} failed to load: Error`))
  t.regex(message, /missing\.js' imported from .*importer\.js/)
})

test.serial('a directory', async (t) => {
  mkdirSync(join(folder, 'directory'))
  const { message } = await refused(t, 'ORUJO_PROGRAM', pathToFileURL(join(folder, 'directory')))
  t.regex(message, /directory is a directory. Name the module file itself in launch/)
})

test.serial('a syntax error says how to see its line', async (t) => {
  const url = write('syntax.mjs', 'export const a = 1\nexport const = 2\n')
  const { message, cause } = await refused(t, 'ORUJO_PROGRAM', url)
  t.regex(message, /failed to load: SyntaxError: .*\. To see where, run: node .*syntax\.mjs$/)
  t.true(cause instanceof SyntaxError)
})

test.serial(
  'an import of a name that is not exported is told with its file and line',
  async (t) => {
    write('exporter.mjs', 'export const a = 1\n')
    const url = write(
      'importer-of-b.mjs',
      "\nimport { b } from './exporter.mjs'\nexport const c = b\n",
    )
    const { message } = await refused(t, 'ORUJO_PROGRAM', url)
    t.regex(message, /does not provide an export named 'b' \(file:.*importer-of-b\.mjs:2\)$/)
  },
)

test.serial('a program that throws while it loads', async (t) => {
  const url = write('throws.mjs', "throw new RangeError('not today')\n")
  const { message, cause } = await refused(t, 'ORUJO_PROGRAM', url)
  t.is(message, `The program module ${url.href} failed to load: RangeError: not today`)
  t.true(cause instanceof RangeError)
  t.regex((cause as RangeError).stack ?? '', /throws\.mjs:1/)
})

for (const thrown of ['undefined', 'null', "'text'", '{ why: 1 }', 'Symbol("x")']) {
  test.serial(`a program that throws ${thrown} while it loads`, async (t) => {
    const url = write(`throws-${thrown.replace(/\W/g, '')}.mjs`, `throw ${thrown}\n`)
    const launching = launch({ program: url, coresPerLocale: 2 })
    const error = await t.throwsAsync(inTime('launch', launching), { code: 'ORUJO_PROGRAM' })
    t.regex(error.message, /failed to load: it threw (undefined|null|'text'|\{ why: 1 \}|Symbol)/)
  })
}

test.serial('a program that throws on the cores only says on which', async (t) => {
  const text = `import { isMainThread } from 'node:worker_threads'
    if (!isMainThread) throw new TypeError('only here')\n`
  const error = await refused(t, 'ORUJO_PROGRAM', write('throws-there.mjs', text))
  t.regex(error.message, /failed to load: TypeError: only here/)
  t.true(error.core === 0 || error.core === 1)
  t.is((error.cause as Error).name, 'TypeError')
})

test.serial('a program that waits at top level for ever', async (t) => {
  const url = write('waits.mjs', 'await new Promise(() => undefined)\n')
  const options = { launchTimeoutMs: 1500 }
  const { message } = await refused(t, 'ORUJO_PROGRAM', url, options)
  t.regex(
    message,
    /was not loaded within 1500 ms, by: the host, core 0, core 1\. Does a module wait/,
  )
})

test.serial('a program that waits for ever on the cores only', async (t) => {
  const text = `import { isMainThread } from 'node:worker_threads'
    if (!isMainThread) await new Promise(() => undefined)\n`
  const options = { launchTimeoutMs: 1500 }
  const { message } = await refused(t, 'ORUJO_PROGRAM', write('waits-there.mjs', text), options)
  t.regex(message, /by: core 0, core 1\./)
})

test.serial('a program that ends its thread while it loads', async (t) => {
  const text = `import { isMainThread } from 'node:worker_threads'
    if (!isMainThread) process.exit(7)\n`
  const error = await refused(t, 'ORUJO_CORE_LOST', write('exits.mjs', text))
  t.regex(error.message, /^Core [01] was lost: .*code: 7/)
})

test.serial(
  'a program that launches while it loads does not start runtimes without end',
  async (t) => {
    const text = `import { launch, task } from ${core}
    export const main = task('main', async () => 1)
    export const runtime = await launch({ program: import.meta.url, coresPerLocale: 2 })\n`
    const { message } = await refused(t, 'ORUJO_PROGRAM', write('nests.mjs', text))
    t.regex(message, /launch\(\) was called while a core loads its program/)
  },
)

const DIFFERENCES: Readonly<Record<string, readonly [text: string, found: RegExp]>> = {
  lacks: ["if (isMainThread) list.push(delegate('b', () => 1))", /core [01] lacks delegate b\./],
  'also has': ["if (!isMainThread) list.push(task('c', () => 1))", /core [01] also has task c\./],
  'has another body of': [
    "list.push(isMainThread ? delegate('d', () => 1) : delegate('d', () => 2))",
    /the bodies differ of delegate d\./,
  ],
}

for (const [what, [text, found]] of Object.entries(DIFFERENCES)) {
  test.serial(`a core that ${what} a definition is told apart by its name`, async (t) => {
    const program = `import { isMainThread } from 'node:worker_threads'
      import { delegate, task } from ${core}
      export const list = [delegate('a', () => 0)]
      ${text}\n`
    const url = write(`differs-${what.replaceAll(' ', '-')}.mjs`, program)
    const error = await refused(t, 'ORUJO_UNKNOWN_DEFINITION', url)
    t.regex(error.message, /^The host and core [01] loaded different programs: /)
    t.regex(error.message, found)
    t.regex(error.message, /do not define or export them depending on isMainThread/)
  })
}

/** Two classes and, by `tags`, an extension of each. */
function writeExtensions(name: string, tags: readonly [string, string]): URL {
  const made = ['Leaf', 'Stem'].map(
    (of, i) => `class ${of} {}
    if ((${tags[i]}) !== undefined) list.push(codecExtension({ tag: ${tags[i]},
      prototype: ${of}.prototype, encode() {}, decode: () => new ${of}() }))`,
  )
  return write(
    name,
    `import { isMainThread } from 'node:worker_threads'
    import { codecExtension } from ${internal}
    export const list = []
    ${made.join('\n')}\n`,
  )
}

test.serial('a core that lacks a codec extension is told apart by its tag and class', async (t) => {
  const url = writeExtensions('differs-in-tags.mjs', ['1', 'isMainThread ? 2 : undefined'])
  const { message } = await refused(t, 'ORUJO_UNKNOWN_DEFINITION', url)
  t.regex(message, /core [01] lacks codec extension 2 of Stem\./)
})

test.serial('two codec extensions of one tag', async (t) => {
  const { message } = await refused(t, 'ORUJO_PROGRAM', writeExtensions('tags.mjs', ['9', '9']))
  t.regex(message, /^Two codec extensions have the tag 9: of Leaf and of Stem\. Give one of them/)
})

test.serial('two definitions of one name in a module', async (t) => {
  const text = `import { delegate, task } from ${core}
    export const a = delegate('same.name', () => 1)
    export const b = task('same.name', async () => 1)\n`
  const url = write('twice.mjs', text)
  const { message, definition } = await refused(t, 'ORUJO_DUPLICATE_DEFINITION', url)
  t.true(message.startsWith(`Two definitions are named 'same.name', in ${url.href}.`))
  t.regex(message, /rename one of them/)
  t.is(definition, 'same.name')
})

test.serial('two definitions of one name in two modules name both', async (t) => {
  const text = `import { delegate } from ${core}\nexport const a = delegate('same.name', () => 1)\n`
  const urls = [write('first.mjs', text), write('second.mjs', text)]
  const { message } = await refused(t, 'ORUJO_DUPLICATE_DEFINITION', urls)
  t.true(message.includes(`one in ${urls[0]!.href}, one in ${urls[1]!.href}.`))
})

test.serial('a name that Orujo has taken', async (t) => {
  const text = `import { task } from ${core}\nexport const a = task('orujo.meet', async () => 1)\n`
  const { message } = await refused(t, 'ORUJO_DUPLICATE_DEFINITION', write('taken.mjs', text))
  t.regex(message, /'orujo\.meet', one in Orujo itself, one in file:/)
})

test.serial('one definition that two modules export is one', async (t) => {
  const first = write(
    'origin.mjs',
    `import { delegate } from ${core}
    export const one = delegate('one', () => 1)\n`,
  )
  const second = write(
    'again.mjs',
    "export { one } from './origin.mjs'\nexport * as all from './origin.mjs'\n",
  )
  const runtime = await launch({ program: [first, second], coresPerLocale: 1 })
  await t.notThrowsAsync(runtime.close())
})

test.serial('TypeScript that this Node cannot load', async (t) => {
  const url = write('program.ts', 'export const one: number = 1\n')
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 18)) {
    const runtime = await launch({ program: url, coresPerLocale: 1 })
    await t.notThrowsAsync(runtime.close())
    return
  }
  const { message } = await refused(t, 'ORUJO_PROGRAM', url)
  t.regex(
    message,
    /This Node cannot load .*program\.ts as it is\. Compile it to JavaScript, use Node/,
  )
  t.regex(message, /launch\(\{ execArgv: \['--import', 'tsx'\] \}\)/)
})

const LEFTOVERS: Readonly<Record<string, string>> = {
  'does not exist': 'gone.mjs',
  'throws on every thread': 'bad.mjs',
  'waits for ever on the cores': 'stuck.mjs',
  'ends its threads': 'dead.mjs',
}

for (const [what, name] of Object.entries(LEFTOVERS)) {
  test.serial(`a process ends by itself after a program that ${what}`, async (t) => {
    const isThread = "import { isMainThread } from 'node:worker_threads'\nif (!isMainThread) "
    write('bad.mjs', "throw new Error('bad')\n")
    write('stuck.mjs', `${isThread}await new Promise(() => undefined)\n`)
    write('dead.mjs', `${isThread}process.exit(9)\n`)
    const url = pathToFileURL(join(folder, name)).href
    const options = { program: url, launchTimeoutMs: 3000 }
    const { code, stdout, stderr }: ChildOutcome = await runScenario('launchRejection', [options])
    t.is(code, 0, stderr)
    t.regex(stdout, /^"ORUJO_(PROGRAM|CORE_LOST) /)
    t.is(stderr, '')
  })
}

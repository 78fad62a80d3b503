/**
 * House style, the rules marked [tidy]. Each rule is tried on a few literal lines, some of which it
 * must refuse, before it is applied to the repository: a check that cannot fail is not there.
 */
import test from 'ava'
import { listFiles, readText } from './support/repository.ts'
import * as files from './support/tidy/files.ts'
import * as imports from './support/tidy/imports.ts'
import { type Rule, applyRule, describeFindings, parseSource } from './support/tidy/source.ts'
import * as state from './support/tidy/state.ts'
import * as syntax from './support/tidy/syntax.ts'
import * as time from './support/tidy/time.ts'

/** Sources by path. */
type Example = Readonly<Record<string, string>>

interface Trial {
  /** Examples, each with the places (`path:line`) at which the rule must find a breach. */
  readonly refused: readonly (readonly [Example, ...string[]])[]
  readonly accepted: readonly Example[]
}

const paths = listFiles('', /^((packages|apps|test|bench|scripts)\/.*\.ts|[^/]+\.js)$/)
const repository = paths.map((path) => parseSource(path, readText(path)))

function house(title: string, rule: Rule, { refused, accepted }: Trial): void {
  const check = (example: Example) => {
    return applyRule(
      rule,
      Object.entries(example).map(([path, text]) => parseSource(path, text)),
    )
  }
  test(title, (t) => {
    t.is(describeFindings(applyRule(rule, repository)), '')
  })
  test(`${title} (tried on examples)`, (t) => {
    for (const [example, ...places] of refused) {
      const found = check(example).map(({ path, line }) => `${path}:${line}`)
      t.deepEqual(found, places, JSON.stringify(example))
    }
    for (const example of accepted) t.is(describeFindings(check(example)), '')
  })
}

/** One file somewhere in a library, by default in a package that has no levels. */
function at(text: string, path = 'packages/graph/src/a.ts'): Example {
  return { [path]: text }
}

const blank = (lines: number): string => '\n'.repeat(lines)
const here = (line: number): string => `packages/graph/src/a.ts:${line}`

test('the repository is read', (t) => {
  t.true(paths.includes('packages/core/src/transport/ring.ts'))
  t.true(paths.includes('test/tidy.test.ts'))
  t.true(paths.includes('eslint.config.js'))
})

house('a file begins with a header', files.header, {
  refused: [
    [at('export const a = 1\n'), here(1)],
    [at('/**\n * */\n'), here(1)],
  ],
  accepted: [at('/**\n * Ring: words.\n */\n'), at('#!/usr/bin/env node\n/** Main: all. */\n')],
})

house('a file has at most 600 lines, and says why beyond 400', files.fileLength, {
  refused: [
    [at(blank(601)), here(601)],
    [at(blank(401)), here(401)],
    [at(`/**\n * Longer than most.\n */${blank(401)}`), here(401)],
    [at(`/**\n * Long        one table\n */${blank(601)}`), here(601)],
  ],
  accepted: [at(blank(400)), at(`/**\n * Long        one table\n */${blank(500)}`)],
})

house('a function has at most 70 lines', files.functionLength, {
  refused: [
    [at(`function f() {${blank(70)}}`), here(1)],
    [at(`class A {\n  m = () => {${blank(70)}}\n}`), here(2)],
    [at(`test('rule', () => {${blank(70)}})`), here(1)],
  ],
  accepted: [
    at(`function f() {${blank(69)}}`),
    at(
      `function suite() {\n  test('a', () => {${blank(60)}})\n  test('b', () => {${blank(60)}})\n}`,
    ),
  ],
})

house('a line is at most 100 characters wide', files.width, {
  refused: [[at(`\n// ${'x'.repeat(98)}`), here(2)]],
  accepted: [at(`// ${'…'.repeat(97)}`)],
})

house('a folder is named for an idea', files.folderNames, {
  refused: [
    [at('', 'packages/graph/src/utils/a.ts'), 'packages/graph/src/utils/a.ts:1'],
    [at('', 'test/unit/types/a.ts'), 'test/unit/types/a.ts:1'],
  ],
  accepted: [at('', 'test/types/a.ts'), at('', 'packages/graph/src/lib.ts')],
})

house('files and folders are written in kebab-case', files.kebabCase, {
  refused: [[at('', 'bench/PingPong.ts'), 'bench/PingPong.ts:1']],
  accepted: [at('', 'bench/ping-pong.ts'), at('', 'test/unit/graph500.test.ts')],
})

house('inside core a file imports only from its own or a lower level', imports.coreLevels, {
  refused: [
    [
      at("import type { A } from '../task/a.ts'", 'packages/core/src/memory/b.ts'),
      'packages/core/src/memory/b.ts:1',
    ],
    [
      at("type A = import('./launch/a.ts').A", 'packages/core/src/place.ts'),
      'packages/core/src/place.ts:1',
    ],
    [at('', 'packages/core/src/odds/b.ts'), 'packages/core/src/odds/b.ts:1'],
  ],
  accepted: [
    at("import { A } from '../memory/a.ts'", 'packages/core/src/task/b.ts'),
    at("import { A } from './a.ts'", 'packages/core/src/task/b.ts'),
    at("export { A } from './launch/a.ts'", 'packages/core/src/index.ts'),
  ],
})

house('imports make no cycle, types included', imports.noCycles, {
  refused: [
    [
      {
        'bench/a.ts': "import { b } from './b.ts'",
        'bench/b.ts': "\nimport type { C } from './c/c.ts'",
        'bench/c/c.ts': "export { a } from '../a.ts'",
      },
      'bench/c/c.ts:1',
    ],
    [{ 'bench/a.ts': "const a = import('./a.ts')" }, 'bench/a.ts:1'],
  ],
  accepted: [
    {
      'bench/a.ts': "import { b } from './b.ts'\nimport { c } from './c.ts'",
      'bench/b.ts': "import { c } from './c.ts'",
      'bench/c.ts': '',
    },
  ],
})

house('only launch and the threads transport know threads', imports.threadModules, {
  refused: [
    [at("import { Worker } from 'node:worker_threads'"), here(1)],
    [
      at("import * as comlink from 'comlink'", 'packages/core/src/task/a.ts'),
      'packages/core/src/task/a.ts:1',
    ],
  ],
  accepted: [
    at("import { Piscina } from 'piscina'", 'packages/core/src/launch/pool.ts'),
    at("import { threadId } from 'node:worker_threads'", 'packages/core/src/transport/threads.ts'),
    at("import * as comlink from 'comlink'", 'bench/baseline/comlink.ts'),
  ],
})

house('there is no export *', syntax.noStarExport, {
  refused: [[at("export * from './b.ts'"), here(1)]],
  accepted: [at("export { b } from './b.ts'"), at("export * as b from './b.ts'")],
})

house('there is no default export outside configuration', syntax.noDefaultExport, {
  refused: [
    [at('\nexport default 1'), here(2)],
    [at('export default class {}'), here(1)],
    [at('const a = 1\nexport { a as default }'), here(2)],
  ],
  accepted: [at('export default {}', 'ava.config.js'), at("import a from 'a'")],
})

house('there is no any', syntax.noAny, {
  refused: [[at('\nexport const f = (a: any[]) => a'), here(2)]],
  accepted: [at("const any = 'any' // any"), at('const a: unknown = 1')],
})

house('there is no mutable state at module level', state.moduleState, {
  refused: [
    [at('let count = 0'), here(1)],
    [at('export const a = 1\nexport const seen = new Map<string, number>()'), here(2)],
    [at('const list: number[] = []'), here(1)],
    [at('const table = { a: 1 }'), here(1)],
    [at('const table: Record<string, number> = { a: 1 }'), here(1)],
    [at('const scratch = new Float64Array(8)'), here(1)],
    [at('const range = Array.from({ length: 3 })'), here(1)],
    [
      at('class A {\n  static count = 0\n  static readonly all = new Set<A>()\n}'),
      here(2),
      here(3),
    ],
    [at('// tidy module-state:\nlet count = 0'), here(2)],
    [at('let count = 0', 'test/unit/a.test.ts'), 'test/unit/a.test.ts:1'],
  ],
  accepted: [
    at('const cases = [1, 2]', 'test/unit/a.test.ts'),
    at('declare const brand: unique symbol\ndeclare let a: number'),
    at("const names = ['a', 'b'] as const\nconst sizes = { a: 1 } as const satisfies object"),
    at('const table: Readonly<Record<string, number>> = { a: 1 }'),
    at('const seen: ReadonlySet<string> = new Set(["a"])\nconst list: readonly number[] = [1]'),
    at('const element: Element = { name: "i8" }\nexport const hit = delegate("hit", () => 1)'),
    at('function f() {\n  let count = 0\n  const seen = new Map()\n}'),
    at('class A {\n  count = 0\n  static readonly empty = Object.freeze([])\n}'),
    at('// tidy module-state: written once, before any core runs\nlet count = 0'),
  ],
})

house('importing a file does nothing', state.inertModules, {
  refused: [
    [at("start()\nimport './effect.ts'\nif (true) start()"), here(1), here(2), here(3)],
    [at('const a = await start()'), here(1)],
    [at('class A {\n  static {\n    start()\n  }\n}'), here(1)],
  ],
  accepted: [
    at("import { a } from './a.ts'\nexport const b = task('b', async () => await a())"),
    at('export interface A {}\nexport function f() { start() }'),
    at('start()', 'apps/graph/src/main.ts'),
    at('start()', 'bench/main.ts'),
  ],
})

house('clocks come in as arguments', time.noClocks, {
  refused: [
    [at('const now = Date.now()'), here(1)],
    [at('f(performance.now)\nf(globalThis.performance.now())'), here(1), here(2)],
    [at('f(new Date())\nf(process.hrtime.bigint())'), here(1), here(2)],
    [at("import { performance } from 'node:perf_hooks'"), here(1)],
  ],
  accepted: [
    at('const date = new Date(5)\nconst now = clock.now()'),
    at('Date.now()', 'packages/core/src/launch/runtime.ts'),
    at('performance.now()', 'bench/main.ts'),
  ],
})

house('randomness comes in as an argument', time.noDice, {
  refused: [
    [at('f(Math.random)'), here(1)],
    [at("import { randomUUID } from 'node:crypto'"), here(1)],
    [at('Math.random()', 'test/unit/a.test.ts'), 'test/unit/a.test.ts:1'],
  ],
  accepted: [
    at("import { createHash } from 'node:crypto'\nrandom.next()"),
    at('Math.random()', 'packages/core/src/launch/runtime.ts'),
  ],
})

house('tests do not sleep on the wall clock', time.noSleeping, {
  refused: [
    [at('setTimeout(f, 10)', 'test/unit/a.test.ts'), 'test/unit/a.test.ts:1'],
    [at("import { setTimeout } from 'node:timers/promises'", 'test/a.ts'), 'test/a.ts:1'],
  ],
  accepted: [
    at('setTimeout(fail, 1000) // deadline', 'test/unit/a.test.ts'),
    at('// deadline: the core is given up\nsetTimeout(fail, 1000)', 'test/unit/a.test.ts'),
    at('t.timeout(1000)', 'test/unit/a.test.ts'),
    at('setTimeout(f, 10)', 'bench/main.ts'),
  ],
})

house('Atomics are in few files', time.fewAtomics, {
  refused: [[at('Atomics.load(words, 0)'), here(1)]],
  accepted: [
    at('Atomics.load(words, 0)', 'packages/core/src/transport/ring.ts'),
    at('// Atomics', 'packages/core/src/task/loop.ts'),
  ],
})

/**
 * Who depends on whom: imports, package.json and tsconfig.json must tell one story. As with the
 * rules of tidy.test.ts, the checks are tried on literal workspaces that they must refuse.
 */
import test from 'ava'
import { listFiles, readText } from './support/repository.ts'
import { describeFindings, parseSource } from './support/tidy/source.ts'
import {
  type Workspace,
  checkImports,
  checkReferences,
  checkRoot,
  readReferences,
  readWorkspaces,
} from './support/tidy/workspaces.ts'

const core: Workspace = { path: 'packages/core', name: '@o/core', dependencies: [], references: [] }
const graph: Workspace = {
  path: 'packages/graph',
  name: '@o/graph',
  dependencies: ['@o/core', 'piscina'],
  references: ['packages/core'],
}
const suite: Workspace = {
  path: 'test',
  name: undefined,
  dependencies: ['@o/core', '@o/graph', 'ava'],
  references: ['packages/core'],
}
const example = [core, graph, suite]

function complaints(path: string, text: string): string {
  return describeFindings(checkImports(example, [parseSource(path, text)]))
}

test('imports, package.json and references name the same packages', (t) => {
  const workspaces = readWorkspaces()
  const sources = listFiles('', /^(packages|apps|test|bench|scripts)\/.*\.ts$/).map((path) =>
    parseSource(path, readText(path)),
  )
  t.true(workspaces.some(({ path }) => path === 'packages/core'))
  t.is(describeFindings(checkImports(workspaces, sources)), '')
  t.is(describeFindings(checkReferences(workspaces)), '')
  t.is(describeFindings(checkRoot(workspaces, readReferences(''))), '')
})

test('an import of what package.json does not list is refused', (t) => {
  const path = 'packages/graph/src/a.ts'
  t.regex(complaints(path, "\nimport ava from 'ava'"), /^packages\/graph\/src\/a\.ts:2: ava is not/)
  t.regex(complaints(path, "import { a } from '../../core/src/a.ts'"), /leaves packages\/graph/)
  t.regex(complaints(path, "import { a } from '#core/a.js'"), /for tests and benchmarks only/)
  t.regex(
    complaints('packages/core/src/a.ts', "import '@o/graph'"),
    /@o\/graph is not a dependency/,
  )
  t.regex(complaints('test/a.ts', "import '@o/graph'"), /needs a reference to packages\/graph/)
  t.regex(complaints('test/a.ts', "import '#graph/a.js'"), /needs a reference to packages\/graph/)
})

test('an import of what package.json lists is accepted', (t) => {
  const path = 'packages/graph/src/a.ts'
  t.is(complaints(path, "import '@o/core/internal'\nimport 'node:fs'\nimport './b.ts'"), '')
  t.is(complaints('test/a.ts', "import 'ava'\nimport '@o/core'\nimport '#core/task/task.js'"), '')
})

test('references that differ from the dependencies or point upward are refused', (t) => {
  const check = (...workspaces: Workspace[]) => describeFindings(checkReferences(workspaces))
  t.is(check(core, graph, suite), '')
  t.regex(check(core, { ...graph, references: [] }), /lacks a reference .* packages\/core/)
  t.regex(check(core, { ...graph, dependencies: [] }), /packages\/core, not a dependency/)
  t.regex(
    check({ ...core, references: ['packages/graph'] }, graph),
    /refers upward to packages\/graph/,
  )
  t.regex(describeFindings(checkRoot(example, ['test'])), /does not build packages\/core/)
})

test('the lock file names no registry', (t) => {
  t.notRegex(readText('package-lock.json'), /"resolved": "[a-z+]+:/)
})

/**
 * Rules about who may import whom: levels inside core, no cycles anywhere, and a few modules that
 * only one place may touch. Imports of types count as imports.
 */
import { posix } from 'node:path'
import ts from 'typescript'
import {
  type Finding,
  type Rule,
  type Source,
  fileRule,
  findingAt,
  isPackageSource,
} from './source.ts'

const CORE = 'packages/core/src/'

/** Levels of core: a folder, or a file beside the folders. House style, section 2. */
const LEVELS: Readonly<Record<string, number>> = {
  'place.ts': 0,
  'check.ts': 0,
  'errors.ts': 0,
  'metrics.ts': 0,
  'trace.ts': 0,
  memory: 1,
  transport: 2,
  message: 3,
  task: 4,
  sync: 5,
  delegate: 6,
  parallel: 7,
  collections: 8,
  launch: 9,
  'index.ts': 10,
  'internal.ts': 10,
}

/** The machinery of threads, and the only places that may know of it. */
const THREAD_MODULES: readonly string[] = [
  'node:worker_threads',
  'worker_threads',
  'piscina',
  'comlink',
]
const THREAD_PLACES: readonly string[] = [`${CORE}launch/`, `${CORE}transport/threads.ts`]

export interface Import {
  readonly specifier: string
  readonly node: ts.Node
}

/** Every module a file names, in imports, re-exports, `import()` and import types. */
export function importsOf(source: Source): Import[] {
  const imports: Import[] = []
  const visit = (node: ts.Node): void => {
    const specifier = moduleNamedBy(node)
    if (specifier && ts.isStringLiteralLike(specifier)) {
      imports.push({ specifier: specifier.text, node })
    }
    ts.forEachChild(node, visit)
  }
  visit(source.tree)
  return imports
}

function moduleNamedBy(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return node.argument.literal
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return node.arguments[0]
  }
  return undefined
}

/** Path of the file that a relative import names; undefined for a package. */
export function relativeTarget(source: Source, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined
  return posix.join(posix.dirname(source.path), specifier)
}

export const coreLevels: Rule = fileRule(
  'core-levels',
  (path) => path.startsWith(CORE),
  (source) => {
    const own = levelOf(source.path)
    if (own === undefined) {
      const line = 'has no level: move it into a folder of house style, section 2'
      return [{ path: source.path, line: 1, message: line }]
    }
    return importsOf(source).flatMap(({ specifier, node }) => {
      const target = relativeTarget(source, specifier)
      const level = target === undefined ? undefined : levelOf(target)
      if (level === undefined || level <= own) return []
      const advice = 'declare what you need as an interface here and receive the object'
      return [
        findingAt(source, node, `level ${own} imports ${specifier} of level ${level}: ${advice}`),
      ]
    })
  },
)

function levelOf(path: string): number | undefined {
  const [first = ''] = path.slice(CORE.length).split('/')
  return path.startsWith(CORE) ? LEVELS[first] : undefined
}

export const noCycles: Rule = { id: 'no-cycles', check: findCycles }

function findCycles(sources: readonly Source[]): Finding[] {
  const byPath = new Map(sources.map((source) => [source.path, source]))
  const finished = new Set<string>()
  const open: string[] = []
  const findings: Finding[] = []

  const visit = (source: Source): void => {
    open.push(source.path)
    for (const { specifier, node } of importsOf(source)) {
      const path = relativeTarget(source, specifier)
      const target = path === undefined ? undefined : byPath.get(path)
      if (target === undefined || finished.has(target.path)) continue
      const start = open.indexOf(target.path)
      if (start < 0) {
        visit(target)
      } else {
        const ring = [...open.slice(start), target.path].join(' -> ')
        findings.push(findingAt(source, node, `closes a cycle of imports, break it: ${ring}`))
      }
    }
    open.pop()
    finished.add(source.path)
  }

  for (const source of sources) if (!finished.has(source.path)) visit(source)
  return findings
}

export const threadModules: Rule = fileRule(
  'thread-modules',
  (path) => isPackageSource(path) && !THREAD_PLACES.some((place) => path.startsWith(place)),
  (source) =>
    importsOf(source)
      .filter(({ specifier }) => THREAD_MODULES.includes(specifier))
      .map(({ specifier, node }) => {
        const advice = 'only launch/ and transport/threads.ts of core may: go through them'
        return findingAt(source, node, `imports ${specifier}, ${advice}`)
      }),
)

/**
 * Rules about packages: what a workspace imports, what its package.json lists and what its
 * tsconfig.json refers to are three statements of one fact.
 */
import { posix } from 'node:path'
import ts from 'typescript'
import { listFiles, listWorkspaces, readText } from '../repository.ts'
import { type Finding, type Source, findingAt } from './source.ts'
import { importsOf, relativeTarget } from './imports.ts'

/** A folder with a tsconfig.json: a package, an app, or one of the root's own folders. */
export interface Workspace {
  /** `packages/core`, `test`, ... */
  readonly path: string
  /** Name in package.json; the root's own folders have none. */
  readonly name: string | undefined
  readonly dependencies: readonly string[]
  /** Paths of the workspaces that tsconfig.json refers to. */
  readonly references: readonly string[]
}

/** Folders of the root that are compiled but not packages. They may import every workspace. */
const ROOT_FOLDERS: readonly string[] = ['bench', 'scripts', 'test']

interface Manifest {
  readonly name?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

interface ProjectFile {
  readonly references?: readonly { readonly path: string }[]
}

export function readWorkspaces(): Workspace[] {
  const packages = [...listWorkspaces('packages'), ...listWorkspaces('apps')].map((path) => {
    const { name, dependencies } = readJson<Manifest>(`${path}/package.json`)
    return {
      path,
      name,
      dependencies: Object.keys(dependencies ?? {}),
      references: readReferences(path),
    }
  })
  const root = readJson<Manifest>('package.json')
  const available = [
    ...Object.keys(root.devDependencies ?? {}),
    ...packages.map(({ name }) => name ?? ''),
  ]
  const folders = ROOT_FOLDERS.filter((path) => listFiles(path, /tsconfig\.json$/).length > 0)
  return [
    ...packages,
    ...folders.map((path) => {
      return { path, name: undefined, dependencies: available, references: readReferences(path) }
    }),
  ]
}

/** Paths that `folder`/tsconfig.json refers to, relative to the root. */
export function readReferences(folder: string): string[] {
  const { references = [] } = readJson<ProjectFile>(posix.join(folder, 'tsconfig.json'))
  return references.map(({ path }) => posix.join(folder, path)).sort()
}

function readJson<T>(path: string): T {
  // Our own files, whose shape tsc and npm check.
  return ts.parseConfigFileTextToJson(path, readText(path)).config as T
}

/** Every import is of something that the workspace may have and says it has. */
export function checkImports(
  workspaces: readonly Workspace[],
  sources: readonly Source[],
): Finding[] {
  return sources.flatMap((source) => {
    const own = workspaces.find(({ path }) => source.path.startsWith(`${path}/`))
    if (own === undefined) return []
    return importsOf(source).flatMap(({ specifier, node }) => {
      const complaint = complain(workspaces, own, source, specifier)
      return complaint === undefined ? [] : [findingAt(source, node, complaint)]
    })
  })
}

function complain(
  workspaces: readonly Workspace[],
  own: Workspace,
  source: Source,
  specifier: string,
): string | undefined {
  const relative = relativeTarget(source, specifier)
  if (relative !== undefined) {
    if (relative.startsWith(`${own.path}/`)) return undefined
    return `${specifier} leaves ${own.path}: import the package by its name`
  }
  if (specifier.startsWith('node:')) return undefined
  const isInner = specifier.startsWith('#')
  if (isInner && own.name !== undefined) {
    return `${specifier} is for tests and benchmarks only: import the package by its name`
  }
  const target = workspaces.find(({ path, name }) => {
    return isInner ? posix.basename(path) === innerFolder(specifier) : name === packageOf(specifier)
  })
  if (!isInner && !own.dependencies.includes(packageOf(specifier))) {
    const where = own.name === undefined ? 'package.json' : `${own.path}/package.json`
    return `${packageOf(specifier)} is not a dependency in ${where}: add it there, or do without`
  }
  if (target === undefined || own.references.includes(target.path)) return undefined
  return `${specifier} needs a reference to ${target.path} in ${own.path}/tsconfig.json`
}

function packageOf(specifier: string): string {
  const [first = '', second = ''] = specifier.split('/')
  return first.startsWith('@') ? `${first}/${second}` : first
}

/** `core` for `#core/transport/ring.js`: packages and root folders go by their last name. */
function innerFolder(specifier: string): string {
  return specifier.slice(1).split('/')[0] ?? ''
}

/** References and dependencies agree, and point down: core <- packages <- apps <- test, bench. */
export function checkReferences(workspaces: readonly Workspace[]): Finding[] {
  return workspaces.flatMap((own) => {
    const file = `${own.path}/tsconfig.json`
    const upward = own.references.filter((path) => rankOf(path) >= rankOf(own.path))
    const findings = upward.map((path) => finding(file, `refers upward to ${path}: turn it around`))
    if (own.name === undefined) return findings
    const wanted = workspaces
      .filter(({ name }) => name !== undefined && own.dependencies.includes(name))
      .map(({ path }) => path)
    const missing = wanted.filter((path) => !own.references.includes(path))
    const surplus = own.references.filter((path) => !wanted.includes(path))
    return [
      ...findings,
      ...missing.map((path) => finding(file, `lacks a reference to its dependency ${path}`)),
      ...surplus.map((path) => finding(file, `refers to ${path}, not a dependency: remove it`)),
    ]
  })
}

/** The root's tsconfig.json builds everything. */
export function checkRoot(
  workspaces: readonly Workspace[],
  references: readonly string[],
): Finding[] {
  return workspaces
    .filter(({ path }) => !references.includes(path))
    .map(({ path }) => finding('tsconfig.json', `does not build ${path}: add a reference`))
}

function rankOf(path: string): number {
  if (path === 'packages/core') return 0
  if (path.startsWith('packages/')) return 1
  if (path.startsWith('apps/')) return 2
  return path === 'test' ? 4 : 3
}

function finding(path: string, message: string): Finding {
  return { path, line: 1, message }
}

/**
 * Repository: where this checkout lies and what it holds, for tests that read files rather than
 * run code. Paths handed out are relative to the root, with forward slashes.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Seen from build/test/support, where this file runs. */
export const repositoryRoot = fileURLToPath(new URL('../../../', import.meta.url))

const GENERATED = /^(node_modules|dist|build|coverage|\..*)$/

/** Files below `folder` whose path matches `pattern`; build outputs and dot files left out. */
export function listFiles(folder: string, pattern: RegExp): string[] {
  const absolute = join(repositoryRoot, folder)
  if (!existsSync(absolute)) return []
  return readdirSync(absolute, { withFileTypes: true })
    .filter((entry) => !GENERATED.test(entry.name))
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) return listFiles(path, pattern)
      return pattern.test(path) ? [path] : []
    })
    .sort()
}

/** Folders directly below `folder` that hold a package.json. */
export function listWorkspaces(folder: string): string[] {
  const absolute = join(repositoryRoot, folder)
  if (!existsSync(absolute)) return []
  return readdirSync(absolute)
    .filter((name) => existsSync(join(absolute, name, 'package.json')))
    .map((name) => `${folder}/${name}`)
}

export function readText(path: string): string {
  return readFileSync(join(repositoryRoot, path), 'utf8')
}

/**
 * Snippet runner: writes a README's program below build/, where node finds the workspaces, compiles
 * it with the options of this repository and runs it.
 */
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { repositoryRoot } from './repository.ts'
import { ENTRY, type SnippetProgram } from './snippets.ts'

/** Longer than any program fit for a README; a program that hangs fails here. */
const DEADLINE_MS = 60_000

export interface SnippetRun {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Writes the program's files into a fresh folder build/readme/`name` and returns its path. */
export function writeProgram(program: SnippetProgram, name: string): string {
  const folder = join(repositoryRoot, 'build', 'readme', name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const file of program.files) writeFileSync(join(folder, file.name), file.text)
  return folder
}

/** Compiles every file in place. Answers with what the compiler has to say; empty is good. */
export function compileProgram(program: SnippetProgram, folder: string): string {
  const files = program.files.map((file) => join(folder, file.name))
  const compiler = ts.createProgram(files, compilerOptions(folder))
  const diagnostics = [...ts.getPreEmitDiagnostics(compiler), ...compiler.emit().diagnostics]
  return ts.formatDiagnostics(diagnostics, {
    getCurrentDirectory: () => folder,
    getCanonicalFileName: (file) => file,
    getNewLine: () => '\n',
  })
}

export async function runProgram(folder: string): Promise<SnippetRun> {
  const entry = join(folder, ENTRY.replace(/ts$/, 'js'))
  return await new Promise((resolve) => {
    const options = { cwd: folder, timeout: DEADLINE_MS, killSignal: 'SIGKILL' } as const
    const child = execFile(process.execPath, [entry], options, (_, stdout, stderr) => {
      resolve({ exitCode: child.exitCode ?? 1, stdout, stderr })
    })
  })
}

function compilerOptions(folder: string): ts.CompilerOptions {
  const file = join(repositoryRoot, 'tsconfig.base.json')
  const { config } = ts.readConfigFile(file, (path) => readFileSync(path, 'utf8')) as {
    config: object
  }
  const lone = { composite: false, declaration: false, declarationMap: false, sourceMap: false }
  const host = { ...ts.sys, readDirectory: () => [] }
  const parsed = ts.parseJsonConfigFileContent({ ...config, files: [] }, host, repositoryRoot)
  return { ...parsed.options, ...lone, rootDir: folder, outDir: folder }
}

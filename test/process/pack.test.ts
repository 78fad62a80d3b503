/** What a user who installs a package gets: packed, unpacked elsewhere, and imported from there. */
import test from 'ava'
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { listWorkspaces, readText, repositoryRoot } from '../support/repository.ts'

const run = promisify(execFile)

/** Below the root, so that dependencies from the registry are found in its node_modules. */
const consumer = join(repositoryRoot, 'build', 'pack')

type Door = string | Readonly<Record<string, string>>

interface Manifest {
  readonly name: string
  readonly exports: Readonly<Record<string, Door>>
}

const packages = listWorkspaces('packages').map((path) => {
  // Our own file; npm has checked its shape.
  return { path, manifest: JSON.parse(readText(`${path}/package.json`)) as Manifest }
})

test.before('every package is packed and unpacked', async () => {
  rmSync(consumer, { recursive: true, force: true })
  for (const { path, manifest } of packages) {
    const folder = unpackedFolder(manifest)
    mkdirSync(folder, { recursive: true })
    const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', consumer]
    const { stdout } = await run('npm', pack, { cwd: join(repositoryRoot, path) })
    const [packed] = JSON.parse(stdout) as { filename: string }[]
    await run('tar', ['-xzf', packed!.filename, '--strip-components=1', '-C', folder], {
      cwd: consumer,
    })
  }
})

for (const { path, manifest } of packages) {
  test(`${path} holds every file that its exports name, and its README`, (t) => {
    const doors = Object.values(manifest.exports)
    const named = doors.flatMap((door) => (typeof door === 'string' ? [door] : Object.values(door)))
    const missing = [...named, 'README.md'].filter(
      (file) => !existsSync(join(unpackedFolder(manifest), file)),
    )
    t.deepEqual(missing, [])
  })

  test(`${path} holds no tests and no traces of the build`, (t) => {
    const files = readdirSync(unpackedFolder(manifest), { recursive: true, encoding: 'utf8' })
    t.deepEqual(
      files.filter((file) => /\.tsbuildinfo$|\.test\.|(^|\/)node_modules\//.test(file)),
      [],
    )
  })

  test(`${path} can be imported by every name it exports`, async (t) => {
    const names = Object.entries(manifest.exports)
      .filter(([, door]) => typeof door !== 'string')
      .map(([door]) => manifest.name + door.slice(1))
    for (const name of names) {
      const code = `await import('${name}'); console.log(import.meta.resolve('${name}'))`
      const options = { cwd: consumer }
      const node = run(process.execPath, ['--input-type=module', '-e', code], options)
      t.true((await node).stdout.includes('/build/pack/node_modules/'), name)
    }
  })
}

function unpackedFolder(manifest: Manifest): string {
  return join(consumer, 'node_modules', manifest.name)
}

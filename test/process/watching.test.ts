/** `--trace` and `--metrics` as a user meets them: on stderr, beside whatever stdout is. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { runScenario } from '../support/child.ts'
import { complaintsAbout, parseTrace, trackNames } from '../support/trace-format.ts'

const main = fileURLToPath(new URL('../../../apps/graph/dist/main.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'orujo-watching-'))
test.after.always(() => rmSync(folder, { recursive: true }))

/** A deadline, not a measure. */
const TIMEOUT_MS = 90_000

async function search(...args: string[]) {
  const line = [main, 'bfs', '--cores', '2', ...args]
  const options = { cwd: folder, timeout: TIMEOUT_MS }
  return await new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    const child = execFile(process.execPath, line, options, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    )
  })
}

test.serial('--trace and --metrics speak on stderr, and --json stays one object', async (t) => {
  const watching = ['--trace', 'bfs.trace', '--metrics']
  const { code, stdout, stderr } = await search('--graph', 'kronecker:8', '--json', ...watching)
  t.is(code, 0, stderr)
  t.true((JSON.parse(stdout) as { verified: boolean }).verified)
  t.regex(stderr, /sends.*calls.*received.*words sent/)
  t.regex(stderr, /by size.*by turn.*tasks.*busy.*parked/)
  t.regex(stderr, /total +│/)
  t.is(stderr.match(/core 1 +│ +core|core 0 +│ +core 1 +│ +host/g)!.length, 2, 'two matrices')
  t.regex(stderr, /trace: [\d,]+ records in .*bfs\.trace; open it in https:\/\/ui\.perfetto\.dev/)
  const events = parseTrace(readFileSync(join(folder, 'bfs.trace'), 'utf8'))
  t.deepEqual(complaintsAbout(events), [])
  t.deepEqual(trackNames(events), ['core 0', 'core 1', 'host'])
})

test.serial('a trace never takes the place of the graph or of the result', async (t) => {
  writeFileSync(join(folder, 'edges.txt'), '1 2\n')
  const graph = await search('--graph', 'edges.txt', '--trace', './edges.txt')
  t.is(graph.code, 1)
  t.is(graph.stderr, "error: cannot write './edges.txt': it is the graph\n")
  t.is(readFileSync(join(folder, 'edges.txt'), 'utf8'), '1 2\n')
  const out = await search('--graph', 'edges.txt', '--out', 'levels', '--trace', 'levels')
  t.is(out.code, 1)
  t.is(out.stderr, "error: cannot write 'levels': it is the file of --out\n")
})

test.serial('a trace that cannot be made is one line', async (t) => {
  const { code, stderr } = await search('--graph', 'kronecker:4', '--trace', 'no/where')
  t.is(code, 1)
  t.regex(stderr, /^error: The file of launch\(\{ trace \}\) cannot be opened: ENOENT[^\n]*\n$/)
})

test.serial('an interrupted run that is traced writes what there is, and ends', async (t) => {
  const file = join(folder, 'interrupted.json')
  const { code, stderr } = await runScenario('interruptTraced', [file])
  t.is(code, 130, stderr)
  t.regex(stderr, /trace: \d+ records/)
  const events = parseTrace(readFileSync(file, 'utf8'))
  t.deepEqual(complaintsAbout(events), [])
  t.true(events.some(({ ph, name }) => ph === 'b' && name === 'work.wait-for-ever'))
})

/**
 * Runs one scenario as a process of its own: `node scenario-main.js NAME ARGUMENTS-AS-JSON`. The
 * last line on stdout is what the scenario returned; the process ends when nothing is left to do.
 */
import * as scenarios from './scenarios.ts'

const [name = '', args = '[]'] = process.argv.slice(2)
const scenario: unknown = Reflect.get(scenarios, name)
if (typeof scenario !== 'function') throw new Error(`There is no scenario '${name}'.`)
const result: unknown = await (scenario as (...args: unknown[]) => unknown)(
  ...(JSON.parse(args) as unknown[]),
)
process.stdout.write(`${JSON.stringify(result ?? null)}\n`)

/**
 * Rules that keep runs repeatable and concurrency readable: clocks and randomness come in as
 * arguments, tests never sleep, and shared words are touched in a few files only.
 */
import ts from 'typescript'
import { importsOf } from './imports.ts'
import { type Rule, fileRule, findNodes, findingAt, isPackageSource, lineOf } from './source.ts'

const LAUNCH = 'packages/core/src/launch/'

const CLOCKS: readonly string[] = [
  'Date.now',
  'performance.now',
  'performance.timeOrigin',
  'process.hrtime',
  'process.uptime',
]
const CLOCK_MODULES: readonly string[] = [
  'node:perf_hooks',
  'perf_hooks',
  'node:timers/promises',
  'timers/promises',
]
/** What node:crypto and the global `crypto` offer. */
const DICE = /^(getRandomValues|random(UUID|Bytes|Int|Fill|FillSync))$/

/** The protocols over shared words. A new one belongs here only with its header and its model. */
const ATOMICS_FILES: readonly string[] = [
  'packages/core/src/metrics.ts',
  'packages/core/src/transport/doorbell.ts',
  'packages/core/src/transport/ring.ts',
  'packages/core/src/transport/threads.ts',
  'packages/core/src/task/deque.ts',
  'packages/core/src/task/idle-cores.ts',
]

export const noClocks: Rule = fileRule(
  'no-clocks',
  (path) => isPackageSource(path) && !path.startsWith(LAUNCH),
  (source) => [
    ...findNodes(source, (node) => {
      const clock = isBareDate(node) ? 'new Date()' : memberNamed(node, CLOCKS)
      return clock && `reads the clock by ${clock}: take the clock as an argument`
    }),
    ...importsOf(source)
      .filter(({ specifier }) => CLOCK_MODULES.includes(specifier))
      .map(({ specifier, node }) =>
        findingAt(source, node, `imports ${specifier}: take the clock as an argument`),
      ),
  ],
)

export const noDice: Rule = fileRule(
  'no-dice',
  (path) => !path.startsWith(LAUNCH),
  (source) =>
    findNodes(source, (node) => {
      const isDie = ts.isIdentifier(node) && DICE.test(node.text)
      const die = isDie ? node.text : memberNamed(node, ['Math.random'])
      return die && `${die} cannot be repeated: take a seeded generator as an argument`
    }),
)

/** `object.member`, also behind `globalThis.`, if it is one of `names`. */
function memberNamed(node: ts.Node, names: readonly string[]): string | undefined {
  if (!ts.isPropertyAccessExpression(node)) return undefined
  const text = node.getText().replace(/^globalThis\./, '')
  return names.includes(text) ? text : undefined
}

function isBareDate(node: ts.Node): boolean {
  if (!ts.isNewExpression(node) && !ts.isCallExpression(node)) return false
  return node.expression.getText() === 'Date' && (node.arguments?.length ?? 0) === 0
}

export const noSleeping: Rule = fileRule(
  'no-sleeping',
  (path) => path.startsWith('test/'),
  (source) =>
    findNodes(source, (node) => {
      if (!ts.isIdentifier(node) || !/^set(Timeout|Interval)$/.test(node.text)) return undefined
      const line = lineOf(source, node.getStart(source.tree))
      const near = [source.lines[line - 2], source.lines[line - 1]]
      if (near.some((text) => text !== undefined && /\/\/ deadline\b/.test(text))) return undefined
      const advice = 'wait for what you expect, or mark a limit that fails with // deadline'
      return `${node.text} in a test sleeps on the wall clock: ${advice}`
    }),
)

export const fewAtomics: Rule = fileRule(
  'few-atomics',
  (path) => isPackageSource(path) && !ATOMICS_FILES.includes(path),
  (source) =>
    findNodes(source, (node) => {
      if (!ts.isIdentifier(node) || node.text !== 'Atomics') return undefined
      return 'Atomics outside the files that own a protocol: go through one of them'
    }),
)

/**
 * Rules about files as a reader meets them: their names, their headers and their size.
 */
import ts from 'typescript'
import { type Finding, type Rule, type Source, fileRule, findNodes, lineOf } from './source.ts'

const MAX_LINES = 600
/** Beyond this a header must say why the file is not two. */
const MAX_PLAIN_LINES = 400
const MAX_FUNCTION_LINES = 70
const MAX_WIDTH = 100

const REFUSED_FOLDERS: readonly string[] = [
  'utils',
  'helpers',
  'common',
  'misc',
  'shared',
  'types',
  'lib',
]
/** Holds what must and must not compile, which is about types indeed. */
const TYPES_SUITE = 'test/types/'

const everyFile = (): boolean => true

export const header: Rule = fileRule('header', everyFile, (source) => {
  if (/^(#!.*\n)?\/\*\*(\n \*)? [^\s*]/.test(source.text)) return []
  return [at(source, 1, 'has no header: begin with /** what this file is and why it exists */')]
})

export const fileLength: Rule = fileRule('file-length', everyFile, (source) => {
  const lines = source.lines.length - (source.text.endsWith('\n') ? 1 : 0)
  if (lines > MAX_LINES) {
    return [at(source, MAX_LINES + 1, `has ${lines} lines, ${MAX_LINES} is the limit: split it`)]
  }
  if (lines > MAX_PLAIN_LINES && !/^ \* Long\s+\S+ \S/m.test(headerOf(source))) {
    const todo = `split it, or say why not in its header on a line " * Long  <why>"`
    return [at(source, MAX_PLAIN_LINES + 1, `has ${lines} lines: ${todo}`)]
  }
  return []
})

export const functionLength: Rule = fileRule('function-length', everyFile, (source) =>
  findNodes(source, (node) => {
    if (!ts.isFunctionLike(node)) return undefined
    const lines = ownLines(source, node)
    if (lines <= MAX_FUNCTION_LINES) return undefined
    return `a function of ${lines} lines, ${MAX_FUNCTION_LINES} is the limit: take a part out`
  }),
)

export const width: Rule = fileRule('width', everyFile, (source) =>
  source.lines.flatMap((line, index) => {
    const characters = [...line].length
    if (characters <= MAX_WIDTH) return []
    return [at(source, index + 1, `is ${characters} wide, ${MAX_WIDTH} is the limit: break it`)]
  }),
)

export const folderNames: Rule = fileRule('folder-names', everyFile, (source) => {
  const folders = source.path.replace(TYPES_SUITE, 'test/').split('/').slice(0, -1)
  const refused = folders.find((folder) => REFUSED_FOLDERS.includes(folder))
  if (refused === undefined) return []
  return [at(source, 1, `lies in a folder called "${refused}": name the folder for its idea`)]
})

export const kebabCase: Rule = fileRule('kebab-case', everyFile, (source) => {
  const odd = source.path.split('/').find((part) => !/^[a-z\d]+(-[a-z\d]+)*(\.[a-z]+)*$/.test(part))
  if (odd === undefined) return []
  return [at(source, 1, `"${odd}" is not kebab-case: rename it`)]
})

function at(source: Source, line: number, message: string): Finding {
  return { path: source.path, line, message }
}

function headerOf(source: Source): string {
  return /^(#!.*\n)?\/\*\*[^]*?\*\//.exec(source.text)?.[0] ?? ''
}

/**
 * Lines of a function, without those of the tests declared in it: a conformance suite is one
 * function that declares many tests, and each of them is measured by itself.
 */
function ownLines(source: Source, node: ts.Node): number {
  let lines = lineOf(source, node.end) - lineOf(source, node.getStart(source.tree)) + 1
  const subtractTests = (inner: ts.Node): void => {
    if (ts.isCallExpression(inner) && /^test\b/.test(inner.expression.getText(source.tree))) {
      lines -= lineOf(source, inner.end) - lineOf(source, inner.getStart(source.tree)) + 1
    } else {
      ts.forEachChild(inner, subtractTests)
    }
  }
  ts.forEachChild(node, subtractTests)
  return lines
}

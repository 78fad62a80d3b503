/**
 * Rules about constructs that the language offers and this project does without.
 */
import ts from 'typescript'
import { type Rule, fileRule, findNodes } from './source.ts'

/** Tools find their configuration in the default export of these. */
const CONFIGURATION = /^[a-z.-]+\.config\.[jt]s$/

const everyFile = (): boolean => true

export const noStarExport: Rule = fileRule('no-star-export', everyFile, (source) =>
  findNodes(source, (node) => {
    if (!ts.isExportDeclaration(node) || node.exportClause !== undefined) return undefined
    return 'export * hides what is offered: list the names one by one'
  }),
)

export const noDefaultExport: Rule = fileRule(
  'no-default-export',
  (path) => !CONFIGURATION.test(path),
  (source) =>
    findNodes(source, (node) => {
      return isDefaultExport(node) ? 'a default export: give it a name of its own' : undefined
    }),
)

function isDefaultExport(node: ts.Node): boolean {
  if (ts.isExportAssignment(node)) return true
  if (ts.isExportSpecifier(node)) return node.name.text === 'default'
  return ts.canHaveModifiers(node) && hasModifier(node, ts.SyntaxKind.DefaultKeyword)
}

function hasModifier(node: ts.HasModifiers, kind: ts.SyntaxKind): boolean {
  return node.modifiers?.some((modifier) => modifier.kind === kind) ?? false
}

export const noAny: Rule = fileRule('no-any', everyFile, (source) =>
  findNodes(source, (node) => {
    if (node.kind !== ts.SyntaxKind.AnyKeyword) return undefined
    return 'any switches the types off: say unknown and narrow it'
  }),
)

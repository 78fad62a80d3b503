/**
 * Rules that keep modules inert: importing a file does nothing and leaves nothing behind, because
 * two runtimes live in one process and many cores on one thread.
 */
import ts from 'typescript'
import {
  type Finding,
  type Rule,
  type Source,
  fileRule,
  findNodes,
  findingAt,
  isPackageSource,
} from './source.ts'

/** Made once, never changed by use. Any other `new` at module level needs a readonly type. */
const CONSTANT_CLASSES: readonly string[] = ['URL', 'RegExp', 'TextEncoder', 'TextDecoder']
const READONLY_TYPES: readonly string[] = [
  'Readonly',
  'ReadonlyArray',
  'ReadonlyMap',
  'ReadonlySet',
]
const MUTABLE_TYPES: readonly string[] = [
  'Array',
  'Map',
  'Set',
  'WeakMap',
  'WeakSet',
  'Record',
  'Partial',
]
/** Calls whose result can be written to. */
const MAKERS = /^(Array(\.from|\.of)?|Object\.(create|assign|fromEntries)|structuredClone)$/

const STATE = 'state at module level is shared by every runtime of the process'
const READONLY = 'freeze it (`as const`, a readonly type) or move it into an object'

export const moduleState: Rule = fileRule(
  'module-state',
  (path) => !/\.config\.[jt]s$/.test(path),
  (source) => [...source.tree.statements.flatMap((s) => looseNames(source, s)), ...statics(source)],
)

function looseNames(source: Source, statement: ts.Statement): Finding[] {
  if (!ts.isVariableStatement(statement) || isAmbient(statement)) return []
  const { declarationList } = statement
  if ((declarationList.flags & ts.NodeFlags.Const) === 0) {
    return [findingAt(source, statement, `${STATE}: make it a const or move it into an object`)]
  }
  // A test file is a process of its own, so its tables are shared with nobody.
  if (source.path.endsWith('.test.ts')) return []
  return declarationList.declarations
    .filter(isMutable)
    .map((declaration) => findingAt(source, declaration, `${STATE}: ${READONLY}`))
}

function statics(source: Source): Finding[] {
  return findNodes(source, (node) => {
    if (!ts.isPropertyDeclaration(node)) return undefined
    const flags = ts.getCombinedModifierFlags(node)
    if ((flags & ts.ModifierFlags.Static) === 0) return undefined
    if ((flags & ts.ModifierFlags.Readonly) === 0) return `${STATE}: make this field readonly`
    return isMutable(node) ? `${STATE}: ${READONLY}` : undefined
  })
}

function isAmbient(statement: ts.VariableStatement): boolean {
  return statement.modifiers?.some((m) => m.kind === ts.SyntaxKind.DeclareKeyword) ?? false
}

/** A guess from the text alone: a call may still hide a mutable value. Reviewers see those. */
function isMutable({
  type,
  initializer,
}: ts.VariableDeclaration | ts.PropertyDeclaration): boolean {
  if (initializer === undefined || isReadonlyType(type)) return false
  const value = withoutAssertions(initializer)
  if (value === undefined) return false
  if (ts.isNewExpression(value)) return !CONSTANT_CLASSES.includes(value.expression.getText())
  if (ts.isCallExpression(value)) return MAKERS.test(value.expression.getText())
  if (ts.isArrayLiteralExpression(value)) return true
  if (!ts.isObjectLiteralExpression(value)) return false
  // A filled object of a named type is trusted to have readonly fields.
  return value.properties.length === 0 || type === undefined || !isNamedRecord(type)
}

/** The value below `as`, `satisfies` and parentheses; undefined if one of them is `as const`. */
function withoutAssertions(value: ts.Expression): ts.Expression | undefined {
  if (ts.isAsExpression(value)) {
    return ts.isConstTypeReference(value.type) ? undefined : withoutAssertions(value.expression)
  }
  if (ts.isSatisfiesExpression(value) || ts.isParenthesizedExpression(value)) {
    return withoutAssertions(value.expression)
  }
  return value
}

function isReadonlyType(type: ts.TypeNode | undefined): boolean {
  if (type === undefined) return false
  if (ts.isTypeOperatorNode(type)) return type.operator === ts.SyntaxKind.ReadonlyKeyword
  return ts.isTypeReferenceNode(type) && READONLY_TYPES.includes(type.typeName.getText())
}

function isNamedRecord(type: ts.TypeNode): boolean {
  return ts.isTypeReferenceNode(type) && !MUTABLE_TYPES.includes(type.typeName.getText())
}

export const inertModules: Rule = fileRule(
  'inert-modules',
  (path) => isPackageSource(path) || /^apps\/[^/]+\/src\/(?!main\.ts$)/.test(path),
  (source) =>
    source.tree.statements.flatMap((statement) => {
      if (isInert(statement)) return []
      return [findingAt(source, statement, 'importing a file does nothing: put this in a function')]
    }),
)

function isInert(statement: ts.Statement): boolean {
  if (ts.isImportDeclaration(statement)) return statement.importClause !== undefined
  if (ts.isVariableStatement(statement)) return !awaits(statement)
  if (ts.isClassDeclaration(statement)) {
    return !statement.members.some((member) => ts.isClassStaticBlockDeclaration(member))
  }
  return (
    ts.isExportDeclaration(statement) ||
    ts.isFunctionDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isModuleDeclaration(statement)
  )
}

function awaits(node: ts.Node): boolean {
  if (ts.isFunctionLike(node)) return false
  return ts.isAwaitExpression(node) || (ts.forEachChild(node, awaits) ?? false)
}

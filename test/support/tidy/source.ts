/**
 * Sources and rules: what the house-style checks read and what they answer. A rule is a function of
 * sources, so that it runs on the repository and on a few literal lines alike.
 */
import ts from 'typescript'

/** One file, parsed. `path` is relative to the root of the repository. */
export interface Source {
  readonly path: string
  readonly text: string
  readonly lines: readonly string[]
  readonly tree: ts.SourceFile
}

/** A breach: where it is (lines count from 1), and what to do about it. */
export interface Finding {
  readonly path: string
  readonly line: number
  readonly message: string
}

export interface Rule {
  /** Named in the comment that excuses a breach. */
  readonly id: string
  readonly check: (sources: readonly Source[]) => Finding[]
}

/** A rule that looks at one file at a time, of those whose path `applies` accepts. */
export function fileRule(
  id: string,
  applies: (path: string) => boolean,
  check: (source: Source) => Finding[],
): Rule {
  const chosen = (sources: readonly Source[]) => sources.filter((source) => applies(source.path))
  return { id, check: (sources) => chosen(sources).flatMap(check) }
}

export function parseSource(path: string, text: string): Source {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  return { path, text, lines: text.split('\n'), tree }
}

/** What `rule` has against `sources`, except where the line above says `// tidy <id>: <why>`. */
export function applyRule(rule: Rule, sources: readonly Source[]): Finding[] {
  const byPath = new Map(sources.map((source) => [source.path, source]))
  const excuse = new RegExp(`^\\s*// tidy ${rule.id}: \\S`)
  return rule.check(sources).filter(({ path, line }) => {
    return !excuse.test(byPath.get(path)?.lines[line - 2] ?? '')
  })
}

/** One line per finding, as editors and terminals make them clickable. */
export function describeFindings(findings: readonly Finding[]): string {
  return findings.map(({ path, line, message }) => `${path}:${line}: ${message}`).join('\n')
}

export function findingAt(source: Source, node: ts.Node, message: string): Finding {
  return { path: source.path, line: lineOf(source, node.getStart(source.tree)), message }
}

/** Line of a character position, counted from 1. */
export function lineOf(source: Source, position: number): number {
  return source.tree.getLineAndCharacterOfPosition(position).line + 1
}

/** Findings of `look` for every node of a file. */
export function findNodes(source: Source, look: (node: ts.Node) => string | undefined): Finding[] {
  const findings: Finding[] = []
  const visit = (node: ts.Node): void => {
    const message = look(node)
    if (message !== undefined) findings.push(findingAt(source, node, message))
    ts.forEachChild(node, visit)
  }
  visit(source.tree)
  return findings
}

/** Library and program code, as opposed to tests, benchmarks and scripts. */
export function isPackageSource(path: string): boolean {
  return /^packages\/[^/]+\/src\//.test(path)
}

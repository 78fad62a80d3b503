/**
 * Snippets: the programs printed in a README, cut out so that they can be compiled and run. What a
 * reader copies must work as printed.
 *
 *   - A ```ts block whose first line is a comment with a file name (`// program.ts`) is that file.
 *   - `// index.ts` ends a program: it runs together with the named files before it. A later
 *     program sees the files of earlier ones; a name used again replaces the earlier file.
 *   - A ```text or ```console block right after a line `<!-- output -->` is what the program before
 *     it prints. There, `…` stands for anything within a line, and lines that begin with `$ ` (the
 *     command typed) do not count.
 */

/** File that makes a program runnable. */
export const ENTRY = 'index.ts'

export interface SnippetFile {
  readonly name: string
  readonly text: string
}

export interface SnippetProgram {
  /** Line of the README on which the program's last block begins, counted from 1. */
  readonly line: number
  readonly files: readonly SnippetFile[]
  /** True if there is an `index.ts` to run. */
  readonly isRunnable: boolean
  /** What it prints, if the README says. */
  readonly output: string | undefined
}

interface Block {
  readonly line: number
  readonly language: string
  readonly lines: readonly string[]
  /** The line before the block that is not blank. */
  readonly before: string
}

export function extractPrograms(markdown: string): SnippetProgram[] {
  const programs: SnippetProgram[] = []
  const known = new Map<string, string>()
  let pending: Block[] = []

  const close = (isRunnable: boolean): void => {
    const last = pending.at(-1)
    if (last === undefined) return
    pending = []
    const files = [...known].map(([name, text]) => ({ name, text }))
    programs.push({ line: last.line, files, isRunnable, output: undefined })
    known.delete(ENTRY)
  }

  for (const block of codeBlocks(markdown)) {
    const name = block.language === 'ts' ? fileName(block) : undefined
    if (name !== undefined) {
      if (pending.some((other) => fileName(other) === name)) close(false)
      known.set(name, `${block.lines.join('\n')}\n`)
      pending.push(block)
      if (name === ENTRY) close(true)
    } else if (isOutput(block)) {
      const program = programs.at(-1)
      if (!program?.isRunnable || pending.length > 0 || program.output !== undefined) {
        throw new Error(
          `line ${block.line}: an output block must follow the program that prints it`,
        )
      }
      programs[programs.length - 1] = { ...program, output: printed(block) }
    }
  }
  close(false)
  return programs
}

/** Does `actual` match what the README promised? Spaces at line ends do not count. */
export function matchesOutput(actual: string, promised: string): boolean {
  const pattern = normalize(promised)
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^\\n]*')
  return new RegExp(`^${pattern}$`).test(normalize(actual))
}

function normalize(text: string): string {
  return text.replace(/[ \t\r]+$/gm, '').trim()
}

function codeBlocks(markdown: string): Block[] {
  const blocks: Block[] = []
  let open: { line: number; language: string; lines: string[]; before: string } | undefined
  let before = ''
  for (const [index, text] of markdown.split('\n').entries()) {
    const fence = /^```\s*(\w*)/.exec(text)
    if (open !== undefined && fence !== null) {
      blocks.push(open)
      open = undefined
      before = ''
    } else if (open !== undefined) {
      open.lines.push(text)
    } else if (fence !== null) {
      open = { line: index + 1, language: fence[1] ?? '', lines: [], before }
    } else if (text.trim() !== '') {
      before = text.trim()
    }
  }
  if (open !== undefined) throw new Error(`line ${open.line}: this code block is never closed`)
  return blocks
}

function fileName(block: Block): string | undefined {
  return /^\/\/ ([\w-]+(?:\.[\w-]+)*\.ts)\s*$/.exec(block.lines[0] ?? '')?.[1]
}

function isOutput(block: Block): boolean {
  return block.before === '<!-- output -->' && /^(text|console)$/.test(block.language)
}

function printed(block: Block): string {
  return block.lines.filter((line) => !line.startsWith('$ ')).join('\n')
}

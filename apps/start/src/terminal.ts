/**
 * Terminal: everything of the outside world that the tour uses.
 */
import type { Terminal } from '@orujo/cli'

export interface TourTerminal extends Terminal {
  /** Makes text bold where stdout can show it. */
  readonly bold: (text: string) => string
  /** Width of a line on stdout. */
  readonly columns: number
}

/**
 * Catalogue: every program of the comparison of modes.
 */
import { bfs } from './bfs.ts'
import { keyValue } from './key-value.ts'
import type { ModeCase } from './mode-case.ts'
import { pageRank } from './page-rank.ts'
import { pingPong } from './ping-pong.ts'
import { producerConsumer } from './producer-consumer.ts'
import { reRead } from './re-read.ts'
import { updates } from './updates.ts'

export const MODE_CASES: readonly ModeCase[] = [
  updates,
  reRead,
  producerConsumer,
  pingPong,
  keyValue,
  bfs,
  pageRank,
]

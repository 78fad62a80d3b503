/**
 * Catalogue: every case of the micro benchmark, by family. A family is measured in alternation, and
 * a case's baseline is in its family.
 */
import { comlinkCall, comlinkPipelined } from '../baseline/comlink.ts'
import { handWrittenPingPong } from '../baseline/ping-pong.ts'
import { piscinaClose, piscinaRun, piscinaStart } from '../baseline/piscina.ts'
import { postMessagePingPong, postMessagePipelined } from '../baseline/post-message.ts'
import { handWrittenPromiseRing, handWrittenPromiseRingOne } from '../baseline/promise-ring.ts'
import { handWrittenRing } from '../baseline/ring.ts'
import { asyncCall, plainLoop } from '../baseline/single-thread.ts'
import { handWrittenSteal } from '../baseline/steal-loop.ts'
import type { MicroCase } from '../harness/case.ts'
import type { Family } from '../harness/select.ts'
import { array } from './array.ts'
import { barrierCase } from './barrier.ts'
import { blockingMany, blockingOne } from './blocking.ts'
import { COMBINING } from './combining.ts'
import { completion } from './completion.ts'
import { forallSync } from './forall.ts'
import { gupsBlocking, gupsOneWay, gupsPlain } from './gups.ts'
import { launchClose, launchFirstDelegate } from './launch.ts'
import { object } from './object.ts'
import { oneWay } from './one-way.ts'
import { OWN_CACHED, OWN_READ } from './own-read.ts'
import { OWN_SHARE } from './own-share.ts'
import { SPAWN_BOUND } from './spawn.ts'
import { SPAWN_UNBOUND } from './spawn-unbound.ts'
import { stealCase } from './steal.ts'
import { tracedSearch, untracedSearch } from './trace.ts'
import { uts, utsPlain } from './uts.ts'

const RATES: readonly MicroCase[] = [
  oneWay,
  handWrittenRing,
  object,
  array,
  blockingMany,
  handWrittenPromiseRing,
  comlinkPipelined,
  piscinaRun,
  postMessagePipelined,
]

const LATENCIES: readonly MicroCase[] = [
  blockingOne,
  handWrittenPingPong,
  handWrittenPromiseRingOne,
  completion,
  barrierCase,
  comlinkCall,
  postMessagePingPong,
]

export const FAMILIES: readonly Family[] = [
  RATES,
  LATENCIES,
  [...SPAWN_BOUND, ...SPAWN_UNBOUND, asyncCall],
  [stealCase, handWrittenSteal],
  [forallSync, plainLoop],
  [gupsOneWay, gupsBlocking, gupsPlain],
  [uts, utsPlain],
  [tracedSearch, untracedSearch],
  COMBINING,
  OWN_READ,
  OWN_CACHED,
  OWN_SHARE,
  [launchFirstDelegate, piscinaStart, launchClose, piscinaClose],
]

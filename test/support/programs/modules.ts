/**
 * The modules of the program that conformance tests run, for both ways of running it.
 */
import type { AnyCodecExtension } from '#core/message/codec-extension.js'
import type { AnyDefinition } from '#core/message/definition.js'
import { definitionsIn, extensionsIn } from '#core/message/handlers.js'
import * as addresses from './addresses.ts'
import * as arrays from './arrays.ts'
import * as busy from './busy.ts'
import * as caches from './caches.ts'
import * as checks from './checks.ts'
import * as collections from './collections.ts'
import * as collectionsAtOnce from './collections-at-once.ts'
import * as collectionsLimits from './collections-limits.ts'
import * as collectives from './collectives.ts'
import * as completion from './completion.ts'
import * as delegates from './delegates.ts'
import * as events from './events.ts'
import * as graphs from './graphs.ts'
import * as loops from './loops.ts'
import * as neighbours from './neighbours.ts'
import * as ordering from './ordering.ts'
import * as reducers from './reducers.ts'
import * as storage from './storage.ts'
import * as synchronization from './synchronization.ts'
import * as synchronizationCells from './synchronization-cells.ts'
import * as tasks from './tasks.ts'
import * as tokens from './tokens.ts'
import * as unbound from './unbound.ts'

const MODULES: Readonly<Record<string, object>> = {
  addresses,
  arrays,
  busy,
  caches,
  checks,
  collections,
  'collections-at-once': collectionsAtOnce,
  'collections-limits': collectionsLimits,
  collectives,
  completion,
  delegates,
  events,
  graphs,
  loops,
  neighbours,
  ordering,
  reducers,
  storage,
  synchronization,
  'synchronization-cells': synchronizationCells,
  tasks,
  tokens,
  unbound,
}

/** Where cores on threads load the program from. */
export function programUrls(): URL[] {
  return Object.keys(MODULES).map((name) => new URL(`./${name}.js`, import.meta.url))
}

/** What cores on one thread are given. */
export function programDefinitions(): AnyDefinition[] {
  return Object.values(MODULES).flatMap((module) => [...definitionsIn(module)])
}

/** What the program adds to the codec, for the same. */
export function programExtensions(): AnyCodecExtension[] {
  return Object.values(MODULES).flatMap((module) => [...extensionsIn(module)])
}

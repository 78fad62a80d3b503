/**
 * The modules of the program that conformance tests run, for both ways of running it.
 */
import type { AnyDefinition } from '#core/message/definition.js'
import { definitionsIn } from '#core/message/handlers.js'
import * as checks from './checks.ts'
import * as collections from './collections.ts'
import * as completion from './completion.ts'
import * as delegates from './delegates.ts'
import * as loops from './loops.ts'
import * as ordering from './ordering.ts'
import * as storage from './storage.ts'
import * as tasks from './tasks.ts'

const MODULES: Readonly<Record<string, object>> = {
  checks,
  collections,
  completion,
  delegates,
  loops,
  ordering,
  storage,
  tasks,
}

/** Where cores on threads load the program from. */
export function programUrls(): URL[] {
  return Object.keys(MODULES).map((name) => new URL(`./${name}.js`, import.meta.url))
}

/** What cores on one thread are given. */
export function programDefinitions(): AnyDefinition[] {
  return Object.values(MODULES).flatMap((module) => [...definitionsIn(module)])
}

/**
 * Definitions that every program has without exporting them.
 */
import { bagDefinitions } from '../collections/bag.ts'
import { collectionDefinitions } from '../collections/collection.ts'
import { counterDefinitions } from '../collections/counter.ts'
import { mapDefinitions } from '../collections/map-client.ts'
import { vectorDefinitions } from '../collections/vector.ts'
import { atomicDefinitions } from '../delegate/atomic.ts'
import { eventDefinitions } from '../delegate/event.ts'
import { writeLine } from '../delegate/log.ts'
import type { AnyDefinition } from '../message/definition.ts'
import { allocationDefinitions } from '../parallel/allocate.ts'
import { collectiveDefinitions } from '../parallel/collective.ts'
import { forallDefinitions } from '../parallel/forall.ts'

export const builtinDefinitions: readonly AnyDefinition[] = Object.freeze([
  ...atomicDefinitions,
  ...eventDefinitions,
  writeLine,
  ...allocationDefinitions,
  ...collectiveDefinitions,
  ...forallDefinitions,
  ...collectionDefinitions,
  ...counterDefinitions,
  ...vectorDefinitions,
  ...mapDefinitions,
  ...bagDefinitions,
])

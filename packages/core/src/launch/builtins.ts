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
import { reducerDefinitions } from '../delegate/reducer.ts'
import { synchronizationDefinitions } from '../delegate/synchronization.ts'
import type { AnyDefinition } from '../message/definition.ts'
import { allocationDefinitions } from '../parallel/allocate.ts'
import { arrayCopyDefinitions } from '../parallel/array-copy.ts'
import { arrayFileDefinitions } from '../parallel/array-file.ts'
import { arraySortDefinitions } from '../parallel/array-sort.ts'
import { bulkDefinitions } from '../parallel/bulk.ts'
import { cacheDefinitions } from '../parallel/cache.ts'
import { forallUnboundDefinitions } from '../parallel/forall-unbound.ts'
import { forallDefinitions } from '../parallel/forall.ts'
import { meetingDefinitions } from '../parallel/meeting.ts'

export const builtinDefinitions: readonly AnyDefinition[] = Object.freeze([
  ...atomicDefinitions,
  ...eventDefinitions,
  ...synchronizationDefinitions,
  writeLine,
  ...allocationDefinitions,
  ...forallDefinitions,
  ...collectionDefinitions,
  ...counterDefinitions,
  ...vectorDefinitions,
  ...mapDefinitions,
  ...bagDefinitions,
  ...forallUnboundDefinitions,
  ...meetingDefinitions,
  ...reducerDefinitions,
  ...bulkDefinitions,
  ...cacheDefinitions,
  ...arrayCopyDefinitions,
  ...arrayFileDefinitions,
  ...arraySortDefinitions,
])

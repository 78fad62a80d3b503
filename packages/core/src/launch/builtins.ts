/**
 * Definitions that every program has without exporting them.
 */
import { atomicDefinitions } from '../delegate/atomic.ts'
import { eventDefinitions } from '../delegate/event.ts'
import { writeLine } from '../delegate/log.ts'
import { synchronizationDefinitions } from '../delegate/synchronization.ts'
import type { AnyDefinition } from '../message/definition.ts'
import { allocationDefinitions } from '../parallel/allocate.ts'
import { collectiveDefinitions } from '../parallel/collective.ts'
import { forallUnboundDefinitions } from '../parallel/forall-unbound.ts'
import { forallDefinitions } from '../parallel/forall.ts'

export const builtinDefinitions: readonly AnyDefinition[] = Object.freeze([
  ...atomicDefinitions,
  ...eventDefinitions,
  ...synchronizationDefinitions,
  writeLine,
  ...allocationDefinitions,
  ...collectiveDefinitions,
  ...forallDefinitions,
  ...forallUnboundDefinitions,
])

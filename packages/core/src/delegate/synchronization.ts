/**
 * Synchronization: the definitions of everything that makes tasks on several cores wait, in one
 * list.
 */
import { barrierDefinitions } from './remote-barrier.ts'
import { conditionDefinitions } from './remote-condition-variable.ts'
import { semaphoreDefinitions } from './remote-counting-semaphore.ts'
import { fullEmptyDefinitions } from './remote-full-empty.ts'
import { mutexDefinitions } from './remote-mutex.ts'

/** Definitions that every core needs for synchronization primitives. */
export const synchronizationDefinitions = Object.freeze([
  ...mutexDefinitions,
  ...conditionDefinitions,
  ...semaphoreDefinitions,
  ...fullEmptyDefinitions,
  ...barrierDefinitions,
])

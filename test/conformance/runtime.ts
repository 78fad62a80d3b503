/**
 * What every runtime must do, as a function of a way to make one. The rules are by topic in the
 * files beside this one; their programs are in support/programs.
 */
import test, { type ExecutionContext } from 'ava'
import type { Machine } from '../support/machine.ts'
import { addressRules } from './runtime-addresses.ts'
import { collectionRules } from './runtime-collections.ts'
import { arrayOperationRules } from './runtime-arrays.ts'
import { cacheRules } from './runtime-caches.ts'
import { collectiveRules } from './runtime-collectives.ts'
import { completionRules } from './runtime-completion.ts'
import { delegateRules } from './runtime-delegates.ts'
import { graphRules } from './runtime-graphs.ts'
import { loopRules } from './runtime-loops.ts'
import { neighbourRules } from './runtime-neighbours.ts'
import { orderingRules } from './runtime-ordering.ts'
import { reducerRules } from './runtime-reducers.ts'
import { storageRules } from './runtime-storage.ts'
import { synchronizationRules } from './runtime-synchronization.ts'
import { taskRules } from './runtime-tasks.ts'
import { tokenRules } from './runtime-tokens.ts'
import { unboundRules } from './runtime-unbound.ts'

export interface Shape {
  readonly locales: number
  readonly coresPerLocale: number
}

/** Hands a machine of that shape to `body`, and afterwards sees to it that nothing is left. */
export type WithMachine = (shape: Shape, body: (machine: Machine) => Promise<void>) => Promise<void>

const SHAPES: readonly Shape[] = [
  { locales: 1, coresPerLocale: 1 },
  { locales: 1, coresPerLocale: 2 },
  { locales: 1, coresPerLocale: 4 },
  { locales: 2, coresPerLocale: 1 },
  { locales: 2, coresPerLocale: 2 },
]

export function runtimeConformance(withMachine: WithMachine): void {
  for (const shape of SHAPES) {
    const { locales, coresPerLocale } = shape
    const rule = (
      title: string,
      body: (t: ExecutionContext, machine: Machine) => Promise<void>,
    ): void =>
      test.serial(`${locales} x ${coresPerLocale} cores: ${title}`, (t) =>
        withMachine(shape, (machine) => body(t, machine)),
      )
    delegateRules(rule)
    orderingRules(rule)
    taskRules(rule)
    unboundRules(rule)
    completionRules(rule)
    loopRules(rule)
    cacheRules(rule)
    collectiveRules(rule)
    arrayOperationRules(rule)
    reducerRules(rule)
    storageRules(rule)
    neighbourRules(rule)
    addressRules(rule)
    collectionRules(rule)
    synchronizationRules(rule)
    tokenRules(rule)
    graphRules(rule)
  }
}

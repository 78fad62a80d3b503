/**
 * Sequential models of the collections: what a single caller would see. States are plain values.
 */
import type { SequentialModel } from './linearizability.ts'

export type CounterOperation = readonly ['add', by: number] | readonly ['increment', by: number]

/** `add` is answered the value before, `increment` nothing. */
export const counterModel: SequentialModel<number, CounterOperation, number | undefined> = {
  initial: 0,
  apply: (state, [verb, by]) => [state + by, verb === 'add' ? state : undefined],
}

export type VectorOperation =
  | readonly ['push', value: number]
  | readonly ['pop']
  | readonly ['dequeue']
  | readonly ['size']
  | readonly ['read', index: number]
export type VectorSeen = number | 'full' | undefined

export function vectorModel(
  capacity = Infinity,
): SequentialModel<readonly number[], VectorOperation, VectorSeen> {
  return {
    initial: [],
    apply(state, operation) {
      switch (operation[0]) {
        case 'push':
          return state.length < capacity ? [[...state, operation[1]], undefined] : [state, 'full']
        case 'pop':
          return [state.slice(0, -1), state.at(-1)]
        case 'dequeue':
          return [state.slice(1), state[0]]
        case 'size':
          return [state, state.length]
        case 'read':
          return [state, state[operation[1]]]
      }
    },
  }
}

export type MapOperation =
  | readonly ['insert', key: number, value: number]
  | readonly ['lookup', key: number]
  | readonly ['remove', key: number]
  | readonly ['update', key: number, by: number]
  | readonly ['has', key: number]
export type MapSeen = number | boolean | undefined

/** Keys with their values, in the order of the keys. */
export type MapState = readonly (readonly [key: number, value: number])[]

export const mapModel: SequentialModel<MapState, MapOperation, MapSeen> = {
  initial: [],
  apply(state, operation) {
    const [verb, key] = operation
    const held = state.find(([other]) => other === key)?.[1]
    const without = state.filter(([other]) => other !== key)
    const withValue = (value: number): MapState =>
      [...without, [key, value] as const].sort(([a], [b]) => a - b)
    switch (verb) {
      case 'insert':
        return [withValue(operation[2]), held === undefined]
      case 'lookup':
        return [state, held]
      case 'has':
        return [state, held !== undefined]
      case 'remove':
        return [without, held !== undefined]
      case 'update': {
        const value = (held ?? 0) + operation[2]
        return [withValue(value), value]
      }
    }
  },
}

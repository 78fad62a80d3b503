/**
 * Steps of random programs as data, and what endpoints note and check of them.
 */
import type { Core, GlobalArray, ObjectAddress, f64 } from '@orujo/core'

/** Something to do. Whoever does it notes its `id`. What has `then` goes on with that. */
export type Step = QuickStep | SlowStep

/** What a delegate can do, too. `pad`: words that travel along. */
export type QuickStep =
  | { readonly do: 'note'; readonly id: number }
  | Sending<'send', QuickStep>
  | Sending<'task', Step>
  | Sending<'spawn', Step>
  | Sending<'call', QuickStep>
  | {
      readonly do: 'numbers'
      readonly id: number
      readonly dst: number
      readonly count: number
      readonly arity: number
    }
  | {
      readonly do: 'hop'
      readonly id: number
      readonly dst: number
      readonly hops: number
      readonly stride: number
    }
  | { readonly do: 'object'; readonly id: number; readonly dst: number; readonly pad: number }
  | { readonly do: 'add'; readonly index: number; readonly by: number }

export interface Sending<Verb extends string, Then> {
  readonly do: Verb
  readonly id: number
  readonly dst: number
  readonly pad: number
  readonly then: readonly Then[]
}

/** What only a task can do. `last`, `notes`: ids from `id` to `last` are noted so often in it. */
export type SlowStep =
  | Sending<'await', QuickStep>
  | Sending<'await-task', Step>
  | Sending<'join', Step>
  | { readonly do: 'yield' | 'drain' }
  | { readonly do: 'fetch-add'; readonly index: number; readonly by: number }
  | (Group<'finish'> & { readonly then: readonly Step[] })
  | (Group<'fails'> & { readonly failing: readonly number[]; readonly then: readonly QuickStep[] })
  | (Group<'phases'> & { readonly rounds: number; readonly then: readonly QuickStep[] })
  | (Group<'event'> & { readonly completers: readonly number[]; readonly visits: readonly Visit[] })

/** Steps that are waited for together. */
export type GroupStep = Extract<SlowStep, { readonly notes: number }>

interface Group<Verb extends string> {
  readonly do: Verb
  readonly id: number
  readonly last: number
  readonly notes: number
}

export interface Visit {
  readonly dst: number
  readonly waits: boolean
  readonly then: readonly QuickStep[]
}

/** What one endpoint knows and has noted. */
export class Notebook {
  /** Times by id. */
  readonly notes = new Map<number, number>()
  /** Stamps given to messages, by destination, and seen on them, by source. */
  readonly given: number[] = []
  readonly seen: number[] = []
  readonly tally = { count: 0 }
  array: GlobalArray<typeof f64> | undefined
  tallies: readonly ObjectAddress<Tally>[] = []
}

export interface Tally {
  count: number
}

export function notebookOf(core: Core): Notebook {
  return core.endpoint.state(Notebook, () => new Notebook())
}

export function note(core: Core, id: number): void {
  const { notes } = notebookOf(core)
  notes.set(id, (notes.get(id) ?? 0) + 1)
}

/** The place of a message to `dst` among those from here; -1 if it is none. */
export function stamp(core: Core, dst: number): number {
  if (dst === core.id) return -1
  const { given } = notebookOf(core)
  given[dst] = (given[dst] ?? -1) + 1
  return given[dst]
}

/** Throws unless the message with this stamp is the next from `src`. */
export function checkStamp(core: Core, src: number, place: number): void {
  if (place < 0) return
  const { seen } = notebookOf(core)
  const expected = (seen[src] ?? -1) + 1
  seen[src] = place
  if (place === expected) return
  throw new Error(`message ${place} from ${src} to ${core.id} came where ${expected} was due`)
}

export function payload(words: number, id: number): Float64Array | string | undefined {
  if (words === 0) return undefined
  return words % 2 === 0 ? new Float64Array(words).fill(id) : String(id).padEnd(8 * words, '.')
}

export function checkPayload(
  content: Float64Array | string | undefined,
  words: number,
  id: number,
): void {
  const right = payload(words, id)
  const isRight =
    typeof content === 'string' || content === undefined
      ? content === right
      : content.length === words && content.every((word) => word === id)
  if (!isRight) throw new Error(`the payload of step ${id} is not what was sent`)
}

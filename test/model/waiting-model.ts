/**
 * Model of waiting: `Mutex`, `ConditionVariable` and `FullEmpty` as plain lists of names, and with
 * a switch for each fault that the suite must notice. On one core everything between two awaits is
 * one step, so a call is one step; what is tried is the order of calls, of going on, and of aborts.
 * `waiting.test.ts` also ties these models to the real classes.
 */

export type MutexFault =
  | 'a release forgets who waits'
  | 'a release lets two in'
  | 'a release leaves the mutex to who comes first'
  | 'an aborted waiter keeps its place'

export class ModelMutex {
  /** One, if all is well. */
  readonly holders: string[] = []
  readonly queue: string[] = []
  /** Told to try again: nobody, if all is well. */
  readonly woken: string[] = []
  readonly #fault: string | undefined

  constructor(fault?: string) {
    this.#fault = fault
  }

  request(name: string): void {
    if (this.holders.length === 0) this.holders.push(name)
    else this.queue.push(name)
  }

  release(name: string): void {
    remove(this.holders, name)
    switch (this.#fault) {
      case 'a release forgets who waits':
        return
      case 'a release lets two in':
        this.holders.push(...this.queue.splice(0, 2))
        return
      case 'a release leaves the mutex to who comes first':
        this.woken.push(...this.queue.splice(0, 1))
        return
      default:
        this.holders.push(...this.queue.splice(0, 1))
    }
  }

  abandon(name: string): void {
    if (this.#fault !== 'an aborted waiter keeps its place') remove(this.queue, name)
  }
}

export type ConditionFault =
  | 'waiting releases the mutex before it queues'
  | 'a signal forgets its waiter'
  | 'a signal wakes the latest'
  | 'a signalled waiter goes on without the mutex'
  | 'a signalled waiter queues for the mutex when it gets to it'
  | 'an aborted waiter keeps its signal'

export class ModelCondition {
  readonly queue: string[] = []
  /** Signalled, and waiting for the mutex. */
  readonly signalled: string[] = []
  readonly #mutex: ModelMutex
  readonly #fault: string | undefined

  constructor(mutex: ModelMutex, fault?: string) {
    this.#mutex = mutex
    this.#fault = fault
  }

  wait(name: string): void {
    this.#mutex.release(name)
    this.queue.push(name)
  }

  signal(): boolean {
    const isLatest = this.#fault === 'a signal wakes the latest'
    const name = isLatest ? this.queue.pop() : this.queue.shift()
    if (name === undefined) return false
    this.signalled.push(name)
    switch (this.#fault) {
      case 'a signal forgets its waiter':
        break
      case 'a signalled waiter goes on without the mutex':
        this.#mutex.holders.push(name)
        break
      case 'a signalled waiter queues for the mutex when it gets to it':
        this.#mutex.woken.push(name)
        break
      default:
        this.#mutex.request(name)
    }
    return true
  }

  broadcast(): number {
    const count = this.queue.length
    for (let i = 0; i < count; i++) this.signal()
    return count
  }

  abandon(name: string): void {
    if (remove(this.queue, name)) return
    this.#mutex.abandon(name)
    const isUsed = !remove(this.signalled, name)
    if (!isUsed && this.#fault !== 'an aborted waiter keeps its signal') this.signal()
  }
}

export type CellFault =
  | 'filling lets all go on who wait for full'
  | 'filling lets only one go on'
  | 'filling tells the first to look again'
  | 'taking forgets who waits for empty'
  | 'emptying lets the latest writer go on'
  | 'an aborted reader keeps its place'

export type CellOperation = 'readFF' | 'readFE' | 'writeEF' | 'writeFF'

interface CellRequest {
  readonly name: string
  readonly operation: CellOperation
  readonly value: number
}

export class ModelFullEmpty {
  content: number | undefined
  readonly forFull: CellRequest[] = []
  readonly forEmpty: CellRequest[] = []
  /** What those who went on got, in the order in which they did. */
  readonly done: [name: string, value: number | undefined][] = []
  /** Told to try again: nobody, if all is well. */
  readonly woken: CellRequest[] = []
  readonly #fault: CellFault | undefined

  constructor(fault?: CellFault) {
    this.#fault = fault
  }

  request(name: string, operation: CellOperation, value = 0): void {
    const request = { name, operation, value }
    const isForEmpty = operation === 'writeEF'
    const canGoOn = isForEmpty === (this.content === undefined)
    if (!canGoOn) (isForEmpty ? this.forEmpty : this.forFull).push(request)
    else {
      this.#perform(request)
      this.#serve()
    }
  }

  fill(value: number): void {
    this.content = value
    this.#serve()
  }

  reset(): void {
    this.content = undefined
    this.#serve()
  }

  abandon(name: string): void {
    if (this.#fault === 'an aborted reader keeps its place') return
    for (const queue of [this.forFull, this.forEmpty]) {
      const index = queue.findIndex((request) => request.name === name)
      if (index >= 0) queue.splice(index, 1)
    }
  }

  #serve(): void {
    if (this.#fault === 'filling lets all go on who wait for full' && this.content !== undefined) {
      const value = this.content
      for (const { name } of this.forFull.splice(0)) this.done.push([name, value])
      return
    }
    if (this.#fault === 'filling tells the first to look again' && this.content !== undefined) {
      this.woken.push(...this.forFull.splice(0, 1))
      return
    }
    for (let served = 0; ; served++) {
      const isFull = this.content !== undefined
      if (!isFull && this.#fault === 'taking forgets who waits for empty') return
      if (isFull && served > 0 && this.#fault === 'filling lets only one go on') return
      const isLatest = !isFull && this.#fault === 'emptying lets the latest writer go on'
      const queue = isFull ? this.forFull : this.forEmpty
      const request = isLatest ? queue.pop() : queue.shift()
      if (request === undefined) return
      this.#perform(request)
    }
  }

  #perform({ name, operation, value }: CellRequest): void {
    this.done.push([name, operation.startsWith('read') ? this.content : undefined])
    if (operation === 'readFE') this.content = undefined
    if (operation.startsWith('write')) this.content = value
  }
}

/** Removes one `name`; whether it was there. */
export function remove(names: string[], name: string): boolean {
  const index = names.indexOf(name)
  if (index >= 0) names.splice(index, 1)
  return index >= 0
}

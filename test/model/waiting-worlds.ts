/**
 * Worlds of waiting: tasks that use the models of `waiting-model.ts` in every order, watched for
 * what is feared: a wake-up that is lost (then the run is stuck), a right that two get, and a
 * newcomer that gets in before who has waited longer.
 */
import type { Steps, World } from '../support/explore.ts'
import {
  type CellFault,
  type CellOperation,
  type ConditionFault,
  ModelCondition,
  ModelFullEmpty,
  ModelMutex,
  type MutexFault,
  remove,
} from './waiting-model.ts'

/** Who came when, so that it can be seen whether they go on in that order. */
class Line {
  readonly #names: string[] = []

  come(name: string): void {
    this.#names.push(name)
  }

  leave(name: string): void {
    remove(this.#names, name)
  }

  goOn(name: string): void {
    const first = this.#names.shift()
    if (first !== name) throw new Error(`order: ${name} went on before ${first}`)
  }

  toString(): string {
    return this.#names.join('>')
  }
}

/** A mutex that is watched: who comes, who holds it. */
class Watched {
  readonly mutex: ModelMutex
  readonly line = new Line()
  readonly #known: string[] = []

  constructor(fault?: string) {
    this.mutex = new ModelMutex(fault)
  }

  request(name: string): void {
    this.line.come(name)
    this.mutex.request(name)
  }

  release(name: string): void {
    remove(this.#known, name)
    this.mutex.release(name)
  }

  /** Waits for the mutex, or until `isAborted`; whether it is held. */
  *hold(name: string, isAborted: () => boolean = () => false): Steps<boolean> {
    const { holders, woken } = this.mutex
    for (;;) {
      const when = () => holders.includes(name) || woken.includes(name) || isAborted()
      yield { name: 'wait', when }
      if (holders.includes(name)) return true
      if (remove(woken, name)) this.mutex.request(name)
      else return false
    }
  }

  check(): void {
    const { holders } = this.mutex
    for (const name of holders.filter((holder) => !this.#known.includes(holder))) {
      this.line.goOn(name)
      this.#known.push(name)
    }
    if (holders.length > 1) throw new Error(`two hold the mutex: ${holders.join(' and ')}`)
  }

  state(): string {
    const { holders, queue, woken } = this.mutex
    return [holders, queue, woken, this.line, this.#known].join(' ')
  }
}

/** A condition variable that is watched: who waits, who is signalled. */
class WatchedCondition {
  readonly model: ModelCondition
  readonly #line = new Line()
  readonly #watched: Watched
  readonly #fault: ConditionFault | undefined

  constructor(watched: Watched, fault: ConditionFault | undefined) {
    this.model = new ModelCondition(watched.mutex, fault)
    this.#watched = watched
    this.#fault = fault
  }

  /** Releases the mutex and queues. */
  *wait(name: string): Steps {
    this.#line.come(name)
    this.#watched.release(name)
    if (this.#fault === 'waiting releases the mutex before it queues') yield { name: 'queue' }
    this.model.queue.push(name)
  }

  signal(): void {
    const before = this.model.signalled.length
    this.model.signal()
    this.#noteSignals(before)
  }

  /** Aborts `name`, if it waits for a signal or, signalled, for the mutex. */
  abort(name: string): void {
    const { queue, signalled } = this.model
    const { mutex, line } = this.#watched
    const isSignalled = signalled.includes(name) && mutex.queue.includes(name)
    if (!queue.includes(name) && !isSignalled) return
    this.#line.leave(name)
    line.leave(name)
    const before = signalled.filter((other) => other !== name).length
    this.model.abandon(name)
    this.#noteSignals(before)
  }

  state(): string {
    return [this.#line, this.model.queue, this.model.signalled].join(' ')
  }

  #noteSignals(before: number): void {
    for (const name of this.model.signalled.slice(before)) {
      this.#line.goOn(name)
      this.#watched.line.come(name)
    }
  }
}

/** One that may be aborted at any time. */
function* aborter(abort: () => void): Steps {
  yield { name: 'abort' }
  abort()
}

/** Three tasks that lock in turn; `a` may be aborted while it waits. */
export function mutexWorld(fault?: MutexFault): World {
  const watched = new Watched(fault)
  let isAborted = false
  const rounds: Record<string, number> = {}
  function* locker(name: string, times: number): Steps {
    for (let round = 0; round < times; round++) {
      rounds[name] = round
      yield { name: `lock ${round}` }
      if (name === 'a' && isAborted) break
      watched.request(name)
      if (!(yield* watched.hold(name, () => name === 'a' && isAborted))) break
      yield { name: 'release' }
      watched.release(name)
    }
  }
  return {
    processes: {
      a: locker('a', 1),
      b: locker('b', 2),
      c: locker('c', 2),
      abort: aborter(() => {
        isAborted = true
        if (watched.mutex.holders.includes('a')) return
        watched.line.leave('a')
        watched.mutex.abandon('a')
      }),
    },
    state: () => `${watched.state()} ${isAborted} ${rounds.b} ${rounds.c}`,
    check: () => watched.check(),
    end() {
      if (watched.mutex.holders.length > 0) throw new Error('the mutex is held at the end')
    },
  }
}

/**
 * One item, which `put` puts and both `a` and `b` take; who has taken it puts it back. `a` may be
 * aborted while it waits.
 */
export function conditionWorld(fault?: ConditionFault): World {
  const watched = new Watched(fault)
  const condition = new WatchedCondition(watched, fault)
  let items = 0
  let isAborted = false
  function* put(name: string): Steps {
    items++
    condition.signal()
    yield { name: 'release' }
    watched.release(name)
  }
  function* producer(): Steps {
    yield { name: 'lock' }
    watched.request('put')
    yield* watched.hold('put')
    yield* put('put')
  }
  function* consumer(name: string): Steps {
    const isGone = (): boolean => name === 'a' && isAborted
    yield { name: 'lock' }
    watched.request(name)
    yield* watched.hold(name)
    while (items === 0) {
      yield { name: 'wait for item' }
      if (isGone()) return watched.release(name)
      yield* condition.wait(name)
      if (!(yield* watched.hold(name, isGone))) return
      remove(condition.model.signalled, name)
    }
    items--
    yield* put(name)
  }
  return {
    processes: {
      put: producer(),
      a: consumer('a'),
      b: consumer('b'),
      abort: aborter(() => {
        isAborted = true
        condition.abort('a')
      }),
    },
    state: () => [watched.state(), condition.state(), items, isAborted].join(' '),
    check: () => watched.check(),
    end() {
      if (items !== 1) throw new Error(`${items} items at the end`)
    },
  }
}

/** Three values put, two taken, one read; `c` is aborted at some time and then tries again. */
export function cellWorld(fault?: CellFault): World {
  const cell = new ModelFullEmpty(fault)
  const full = new Line()
  const empty = new Line()
  const values: number[] = []
  let noted = 0
  let isAborted = false
  const isDone = (id: string): boolean => cell.done.some(([name]) => name === id)
  function* user(id: string, operation: CellOperation, value = 0): Steps<boolean> {
    const isGone = (): boolean => id === 'c' && isAborted
    yield { name: `${operation} ${id}` }
    if (isGone()) return false
    const line = operation === 'writeEF' ? empty : full
    line.come(id)
    cell.request(id, operation, value)
    for (;;) {
      const isWoken = (): boolean => cell.woken.some(({ name }) => name === id)
      yield { name: 'wait', when: () => isDone(id) || isWoken() || isGone() }
      if (isDone(id)) return true
      if (!isWoken()) return false
      cell.woken.splice(0)
      cell.request(id, operation, value)
    }
  }
  function* writer(value: number): Steps {
    yield* user(`w${value}`, 'writeEF', value)
  }
  function* reader(id: string, operation: CellOperation): Steps {
    if (!(yield* user(id, operation))) yield* user(`${id} again`, operation)
    const [, value] = cell.done.find(([name]) => name.startsWith(id))!
    if (operation === 'readFE') values.push(value!)
  }
  return {
    processes: {
      w1: writer(1),
      w2: writer(2),
      w3: writer(3),
      a: reader('a', 'readFE'),
      c: reader('c', 'readFE'),
      r: reader('r', 'readFF'),
      abort: aborter(() => {
        isAborted = true
        if (isDone('c')) return
        full.leave('c')
        cell.abandon('c')
      }),
    },
    state() {
      const queues = [cell.forFull, cell.forEmpty, cell.woken].map((queue) =>
        queue.map(({ name }) => name).join(),
      )
      return [cell.content, ...queues, cell.done.join(';'), full, empty, isAborted, values].join(
        ' ',
      )
    },
    check() {
      for (const [name] of cell.done.slice(noted)) (name.startsWith('w') ? empty : full).goOn(name)
      noted = cell.done.length
    },
    end() {
      const all = [...values, cell.content].sort()
      if (all.join() !== '1,2,3') throw new Error(`taken and left: ${all.join()}`)
    },
  }
}

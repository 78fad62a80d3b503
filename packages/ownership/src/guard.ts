/**
 * Guard: a stand-in for borrowed contents, in checked mode only. It lets through what the borrow
 * allows while the borrow lives: a write by a reader is OWN_FROZEN, any use after the end
 * OWN_ESCAPED, whatever part of the contents was kept and wherever.
 *
 * States      live -> ended, with the borrow.
 * Invariants  a part has one stand-in per guard, so that parts can be compared. What a program
 *             puts into borrowed contents is the thing itself, never its stand-in.
 * Bounds      stand-ins are made when a part is first looked at, and go with the guard.
 * Misuse      a stand-in is no typed array, Map or Date to the engine: Atomics, structuredClone and
 *             messages do not take it. Copies (slice, spread) are real. Behind an ArrayBuffer or a
 *             RegExp nothing is guarded.
 */
import { inspect } from 'node:util'

import { FieldView, StructView } from '@orujo/core/internal'
import { isFreezable, type IsLeaf } from './freeze.ts'
import { misuse } from './refusal.ts'
import type { PlaceNote } from './place-note.ts'

/** What the engine's own methods must be called on, and which of them write. */
const WRITES: readonly (readonly [type: abstract new (...args: never[]) => object, RegExp])[] =
  Object.freeze([
    [Map, /^(set|delete|clear)$/],
    [Set, /^(add|delete|clear)$/],
    [Date, /^set/],
    [DataView, /^(set.*|buffer)$/],
    // Typed arrays of all kinds, and Buffer.
    [
      Object.getPrototypeOf(Uint8Array) as typeof Uint8Array,
      /^(set|fill|copyWithin|reverse|sort|buffer|parent|write.*|swap.*)$/,
    ],
    [StructView, /^set$/],
    [FieldView, /^set$/],
  ])

/** Who has lent the contents, for errors; the same for all that it lends. */
export interface Lender {
  /** The object. */
  readonly name: string
  /** What of it, if that is not all. */
  readonly text?: string
  /** Where the borrow began. */
  readonly note: PlaceNote | undefined
}

/** Which stand-in is whose, on one endpoint. */
export class Guards {
  readonly #isLeaf: IsLeaf
  /** What stands behind a stand-in, and whose guard made it. */
  readonly #behind = new WeakMap<object, { readonly raw: object; readonly guard: Guard }>()

  constructor(isLeaf: IsLeaf) {
    this.#isLeaf = isLeaf
  }

  /** Begins to guard what was borrowed. */
  begin(about: Lender, mayWrite: boolean): Guard {
    return new Guard(this, about, mayWrite)
  }

  isGuarded(value: object): boolean {
    return !this.#isLeaf(value) && (isFreezable(value) || writesOf(value) !== undefined)
  }

  add(standIn: object, raw: object, guard: Guard): void {
    this.#behind.set(standIn, { raw, guard })
  }

  /** What stands behind a stand-in; any other value is itself. For what is not the program's. */
  behindOf(value: object): object {
    return this.#behind.get(value)?.raw ?? value
  }

  behind(value: object): { readonly raw: object; readonly guard: Guard } | undefined {
    return this.#behind.get(value)
  }
}

/** What one borrow has handed out: to be read, and to be written. */
export class Lending {
  readonly #guards: Guards
  readonly #lender: Lender
  #reading: Guard | undefined
  #writing: Guard | undefined

  constructor(guards: Guards, lender: Lender) {
    this.#guards = guards
    this.#lender = lender
  }

  /** What the borrower gets in place of `value`. */
  wrap<V>(value: V, mayWrite: boolean): V {
    return this.guard(mayWrite).wrap(value) as V // stands for it
  }

  guard(mayWrite: boolean): Guard {
    if (mayWrite) return (this.#writing ??= this.#guards.begin(this.#lender, true))
    return (this.#reading ??= this.#guards.begin(this.#lender, false))
  }

  /** The borrow has ended. */
  end(at: PlaceNote | undefined): void {
    this.#reading?.end(at)
    this.#writing?.end(at)
  }
}

export class Guard {
  readonly #guards: Guards
  readonly #about: Lender
  readonly #name: string
  readonly #text: string
  readonly #mayWrite: boolean
  readonly #standIns = new WeakMap<object, object>()
  readonly #begunAt: PlaceNote | undefined
  #isLive = true
  #endedAt: PlaceNote | undefined

  /** Use `Guards.begin`. */
  constructor(guards: Guards, about: Lender, mayWrite: boolean) {
    this.#guards = guards
    this.#about = about
    this.#name = about.name
    this.#text = about.text ?? about.name
    this.#begunAt = about.note
    this.#mayWrite = mayWrite
  }

  /** What the borrower gets in place of `value`. */
  wrap(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || !this.#guards.isGuarded(value)) return value
    const known = this.#standIns.get(value)
    if (known !== undefined) return known
    const standIn = new Proxy(this.#shadowOf(value), this.#handlerOf(value))
    this.#standIns.set(value, standIn)
    this.#guards.add(standIn, value, this)
    return standIn
  }

  /** The borrow has ended. */
  end(at: PlaceNote | undefined): void {
    this.#isLive = false
    this.#endedAt = at
  }

  /** Throws after the end. */
  check(what: string): void {
    if (this.#isLive) return
    throw misuse(
      'OWN_ESCAPED',
      `cannot ${what} of ${this.#text}: the borrow that it was lent by has ended. ` +
        'Nothing borrowed may be kept: copy what is needed.',
      { name: this.#name, note: this.#endedAt },
    )
  }

  /** Throws unless the borrow is live and exclusive. */
  checkWrite(what: string): void {
    this.check(what)
    if (this.#mayWrite) return
    throw misuse(
      'OWN_FROZEN',
      `cannot ${what} of ${this.#text}: that is borrowed, shared. ` +
        'Borrow it exclusively to write it.',
      { name: this.#name, note: this.#begunAt },
    )
  }

  /**
   * What is to be stored in place of `value`: never a stand-in. OWN_BORROWED for one that belongs
   * to the borrow of another object, which would be part of both.
   */
  unwrap(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value
    const behind = this.#guards.behind(value)
    if (behind === undefined) {
      // Something new, which may have stand-ins inside.
      if (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype) {
        const fields = value as Record<string, unknown>
        for (const [key, field] of Object.entries(fields)) {
          const inner = this.unwrap(field)
          if (inner !== field) fields[key] = inner
        }
      }
      return value
    }
    behind.guard.check('use a part')
    if (behind.guard.#about === this.#about) return behind.raw
    throw misuse(
      'OWN_BORROWED',
      `cannot put a part of ${behind.guard.#name} into ${this.#name}: copy it.`,
      { name: behind.guard.#name, note: behind.guard.#begunAt },
    )
  }

  /**
   * What the proxy is a proxy of. For readers it is an empty thing of the same kind: the engine
   * wants what is frozen to look the same through a proxy as it does without.
   */
  #shadowOf(raw: object): object {
    if (this.#mayWrite && writesOf(raw) === undefined) return raw
    const prototype = Object.getPrototypeOf(raw) as object | null
    const shadow = Array.isArray(raw) ? [] : (Object.create(prototype) as object)
    // What `console.log` looks at is the shadow.
    const show = (): unknown => (this.#isLive ? raw : `[the ended borrow of ${this.#text}]`)
    return Object.defineProperty(shadow, inspect.custom, { value: show, configurable: true })
  }

  #handlerOf(raw: object): ProxyHandler<object> {
    const writes = writesOf(raw)
    const write = (verb: string, key: PropertyKey): void =>
      this.checkWrite(`${verb} '${String(key)}'`)
    return {
      get: (_shadow, key) => {
        this.check(`read '${String(key)}'`)
        if (writes?.test(String(key)) === true) write('use', key)
        const value: unknown = Reflect.get(raw, key, raw)
        if (typeof value !== 'function') return this.wrap(value)
        return writes === undefined || key === 'constructor' ? value : this.#method(raw, key, value)
      },
      set: (_shadow, key, value) => {
        write('set', key)
        return Reflect.set(raw, key, this.unwrap(value), raw)
      },
      deleteProperty: (_shadow, key) => {
        write('delete', key)
        return Reflect.deleteProperty(raw, key)
      },
      defineProperty: (_shadow, key, descriptor) => {
        write('define', key)
        const value = this.unwrap(descriptor.value)
        return Reflect.defineProperty(raw, key, { ...descriptor, value })
      },
      setPrototypeOf: () => {
        write('set', 'prototype')
        return false
      },
      preventExtensions: () => {
        write('freeze', 'it')
        return false
      },
      has: (_shadow, key) => {
        this.check(`look for '${String(key)}'`)
        return Reflect.has(raw, key)
      },
      ownKeys: () => {
        this.check('list the fields')
        return Reflect.ownKeys(raw)
      },
      getOwnPropertyDescriptor: (shadow, key) => {
        this.check(`look at '${String(key)}'`)
        const found = Reflect.getOwnPropertyDescriptor(raw, key)
        if (found === undefined || shadow === raw) return found
        const isLength = Array.isArray(raw) && key === 'length'
        const { enumerable = false } = found
        const value = this.wrap(found.value)
        return { value, enumerable, writable: true, configurable: !isLength }
      },
    }
  }

  /** A method of the engine's own, or of a view: it wants the thing itself. */
  #method(raw: object, key: PropertyKey, method: object): (...args: unknown[]) => unknown {
    return (...args) => {
      this.check(`call ${String(key)}()`)
      const given = args.map((arg) =>
        typeof arg === 'function' ? this.#visitor(arg) : this.unwrap(arg),
      )
      const result: unknown = Reflect.apply(method as (...args: unknown[]) => unknown, raw, given)
      if (isIterator(result)) return this.#iterate(result)
      return isCopy(raw, result) ? result : this.wrap(result)
    }
  }

  /** A callback that is handed stand-ins. */
  #visitor(visit: object): (...args: unknown[]) => unknown {
    return (...args) =>
      Reflect.apply(
        visit as (...args: unknown[]) => unknown,
        undefined,
        args.map((arg) => this.wrap(arg)),
      )
  }

  *#iterate(items: Iterable<unknown>): IterableIterator<unknown> {
    for (const item of items) {
      this.check('go on with an iteration')
      // A pair of a Map is new each time; what it holds is not.
      yield Array.isArray(item) ? item.map((part) => this.wrap(part)) : this.wrap(item)
    }
  }
}

/** The names of a thing's own methods that write; undefined for plain objects and arrays. */
function writesOf(value: object): RegExp | undefined {
  return WRITES.find(([type]) => value instanceof type)?.[1]
}

function isIterator(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && 'next' in value && Symbol.iterator in value
}

/** Whether what a method returned is the program's: anything but a window on the same memory. */
function isCopy(raw: object, result: unknown): boolean {
  if (ArrayBuffer.isView(result)) {
    return !ArrayBuffer.isView(raw) || result.buffer !== raw.buffer
  }
  return raw instanceof StructView && !(result instanceof FieldView)
}

/**
 * A program for tests of delegates: what is asked of them, and tasks that ask it on a core.
 */
import {
  type Core,
  type GlobalAddress,
  type GlobalArray,
  type GlobalCompletionEvent,
  type ObjectAddress,
  type SymmetricArray,
  type SymmetricObject,
  type ValueOf,
  allocate,
  completionEvent,
  delegate,
  f64,
  factory,
  free,
  globalArray,
  i32,
  objectDelegate,
  struct,
  symmetric,
  symmetricObject,
  task,
  write,
} from '@orujo/core'
import { failure } from '../machine.ts'

/** What delegates left on one endpoint. */
class Notes {
  entries: unknown[] = []
}

function notesOf(core: Core): Notes {
  return core.endpoint.state(Notes, () => new Notes())
}

export const place = delegate('test.place', (core: Core) => core.id)

export const echo = delegate('test.echo', (_core: Core, ...values: unknown[]) => values)

export const first = delegate('test.first', (_core: Core, value: number) => value)

export const add = delegate('test.add', (_core: Core, ...values: number[]) => {
  return values.reduce((a, b) => a + b, 0)
})

export const note = delegate('test.note', (core: Core, ...values: unknown[]) => {
  notesOf(core).entries.push(...values)
})

/** What was noted here since the last time this was asked. */
export const takeNotes = delegate('test.take-notes', (core: Core): unknown[] => {
  const notes = notesOf(core)
  const { entries } = notes
  notes.entries = []
  return entries
})

class OddError extends Error {
  readonly code = 'ODD'
}

export const fail = delegate('test.fail', (_core: Core, message: string): number => {
  throw new TypeError(message, { cause: new OddError('the cause') })
})

export const failOddly = delegate('test.fail-oddly', (_core: Core): number => {
  throw new OddError('odd')
})

export const failWithText = delegate('test.fail-with-text', (_core: Core): number => {
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- what this is there to try
  throw 'text'
})

// Casts, here and below, stand for programs whose types were not checked.
export const suspend = delegate('test.suspend', ((_core: Core) => Promise.resolve(1)) as (
  core: Core,
) => never)

export const suspendAndFail = delegate('test.suspend-and-fail', (async (_core: Core) => {
  await undefined
  throw new Error('nobody hears this')
}) as (core: Core) => never)

export const giveFunction = delegate('test.give-function', ((_core: Core) => ({
  deep: [() => 1],
})) as unknown as (core: Core) => number)

/** Not exported by the program: other modules must not use it as a definition. */
export const hidden = Object.freeze({
  unknown: () => delegate('test.unknown', (_core: Core) => 1),
  twin: () => delegate('test.place', (_core: Core) => -1),
  unknownTask: () => task('test.unknown-task', async (_core: Core) => 1),
})

/** Calls back: `from` gets a note for every one of `count` calls that this core makes to it. */
export const callBack = delegate('test.call-back', (core: Core, from: number, count: number) => {
  for (let i = 0; i < count; i++) {
    void core.call(first, from, i).then((value) => core.send(note, from, value))
  }
})

/** As `callBack`, for calls that fail. */
export const callInVain = delegate(
  'test.call-in-vain',
  (core: Core, from: number, count: number) => {
    for (let i = 0; i < count; i++) {
      void core.call(fail, from, 'in vain').catch(() => core.send(note, from, i))
    }
  },
)

export interface Tally {
  count: number
}

/** Also makes what cannot be sent: the object must never travel. */
export const makeTally = factory('test.make-tally', (_core: Core, count: number): Tally => {
  return Object.assign({ count }, { never: () => 1 })
})

export const holdTally = delegate('test.hold-tally', (core: Core): ObjectAddress<Tally> => {
  return core.hold({ count: 0, never: () => 1 } as Tally)
})

export const releaseTally = delegate(
  'test.release-tally',
  (core: Core, address: ObjectAddress<Tally>) => core.release(address),
)

export const bump = objectDelegate('test.bump', (_core: Core, tally: Tally, by: number) => {
  tally.count += by
  return tally.count
})

export const bumpAll = objectDelegate(
  'test.bump-all',
  (_core: Core, tally: Tally, by: number[]) => {
    for (const each of by) tally.count += each
    return tally.count
  },
)

/** Sends itself on, one less, in the same core: a recursion of one-way delegates. */
export const countdown = delegate('test.countdown', (core: Core, left: number) => {
  notesOf(core).entries.push(left)
  if (left > 0) core.send(countdown, core.id, left - 1)
})

/** `countdown`, begun inside of `calls` more local calls than this one. */
export const countdownIn = delegate(
  'test.countdown-in',
  (core: Core, calls: number, left: number) => {
    if (calls > 0) void core.call(countdownIn, core.id, calls - 1, left)
    else core.send(countdown, core.id, left)
  },
)

/** The host is a target too. */
export function everyEndpoint(core: Core): number[] {
  return Array.from({ length: core.cores + 1 }, (_, id) => id)
}

/** From this core to everybody: what `place` answers. */
export const callEverybody = task('test.call-everybody', async (core: Core): Promise<number[]> => {
  return Promise.all(everyEndpoint(core).map((dst) => core.call(place, dst)))
})

/** The values as they come back from `dst`, singly as numbers, and all at once. */
export const roundTrip = task(
  'test.round-trip',
  async (core: Core, dst: number, ...v: unknown[]) => {
    const numbers = v.filter((value) => typeof value === 'number')
    const singly = await Promise.all(numbers.map((value) => core.call(first, dst, value)))
    return [singly, await core.call(echo, dst, ...v)]
  },
)

/** What reading a call's code from top to bottom says: what happened before and after it. */
export const localOrder = task('test.local-order', async (core: Core) => {
  const { id } = core
  const shared = { same: 'object' }
  await core.call(takeNotes, id)
  const order: unknown[] = ['begin']
  core.send(note, id, 'sent')
  order.push(...notesOf(core).entries.splice(0))
  const call = core.call(echo, id, shared)
  void core.call(note, id, 'called')
  order.push(...notesOf(core).entries.splice(0), 'end')
  const [answer] = await call
  return [...order, answer === shared]
})

/** Local calls and sends that throw: [call's error, whether the body went on, scope's error]. */
export const localErrors = task('test.local-errors', async (core: Core) => {
  const called = await failure(() => core.call(fail, core.id, 'called'))
  let isReached = false
  const scope = await failure(() =>
    core.finish((inner) => {
      inner.send(fail, core.id, 'sent')
      isReached = true
    }),
  )
  return [called, isReached, scope]
})

/** Errors of `call` to `dst` by what goes wrong. */
export const remoteErrors = task('test.remote-errors', async (core: Core, dst: number) => {
  const typed = await failure(() => core.call(fail, dst, 'asked for'))
  const odd = await failure(() => core.call(failOddly, dst))
  const text = await failure(() => core.call(failWithText, dst))
  return { typed, odd, text, stack: typed?.stack ?? '' }
})

/** What refuses to be a delegate, by call and by send; and that the target still answers. */
export const suspensions = task('test.suspensions', async (core: Core, dst: number) => {
  const codes = []
  for (const definition of [suspend, suspendAndFail]) {
    codes.push((await failure(() => core.call(definition, dst)))?.code)
    const sent = await failure(() => core.finish((inner) => void inner.send(definition, dst)))
    codes.push((sent?.cause as { code?: string } | undefined)?.code)
  }
  return [codes, await core.call(place, dst)]
})

/** Codes of what is thrown for targets that are not there. */
export const wrongTargets = task('test.wrong-targets', async (core: Core) => {
  const codes = []
  // The last three as JavaScript may give them.
  const none = [undefined, null, {}] as unknown as number[]
  for (const target of [-2, core.cores + 1, 0.5, Number.NaN, 2 ** 32, ...none]) {
    codes.push((await failure(() => core.call(place, target)))?.code)
    codes.push((await failure(() => core.send(place, target)))?.code)
    codes.push((await failure(() => core.call(echo, target, 'text')))?.code)
    codes.push((await failure(() => core.send(echo, target, 'text')))?.code)
    codes.push((await failure(() => core.spawn(callEverybody, target)))?.code)
  }
  return codes
})

/** What JavaScript may throw that is no error, or is hard to look at. */
export const throwStrangely = delegate('test.throw-strangely', (_core, what: number): void => {
  const strange = [undefined, null, Object.create(null), new Proxy({}, {}), { then: 1 }]

  throw strange[what]
})

/** What JavaScript may return that looks like a promise. */
export const returnStrangely = delegate('test.return-strangely', (() => ({
  then: (settle: (value: number) => void) => settle(1),
})) as unknown as () => number)

/** Codes of calls that throw, or return, what they should not. */
export const strangeEnds = task('test.strange-ends', async (core: Core, dst: number) => {
  const codes = []
  for (let what = 0; what < 5; what++) {
    const call = core.call(throwStrangely, dst, what) // rejects, and does not throw
    codes.push((await failure(() => call))?.code)
  }
  codes.push((await failure(() => core.call(returnStrangely, dst)))?.code)
  return codes
})

/** Codes of what is thrown for definitions that `dst` does not have. */
export const wrongDefinitions = task('test.wrong-definitions', async (core: Core, dst: number) => {
  const codes = []
  const [unknown, twin, unknownTask] = [hidden.unknown(), hidden.twin(), hidden.unknownTask()]
  // As a module may give it that has not run yet.
  const none = undefined as unknown as typeof unknown
  for (const definition of [unknown, twin, unknownTask, none]) {
    codes.push((await failure(() => core.call(definition, dst)))?.code)
    codes.push((await failure(() => core.send(definition, dst)))?.code)
  }
  codes.push((await failure(() => core.spawn(unknownTask, dst)))?.code)
  codes.push((await failure(() => core.spawn(none as never, dst)))?.code)
  return codes
})

/** Refusals of values with no form on the wire, and that nothing of them was sent to `dst`. */
export const wrongValues = task('test.wrong-values', async (core: Core, dst: number) => {
  await core.call(takeNotes, dst)
  const bad = { list: [1, { f: () => 1 }] }
  // Not checked by the compiler, so that the call must.
  const values = [1, bad] as unknown as [number, number]
  const failures = [
    await failure(() => core.call(note, dst, ...values)),
    await failure(() => core.send(note, dst, ...values)),
    await failure(() => core.spawn(roundTrip, dst, ...values)),
    await failure(() => core.call(giveFunction, dst)),
  ]
  core.send(note, dst, 'after')
  const notes = await core.call(takeNotes, dst)
  return [failures.map((error) => error?.code), failures.map((error) => error?.message), notes]
})

/** [answers, final count] of `calls` calls and as many sends to an object that `dst` holds. */
export const objectTraffic = task('test.object-traffic', async (core: Core, dst: number) => {
  const address = await core.call(holdTally, dst)
  const answers = [await core.call(bump, address, 1), await core.call(bumpAll, address, [2, 3])]
  await core.finish((inner) => {
    for (let i = 0; i < 100; i++) {
      inner.send(bump, address, 1)
      inner.send(bumpAll, address, [1, 1])
    }
  })
  answers.push(await core.call(bump, address, 0))
  await core.call(releaseTally, dst, address)
  const released = [
    await failure(() => core.call(bump, address, 1)),
    await failure(() => core.finish((inner) => void inner.send(bump, address, 1))),
    await failure(() => core.call(releaseTally, dst, address)),
  ]
  const codes = released.map((error) => (error?.cause as { code?: string })?.code ?? error?.code)
  return { home: address.core, answers, codes }
})

/** Answers of a symmetric object on every core, asked from this one. */
export const symmetricTraffic = task('test.symmetric-traffic', async (core: Core) => {
  const tallies = await symmetricObject(core, makeTally, 10)
  const cores = Array.from({ length: core.cores }, (_, id) => id)
  await core.finish((inner) => {
    for (const id of cores) inner.send(bump, tallies.on(id), id)
  })
  const counts = await Promise.all(cores.map((id) => core.call(bump, tallies.on(id), 0)))
  const here = tallies.local(core).count
  await free(core, tallies)
  const after = await failure(() => core.call(bump, tallies.on(cores.length - 1), 1))
  return [counts, here, after?.code, (await failure(() => free(core, tallies)))?.code]
})

const point = struct({ x: f64, y: f64 })

/** What a core sees of handles that came as arguments. */
export const lookAt = delegate(
  'test.look-at',
  (
    core: Core,
    array: GlobalArray<typeof i32>,
    everywhere: SymmetricArray<typeof f64>,
    address: GlobalAddress<typeof point>,
    object: ObjectAddress<Tally>,
    objects: SymmetricObject<Tally>,
    event: GlobalCompletionEvent,
  ) => {
    const isHost = core.id === core.host
    return [
      array === core.memory.directory.array(array.id),
      isHost ? undefined : array.local(core).length,
      isHost ? undefined : everywhere.local(core).length,
      address.core,
      object.core,
      isHost ? undefined : objects.local(core).count,
      event.home,
    ]
  },
)

/** Hands every kind of handle to every endpoint. */
export const sendHandles = task('test.send-handles', async (core: Core) => {
  const array = await globalArray(core, i32, 10, { blockBytes: 8 })
  const everywhere = await symmetric(core, f64, 3)
  const home = core.cores - 1
  const address = await allocate(core, point, home)
  const value: ValueOf<typeof point> = { x: 1, y: 2 }
  await write(core, address, value)
  const object = await core.call(holdTally, home)
  const objects = await symmetricObject(core, makeTally, 7)
  const event = completionEvent(core)
  const seen = await Promise.all(
    everyEndpoint(core).map((dst) =>
      core.call(lookAt, dst, array, everywhere, address, object, objects, event),
    ),
  )
  await core.call(releaseTally, home, object)
  await Promise.all([array, everywhere, address, objects].map((what) => free(core, what)))
  await event.close()
  return seen
})

/** Sums of `count` calls at once to every core. */
export const manyCalls = task('test.many-calls', async (core: Core, count: number) => {
  const calls = Array.from({ length: count }, (_, i) => core.call(first, i % core.cores, i))
  return (await Promise.all(calls)).reduce((a, b) => a + b, 0)
})

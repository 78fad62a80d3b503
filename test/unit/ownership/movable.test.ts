/**
 * Whatever belongs to whoever has it is given away and given up in the same ways, of any kind:
 * `move`, `take`, `gone` and `drop`.
 */
import test from 'ava'
import { type Core, f64, task } from '@orujo/core'
import {
  type Arc,
  type Atomic,
  arc,
  atomicI32,
  channel,
  drop,
  gone,
  type Movable,
  move,
  own,
  ownArray,
  ownString,
  ownVector,
  type Owned,
  type OwnedMap,
  type OwnedMutex,
  ownedMap,
  ownedMutex,
  type Receiver,
  replicated,
  replicatedArray,
  rwLock,
  type Sender,
  take,
} from '@orujo/ownership'
import { refused } from '../../support/misuse.ts'
import { underSeeds } from '../../support/ownership-rules.ts'

/** A handle of any kind, which gives way to another of its kind. */
type Handle = Movable<Movable<Movable>>
type Make = (core: Core) => Handle | Promise<Handle>
/** Something that a handle can be asked for and that leaves nothing behind. */
type Use = (handle: never, core: Core) => unknown

const KINDS: Readonly<Record<string, readonly [Make, Use]>> = {
  'an owner': [(core) => own(core, [1]), readIt],
  'an owner of typed memory': [(core) => ownArray(core, f64, 4), readIt],
  'an owned string': [(core) => ownString(core, 'a'), readIt],
  'a vector': [(core) => ownVector(core, f64, 8), readIt],
  'a replicated object': [(core) => replicated(core, { a: 1 }), readIt],
  'a replicated array': [(core) => replicatedArray(core, f64, 4), readIt],
  'an Arc': [(core) => arc(core, [1]), readIt],
  'a readers-writer lock': [(core) => rwLock(core, [1]), readIt],
  'a mutex': [
    (core) => ownedMutex(core, [1]),
    (it: OwnedMutex<number[]>, core) => it.write(core, () => 0),
  ],
  'an atomic': [(core) => atomicI32(core, 1), (it: Atomic<number>, core) => it.load(core)],
  'an owned map': [
    (core) => ownedMap<string, number>(core, { buckets: 3 }),
    (it: OwnedMap<string, number>, core) => it.get(core, 'a'),
  ],
  'a sender': [
    (core) => {
      const [sender, receiver] = channel<number>(core)
      receiver.drop(core)
      return sender
    },
    (it: Sender<number>, core) => it.clone().drop(core),
  ],
  'a receiver': [
    (core) => {
      const [sender, receiver] = channel<number>(core)
      sender.drop(core)
      return receiver
    },
    (it: Receiver<number>, core) => it.receive(core),
  ],
}

function readIt(it: Pick<Owned<unknown>, 'read'>, core: Core): Promise<number> {
  return it.read(core, () => 0)
}

const ANYTHING = { object: /./ }

for (const [kind, [make, use]] of Object.entries(KINDS)) {
  test(`${kind} is of use under its new name only, and is dropped once`, async (t) => {
    await underSeeds(
      async (core) => {
        const first = await make(core)
        await refused(t, 'OWN_KEPT', () => gone(first), { ...ANYTHING, first: undefined })
        const second = take(first)
        const shelf: Movable[] = []
        const names: Movable[] = [first, second]
        move(second, (it) => shelf.push(it))
        for (const old of names) {
          gone(old)
          await refused(t, 'OWN_MOVED', () => use(old, core), ANYTHING)
        }
        for (const old of names) {
          await refused(t, 'OWN_MOVED', () => take(old), ANYTHING)
          await refused(t, 'OWN_MOVED', () => drop(core, old), ANYTHING)
        }
        for (const third of shelf) {
          await use(third as never, core)
          drop(core, third)
        }
        for (const dropped of shelf) {
          await refused(t, 'OWN_DROPPED', () => drop(core, dropped), ANYTHING)
          await refused(t, 'OWN_DROPPED', () => take(dropped), ANYTHING)
          gone(dropped)
        }
      },
      { seeds: 4 },
    )
  })
}

const readAndDrop = task('test.read-and-drop', async (core: Core, shared: Arc<number[]>) => {
  const length = await shared.read(core, (values) => values.length)
  drop(core, shared)
  return length
})

test('the drop of one handle leaves the value to those who have others', async (t) => {
  await underSeeds(
    async (core) => {
      const shared = arc(core, [1, 2, 3])
      const other = shared.clone()
      drop(core, shared)
      t.is(await core.call(readAndDrop, core.cores - 1, other), 3)
    },
    { tasks: [readAndDrop] },
  )
})

test('what is borrowed, or needed by something under way, is not moved', async (t) => {
  await underSeeds(async (core) => {
    const shared = arc(core, [1])
    {
      using ref = await shared.borrow(core)
      await refused(t, 'OWN_BORROWED', () => take(shared))
      t.is(ref.value.length, 1)
    }
    drop(core, shared)
    const [sender, receiver] = channel<number>(core)
    const next = receiver.receive(core)
    await refused(t, 'OWN_BORROWED', () => take(receiver), {
      object: /^receiver/,
      first: undefined,
    })
    await sender.send(core, 7)
    t.is(await next, 7)
    drop(core, sender)
    const moved = take(receiver)
    gone(receiver)
    t.is(await moved.receive(core), undefined)
    drop(core, moved)
  })
})

test('what a receiver has fetched goes along when it is moved', async (t) => {
  await underSeeds(async (core) => {
    const [sender, receiver] = channel<number>(core)
    for (const value of [1, 2, 3]) await sender.send(core, value)
    drop(core, sender)
    t.is(await receiver.receive(core), 1)
    const moved = take(receiver)
    const values: number[] = []
    for await (const value of moved.values(core)) values.push(value)
    t.deepEqual(values, [2, 3])
    drop(core, moved)
  })
})

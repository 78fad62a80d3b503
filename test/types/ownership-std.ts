/**
 * What must and must not compile with what is built on owned objects: channels, what many share,
 * locks, maps, scopes that lend, spawned tasks.
 */
import { type Core, delegate, f64, task } from '@orujo/core'
import {
  type Arc,
  type Atomic,
  arc,
  atomicI64,
  channel,
  drop,
  gone,
  type LendingScope,
  type MapEntry,
  type Movable,
  move,
  type Mut,
  own,
  ownArray,
  ownString,
  type Owned,
  type OwnedMap,
  type OwnedMutex,
  type OwnedString,
  ownedMap,
  ownedMutex,
  type ReadGuard,
  readString,
  type Receiver,
  type Ref,
  type RwLock,
  rwLock,
  scope,
  scopedTask,
  type Sender,
  type Shared,
  spawn,
  spawnTo,
  take,
  type WriteGuard,
} from '@orujo/ownership'

interface Page {
  text: string
  notes: Map<string, { by: string }>
}

/* After the end: of every kind of handle. */

export async function afterDrop(core: Core): Promise<void> {
  const [sender, receiver] = channel<number>(core)
  drop(core, sender)
  // @ts-expect-error it was dropped
  await sender.send(core, 1)
  drop(core, receiver)
  // @ts-expect-error it was dropped
  await receiver.receive(core)
  const shared = arc(core, [1])
  drop(core, shared)
  // @ts-expect-error it was dropped
  shared.clone()
  const mutex = ownedMutex(core, [1])
  drop(core, mutex)
  // @ts-expect-error it was dropped
  await mutex.lock(core)
  const lock = rwLock(core, [1])
  drop(core, lock)
  // @ts-expect-error it was dropped
  await lock.readLock(core)
  const map = await ownedMap<string, number>(core)
  drop(core, map)
  // @ts-expect-error it was dropped
  await map.get(core, 'a')
  const text = ownString(core, 'a')
  drop(core, text)
  // @ts-expect-error it was dropped
  await text.borrow(core)
}

export async function afterMove(
  core: Core,
  sender: Sender<number>,
  receiver: Receiver<number>,
  shared: Arc<number[]>,
  lock: RwLock<number[]>,
  map: OwnedMap<string, number>,
): Promise<void> {
  const shelf: Movable[] = []
  move(sender, (it) => shelf.push(it))
  // @ts-expect-error it was moved
  sender.clone()
  move(receiver, (it) => shelf.push(it))
  // @ts-expect-error nor is it moved twice
  move(receiver, (it) => shelf.push(it))
  move(shared, (it) => shelf.push(it))
  // @ts-expect-error it was moved
  await shared.read(core, () => 1)
  const other: RwLock<number[]> = take(lock)
  gone(lock)
  // @ts-expect-error it was taken
  drop(core, lock)
  const again: OwnedMap<string, number> = take(map)
  gone(map)
  // @ts-expect-error it was taken
  take(map)
  drop(core, other)
  drop(core, again)
}

export async function notHandles(core: Core, list: Owned<number[]>, text: string): Promise<void> {
  using ref = await list.borrow(core)
  // @ts-expect-error a borrow is lent, not moved
  take(ref)
  // @ts-expect-error nor dropped: it ends
  drop(core, ref)
  // @ts-expect-error a value is no handle
  gone(text)
  // @ts-expect-error what is made of a kind is of that kind
  const other: Owned<string[]> = take(list)
  void other
}

/* Channels. */

export async function channels(core: Core, list: Owned<number[]>): Promise<void> {
  const [sender, receiver] = channel<Owned<number[]>>(core, { capacity: 2 })
  await sender.send(core, list)
  gone(list)
  // @ts-expect-error it was sent
  await list.read(core, () => 1)
  // @ts-expect-error something else than the channel's
  await sender.send(core, own(core, ['a']))
  // @ts-expect-error the contents are not the owner
  await sender.send(core, [1])
  const next = await receiver.receive(core)
  // @ts-expect-error there may be none
  await next.borrow(core)
  if (next === undefined) return
  // @ts-expect-error it is what was sent
  const numbers: Owned<string[]> = next
  const found = await receiver.tryReceive(core)
  // @ts-expect-error it may not have received
  void found.value
  const outcome = await sender.trySend(core, next)
  // @ts-expect-error what was sent is not given back
  void outcome.value
  // @ts-expect-error one receives: it has no second handle
  receiver.clone()
  // @ts-expect-error who sends does not receive
  await sender.receive(core)
  void numbers
}

export function unsendable(core: Core): void {
  // @ts-expect-error a borrow is not sent
  channel<Ref<number[]>>(core)
  // @ts-expect-error nor an exclusive one, with options
  channel<Mut<number[]>>(core, { capacity: 1 })
  // @ts-expect-error nor inside of something
  channel<{ guard: WriteGuard<number[]> }>(core)
  // @ts-expect-error nor what was lent
  channel<Shared<Float64Array>>(core)
  // @ts-expect-error nor a function
  channel<() => void>(core)
}

/* Shared by many. */

export async function sharedByMany(core: Core, shared: Arc<Page>): Promise<void> {
  // @ts-expect-error what was read
  await shared.read(core, (page) => page)
  // @ts-expect-error a part of it, in a promise
  await shared.read(core, async (page) => page.notes.get('a'))
  // @ts-expect-error a field is not written
  await shared.read(core, (page) => void (page.text = 'x'))
  using ref = await shared.borrow(core)
  // @ts-expect-error nor a map
  ref.value.notes.clear()
  // @ts-expect-error what nobody changes is not borrowed exclusively
  await shared.borrowMut(core)
  // @ts-expect-error there may be others
  const page: Owned<Page> = await shared.tryUnwrap(core)
  void page
}

export async function atomics(core: Core, count: Atomic<number>): Promise<void> {
  // @ts-expect-error a number of 32 bits is no bigint
  await count.fetchAdd(core, 1n)
  // @ts-expect-error nor one of 64 a number
  await atomicI64(core, 1n).store(core, 1)
}

/* Locks. */

export async function locks(core: Core, mutex: OwnedMutex<Page>, lock: RwLock<Page>) {
  // @ts-expect-error what is guarded
  await mutex.write(core, (page) => page)
  // @ts-expect-error a part of it, in a promise
  await mutex.write(core, async (page) => page.notes)
  // @ts-expect-error what a map inside holds
  await lock.write(core, (page) => page.notes.get('a'))
  // @ts-expect-error what is read
  await lock.read(core, (page) => page)
  // @ts-expect-error a part of it
  await lock.read(core, ({ notes }) => ({ notes }))
  await lock.read(core, (page) => {
    // @ts-expect-error a reader does not write
    page.text = 'x'
    // @ts-expect-error nor what is inside
    page.notes.set('a', { by: 'b' })
  })
  using guard = await lock.readLock(core)
  // @ts-expect-error a guard of a reader does not write
  guard.value.text = 'x'
  // @ts-expect-error what is inside
  guard.value.notes.get('a')!.by = 'x'
  // @ts-expect-error and is none of a writer
  const write: WriteGuard<Page> = guard
  await using held = await mutex.lock(core)
  // @ts-expect-error a look at what is locked is for reading
  held.view.text = 'x'
  held.value.text = 'x'
  // @ts-expect-error the end of a writer is waited for
  using soon = await lock.writeLock(core)
  const tried = await lock.tryReadLock(core)
  // @ts-expect-error it may be locked
  void tried.value
  // @ts-expect-error a mutex has no readers
  await mutex.readLock(core)
  void [write, soon]
}

/* Maps. */

export async function maps(core: Core, pages: OwnedMap<string, Page>): Promise<void> {
  // @ts-expect-error what is lent
  await pages.read(core, 'a', (page) => page)
  // @ts-expect-error a part of it, in a promise
  await pages.read(core, 'a', async (page) => page!.notes)
  // @ts-expect-error is not written
  await pages.read(core, 'a', (page) => void (page!.text = 'x'))
  // @ts-expect-error there may be none
  await pages.read(core, 'a', (page) => page.text)
  // @ts-expect-error nor is what is visited
  await pages.forEach(core, (page) => void page.notes.clear())
  for await (const entry of pages.entries(core)) {
    // @ts-expect-error nor an entry
    entry.value.text = 'x'
    // @ts-expect-error nor put in place of it
    entry.value = { text: '', notes: new Map() }
  }
  const found = await pages.get(core, 'a')
  // @ts-expect-error there may be none
  found.text = 'x'
  // @ts-expect-error keys are of one type
  await pages.get(core, 1)
  // @ts-expect-error so are values
  await pages.set(core, 'a', 'text')
  using bucket = await pages.readBucket(core, 'a')
  // @ts-expect-error a bucket that is read is not written
  bucket.value.delete('a')
  // @ts-expect-error keys are numbers or texts
  await ownedMap<{ id: number }, string>(core)
}

/* Borrows in work that may outlive them. */

// @ts-expect-error a task that is not scoped takes no guard
task('types.guard', (_core: Core, guard: ReadGuard<number[]>) => guard.value.length)
// @ts-expect-error nor a writer's
task('types.write', (_core: Core, guard: WriteGuard<number[]>) => guard.value.push(1))
// @ts-expect-error nor an entry
delegate('types.entry', (_core: Core, entry: MapEntry<string, Page>) => entry.key)
// @ts-expect-error nor what lends
task('types.scope', (_core: Core, lending: LendingScope) => void lending)
// @ts-expect-error nor is a guard a result
task('types.result', async (core: Core, lock: RwLock<number[]>) => lock.readLock(core))
// @ts-expect-error nor an entry
task('types.entries', async (core: Core, map: OwnedMap<string, Page>) => map.readBucket(core, 'a'))
// @ts-expect-error nor the borrow of a scoped task
scopedTask('types.escape', (_core: Core, list: Ref<number[]>) => list)
// @ts-expect-error in a promise, inside of something
scopedTask('types.inside', async (_core: Core, list: Mut<number[]>) => ({ list }))

const read = scopedTask('types.read', (_core: Core, list: Ref<number[]>) => list.value.length)
const push = scopedTask('types.push', (_core: Core, list: Mut<number[]>, value: number) => {
  list.value.push(value)
})
const sort = task('types.sort', async (core: Core, words: Owned<string[]>) => {
  await words.write(core, (list) => void list.sort())
  return words
})

export async function scopes(core: Core, list: Owned<number[]>): Promise<void> {
  await using mut = await list.borrowMut(core)
  using ref = await list.borrow(core)
  // @ts-expect-error what lends does not leave its scope
  await scope(core, (lending) => lending)
  // @ts-expect-error in a promise
  await scope(core, async (lending) => [lending])
  await scope(core, (lending) => {
    // @ts-expect-error a task that is not scoped is spawned, not lent to
    lending.spawn(sort, 1, own(core, ['a']))
    // @ts-expect-error a shared borrow is not an exclusive one
    lending.spawn(push, 1, ref, 1)
    // @ts-expect-error too few arguments
    lending.spawn(push, 1, mut)
    // @ts-expect-error the owner is no borrow
    lending.spawn(read, 1, list)
  })
}

export async function spawns(core: Core, words: Owned<string[]>): Promise<void> {
  using ref = await words.borrow(core)
  // @ts-expect-error a borrow is not spawned with
  spawn(core, sort, ref)
  // @ts-expect-error nor is a scoped task spawned
  spawn(core, read, own(core, [1]))
  // @ts-expect-error an owner of something else
  spawn(core, sort, own(core, [1]))
  // @ts-expect-error too many arguments
  spawnTo(core, words, sort, words, 1)
  const sorted = spawn(core, sort, words)
  gone(words)
  // @ts-expect-error it was given to the task
  await words.read(core, () => 1)
  // @ts-expect-error the result is there when the task is joined
  await sorted.read(core, () => 1)
  // @ts-expect-error and is what the task returns
  const numbers: Owned<number[]> = await sorted.join()
  void numbers
}

/* What compiles. */

function length(list: readonly number[]): number {
  return list.length
}

export async function compiles(core: Core): Promise<unknown[]> {
  const [sender, receiver] = channel<{ list: Owned<number[]>; reply: Sender<string> }>(core)
  const [reply, answers] = channel<string>(core, { capacity: 1 })
  await sender.send(core, { list: own(core, [1]), reply: reply.clone() })
  const got = await receiver.receive(core)
  if (got !== undefined) drop(core, got.list)
  const found = await answers.tryReceive(core)
  const text: string = found.kind === 'received' ? found.value : found.kind
  const sent = await reply.trySend(core, text)
  const back: string = sent.kind === 'sent' ? '' : sent.value
  for (const end of [sender, receiver, reply, answers]) drop(core, end)

  const shared = arc<number[]>(core, [1, 2])
  const sum: number = await shared.read(core, length)
  const owner = await shared.tryUnwrap(core)
  if (owner !== undefined) await owner.write(core, (list) => list.push(3))
  const lock = rwLock<Page>(core, { text: '', notes: new Map() })
  const title: string = await lock.read(core, (page) => page.text)
  await lock.write(core, (page) => void page.notes.set('a', { by: title }))
  {
    await using guard = await lock.writeLock(core)
    guard.value.text = guard.view.text + title
  }
  const mutex = ownedMutex(core, [1])
  const pushed: number = await mutex.write(core, (list) => list.push(2))
  drop(core, mutex)

  const pages = await ownedMap<string, Page>(core, { buckets: 4 })
  await pages.set(core, 'a', { text: 'a', notes: new Map() })
  const page: Page | undefined = await pages.get(core, 'a')
  if (page !== undefined) page.text = 'mine'
  const size: number = await pages.read(core, 'a', (it) => it?.notes.size ?? 0)
  await pages.update(core, 'a', (it) => {
    if (it !== undefined) it.text += '!'
    return it
  })
  await pages.update(core, 'b', () => ({ text: 'new', notes: new Map() }))
  const texts: string[] = []
  for await (const { key, value } of pages.entries(core)) texts.push(key + value.text)
  await pages.forEach(core, (it, key) => void texts.push(key + it.text))
  drop(core, pages)

  const name: OwnedString = ownString(core, 'a')
  const other: OwnedString = take(name)
  gone(name)
  const read1: string = await readString(core, other)
  const list = own<number[]>(core, [])
  const memory = ownArray(core, f64, 4)
  const count: number = await scope(core, async (lending) => {
    await using mut = await list.borrowMut(core)
    await lending.spawn(push, 1, mut, 1).join()
    return mut.view.length
  })
  const words: Owned<string[]> = await spawn(core, sort, own(core, ['b', 'a'])).join()
  const again: Owned<string[]> = await spawnTo(core, memory, sort, words).join()
  move(again, (it) => drop(core, it))
  return [back, sum, pushed, size, texts, read1, count]
}

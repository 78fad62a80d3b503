/**
 * What must and must not compile with owned objects: use after the end, escape from a scope,
 * writing to what is shared, references in work that may outlive them.
 */
import { type Core, delegate, f64, f32, i32, struct, task } from '@orujo/core'
import {
  drop,
  gone,
  lend,
  move,
  type Mut,
  own,
  ownArray,
  type Owned,
  type Ref,
  scopedTask,
  type Shared,
  type SharedIn,
  take,
  tie,
} from '@orujo/ownership'

interface Node {
  name: string
  next?: Owned<Node>
}

interface Document {
  title: string
  readonly tags: string[]
  pages: { text: string; notes: Map<string, { by: string }> }[]
  readers: Set<string>
  changed: Date
  samples: Float64Array
  raw: ArrayBuffer
  appendix?: Owned<Document>
}

/* After the end: straight on, whatever the owner is asked for. */

export async function afterDrop(core: Core, list: Owned<number[]>): Promise<void> {
  drop(core, list)
  // @ts-expect-error it was dropped
  list.tryBorrow(core)
}

export async function afterMove(core: Core, list: Owned<number[]>): Promise<void> {
  const shelf: Owned<number[]>[] = []
  move(list, (it) => shelf.push(it))
  // @ts-expect-error it was moved
  await list.read(core, () => 1)
  // @ts-expect-error nor borrowed
  await using mut = await list.borrowMut(core)
  void mut
}

export function twice(core: Core, a: Owned<number[]>, b: Owned<number[]>, c: Owned<number>): void {
  const shelf: unknown[] = []
  drop(core, a)
  // @ts-expect-error it was dropped
  drop(core, a)
  move(b, (it) => shelf.push(it))
  // @ts-expect-error it was moved
  move(b, (it) => void it)
  move(c, (it) => shelf.push(it))
  // @ts-expect-error what was moved is not dropped
  drop(core, c)
}

const count = task('types.count', async (_core: Core, one: Owned<Document>) => void one)
const total = task('types.total', async (core: Core, list: Owned<number[]>) =>
  list.read(core, (values) => values.length),
)

export async function afterSending(core: Core, list: Owned<number[]>): Promise<void> {
  await core.call(total, 3, list)
  gone(list)
  // @ts-expect-error it was sent
  list.isLocal
}

export async function afterTaking(core: Core): Promise<void> {
  const list = own(core, [1])
  const other = take(list)
  gone(list)
  // @ts-expect-error it was taken
  await list.borrow(core)
  drop(core, other)
}

export async function inClosures(core: Core): Promise<() => boolean> {
  const list = own(core, [1])
  drop(core, list)
  // @ts-expect-error a closure made after the drop has nothing either
  return () => list.isLocal
}

export async function inProperties(core: Core, box: { list: Owned<number[]> }): Promise<void> {
  drop(core, box.list)
  // @ts-expect-error owners in properties count
  await box.list.read(core, () => 1)
}

export async function onPaths(core: Core, list: Owned<number[]>, isDone: boolean): Promise<void> {
  if (isDone) drop(core, list)
  else await list.read(core, (values) => values.length)
  if (isDone) {
    drop(core, list) // where paths meet, only the run time knows
    return
  }
  move(list, (it) => drop(core, it))
}

/* Escape from a scope. */

export async function escapes(core: Core, document: Owned<Document>): Promise<void> {
  // @ts-expect-error what was read
  await document.read(core, (it) => it)
  // @ts-expect-error in a promise
  await document.read(core, async (it) => it)
  // @ts-expect-error a part of it
  await document.read(core, (it) => it.pages)
  // @ts-expect-error a part of a part, in a promise
  await document.read(core, async (it) => it.pages[0]!)
  // @ts-expect-error what a map inside holds
  await document.read(core, (it) => it.pages[0]!.notes.get('a'))
  // @ts-expect-error inside of something new
  await document.read(core, (it) => ({ pages: it.pages }))
  // @ts-expect-error in an array that is a copy, of parts that are none
  await document.read(core, (it) => it.pages.filter((page) => page.text !== ''))
  // @ts-expect-error a view
  await document.read(core, (it) => it.samples)
  // @ts-expect-error a date
  await document.read(core, (it) => it.changed)
  // @ts-expect-error an owner inside
  await document.read(core, (it) => it.appendix!)
  // @ts-expect-error what an owner inside lends
  await document.read(core, (it) => it.appendix!.read(core, (inner) => inner.tags))

  // @ts-expect-error what was written
  await document.write(core, (it) => it)
  // @ts-expect-error a part of it, in a promise
  await document.write(core, async (it) => it.pages)
  // @ts-expect-error what an array inside gives
  await document.write(core, (it) => it.pages.pop()!)
  // @ts-expect-error what a map inside holds
  await document.write(core, (it) => it.pages[0]!.notes.get('a'))
  // @ts-expect-error a view
  await document.write(core, (it) => it.samples.subarray(1))
  // @ts-expect-error an owner inside, unless it is taken out
  await document.write(core, (it) => it.appendix!)
}

const point = struct({ x: f64, y: f32 })

export async function escapesOfMemory(core: Core): Promise<void> {
  const values = ownArray(core, f64, 10)
  const points = ownArray(core, point, 10)
  // @ts-expect-error a view on shared memory
  await values.read(core, (view) => view)
  // @ts-expect-error a view for writing
  await values.write(core, (view) => view)
  // @ts-expect-error a part of it
  await values.write(core, (view) => view.subarray(2))
  // @ts-expect-error a view on structs
  await points.read(core, async (view) => view)
  drop(core, values)
  drop(core, points)
}

/* Writing to what is shared: by scope, by reference, to an owner inside. */

export async function writesToShared(core: Core, document: Owned<Document>): Promise<void> {
  await document.read(core, (it) => {
    // @ts-expect-error a field
    it.title = 'x'
    // @ts-expect-error a field that is itself an array
    it.pages = []
    // @ts-expect-error an element
    it.pages[0] = { text: '', notes: new Map() }
    // @ts-expect-error an array
    it.tags.push('x')
    // @ts-expect-error in place
    it.tags.sort()
    // @ts-expect-error a map
    it.pages[0]!.notes.set('a', { by: 'b' })
    // @ts-expect-error what a map holds
    it.pages[0]!.notes.get('a')!.by = 'x'
    // @ts-expect-error a set
    it.readers.add('x')
    // @ts-expect-error a date
    it.changed.setTime(0)
    // @ts-expect-error an element of a typed array
    it.samples[0] = 1
    // @ts-expect-error many of them
    it.samples.fill(1)
    // @ts-expect-error by another view
    it.samples.subarray(1)
    // @ts-expect-error by its buffer
    void it.samples.buffer
    // @ts-expect-error by what a callback is given
    it.samples.forEach((_value, _index, array) => void array)
    // @ts-expect-error a buffer may not be wrapped in a view
    void new Uint8Array(it.raw)
    // @ts-expect-error a field is not removed
    delete it.appendix
  })
  using ref = await document.borrow(core)
  // @ts-expect-error a reference is read like what a scope lends
  ref.value.title = 'x'
  // @ts-expect-error all the way down
  ref.value.pages[0]!.text = 'x'
  await using mut = await document.borrowMut(core)
  // @ts-expect-error a look at what is borrowed exclusively is for reading
  mut.view.title = 'x'
  mut.value.title = 'x'
}

export async function writesToOwnersInside(core: Core, document: Owned<Document>): Promise<void> {
  await document.read(core, async (it) => {
    const inner = it.appendix!
    // @ts-expect-error an owner inside something shared is read, not written
    await inner.write(core, (its) => void (its.title = 'x'))
    // @ts-expect-error nor borrowed exclusively
    await inner.borrowMut(core)
    // @ts-expect-error nor moved out
    move(it.appendix!, (its) => void its)
    // @ts-expect-error nor taken
    take(inner)
    // @ts-expect-error nor sent away
    await core.call(count, 1, inner)
    // @ts-expect-error nor dropped
    drop(core, inner)
  })
}

export async function writesToMemory(core: Core): Promise<void> {
  const points = ownArray(core, point, 10)
  await points.read(core, (view) => {
    // @ts-expect-error a struct
    view.set(0, { x: 1, y: 1 })
    // @ts-expect-error a field of one
    view.field('x').set(0, 1)
    // @ts-expect-error what lies below a field
    void view.field('x').values
    return view.get(0).x + view.field('y').get(1)
  })
  drop(core, points)
}

/* References in work that may outlive them. */

// @ts-expect-error a task that is not scoped takes no reference
task('types.ref', (_core: Core, list: Ref<number[]>) => list.value.length)
// @ts-expect-error nor an exclusive one
task('types.mut', (_core: Core, list: Mut<number[]>) => list.value.push(1))
// @ts-expect-error nor inside of something
task('types.inside', (_core: Core, all: { lists: Ref<number[]>[] }) => all.lists.length)
// @ts-expect-error nor does a delegate
delegate('types.delegate', (_core: Core, list: Ref<number[]>) => list.value.length)
// @ts-expect-error nor is one a result
task('types.result', async (core: Core, list: Owned<number[]>) => list.borrow(core))
// @ts-expect-error nor what was lent
task('types.lent', (_core: Core, view: Shared<Float64Array>) => view.length)

const sum = scopedTask('types.sum', (_core: Core, values: Ref<Float64Array>, from: number) =>
  values.value.slice(from).reduce((a, b) => a + b, 0),
)
const fill = scopedTask('types.fill', (_core: Core, values: Mut<Float64Array>, by: number) => {
  values.value.fill(by)
})

export async function references(core: Core, values: Owned<Float64Array>): Promise<void> {
  using ref = await values.borrow(core)
  const answer: number = await lend(core, sum, 1, ref, 0)
  void answer
  // @ts-expect-error a scoped task is lent to, not called
  await core.call(sum, 1, ref, 0)
  // @ts-expect-error nor spawned
  core.spawn(sum, 1, ref, 0)
  // @ts-expect-error nor sent
  core.send(sum, 1, ref, 0)
  // @ts-expect-error a plain task is not lent to
  await lend(core, total, 1, values)

  // @ts-expect-error a shared borrow is not an exclusive one
  await lend(core, fill, 1, ref, 0)
  // @ts-expect-error too few arguments
  await lend(core, sum, 1, ref)
  // @ts-expect-error too many
  await lend(core, sum, 1, ref, 0, 1)
  // @ts-expect-error an argument of another type
  await lend(core, sum, 1, ref, 'zero')
  // @ts-expect-error the owner is not a reference
  await lend(core, sum, 1, values, 0)
  await using whole = await own(core, new Int32Array(4)).borrow(core)
  // @ts-expect-error a reference to something else
  await lend(core, sum, 1, whole, 0)
}

/* The end of an exclusive borrow is waited for. */

export async function ends(core: Core, list: Owned<number[]>): Promise<void> {
  // @ts-expect-error plain `using` cannot wait
  using mut = await list.borrowMut(core)
  void mut
  const outcome = list.tryBorrowMut(core)
  if (outcome.kind === 'borrowed') {
    // @ts-expect-error nor here
    using tried = outcome
    void tried
  }
  using ref = await list.borrow(core)
  await using same = await list.borrowMut(core)
  void [ref, same]
}

/* What compiles. */

function words(page: { readonly text: string }): number {
  return page.text.split(' ').length
}
function longest(document: Shared<Document>): number {
  return Math.max(...document.pages.map((page) => words(page)))
}
function rename(node: Node): void {
  node.name = 'x'
}
function title<L>(document: SharedIn<Document, L>): string {
  return document.title
}

export async function compiles(core: Core, document: Owned<Document>): Promise<unknown[]> {
  const name: string = await document.read(core, (it) => it.title)
  const copy: string[] = await document.read(core, (it) => [...it.tags])
  const lengths: number[] = await document.read(core, async (it) => it.pages.map(words))
  const long: number = await document.read(core, (it) => longest(it) + title(it).length)
  const date: Date = await document.read(core, (it) => new Date(it.changed.getTime()))
  const samples: Float64Array = await document.read(core, (it) => it.samples.slice())
  const inner: string = await document.read(core, (it) =>
    it.appendix!.read(core, (its) => its.title + it.title),
  )
  for (const tag of copy) await document.read(core, (it) => it.readers.has(tag))
  await document.write(core, async (it) => {
    it.title = name
    it.pages.push({ text: 'new', notes: new Map([['a', { by: 'b' }]]) })
    it.pages[0]!.notes.set('a', { by: 'c' })
    it.readers.add('me')
    it.changed.setTime(0)
    it.samples[0] = it.samples.reduce((a, b) => a + b)
    it.appendix = tie(own<Document>(core, { ...(await empty()), title: 'inner' }))
    await it.appendix.write(core, (its) => void (its.title += '!'))
    return it.pages.length
  })
  const taken: Owned<Document> = await document.write(core, (it) => take(it.appendix!))
  const node = own<Node>(core, { name: 'a' })
  const list = own<Node>(core, { name: 'b', next: node })
  gone(node)
  await list.write(core, (it) => rename(it))
  await list.write(core, (it) => move(it.next!, (next) => drop(core, next)))
  const numbers: number = await own(core, 1).read(core, (it) => it)
  return [lengths, long, date, samples, inner, taken, numbers]
}

export async function memory(core: Core): Promise<unknown[]> {
  const values = ownArray(core, i32, 10)
  const points = ownArray(core, point, 10)
  await values.write(core, (view) => void view.fill(1).set([1, 2, 3]))
  const max: number = await values.read(core, (view) => view.reduce((a, b) => Math.max(a, b)))
  let sum = 0
  await values.read(core, (view) => {
    for (let i = 0; i < view.length; i++) sum += view[i]!
    for (const value of view) sum += value
  })
  const x: number = await points.read(core, (view) => view.get(0).x)
  await points.write(core, (view) => view.field('x').set(0, x))
  using ref = await values.borrow(core)
  const plain = new Int32Array(ref.value)
  plain.set(ref.value)
  return [max, sum, plain]
}

async function empty(): Promise<Document> {
  return {
    title: '',
    tags: [],
    pages: [],
    readers: new Set(),
    changed: new Date(0),
    samples: new Float64Array(1),
    raw: new ArrayBuffer(8),
  }
}

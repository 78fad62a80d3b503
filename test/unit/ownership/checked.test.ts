/**
 * Checked mode: what is borrowed is seen through stand-ins, so that writes to what is shared, and
 * everything that was kept beyond its borrow, are errors that name the object and both places.
 */
import type { ExecutionContext } from 'ava'
import { inspect } from 'node:util'
import { type Core, f64, i32, struct, task } from '@orujo/core'
import {
  drop,
  lend,
  type Mut,
  own,
  ownArray,
  type Owned,
  ownedObjects,
  scopedTask,
  take,
  tie,
} from '@orujo/ownership'
import { refused } from '../../support/misuse.ts'
import type { AnyTask } from '../../support/ownership.ts'
import { ownershipRule } from '../../support/ownership-rules.ts'

interface Document {
  title: string
  pages: { text: string; notes: Map<string, { by: string }> }[]
  readers: Set<string>
  changed: Date
  samples: Float64Array
  appendix?: Owned<Document>
}

function makeDocument(core: Core, title = 'a'): Owned<Document> {
  return own<Document>(core, {
    title,
    pages: [{ text: 'b', notes: new Map([['c', { by: 'd' }]]) }],
    readers: new Set(['e']),
    changed: new Date(0),
    samples: new Float64Array([1, 2, 3]),
  })
}

/** On core 0 of 2 locales of 2 cores, in checked mode. */
function rule(
  title: string,
  main: (core: Core, t: ExecutionContext) => void | Promise<void>,
  tasks: readonly AnyTask[] = [],
): void {
  const store = (): { isChecked: boolean } => ({ isChecked: true })
  ownershipRule(title, main, { tasks, seeds: 1, shapes: [[2, 2]], store })
}

const point = struct({ x: f64, y: i32 })

const append = scopedTask('test.append', (_core: Core, list: Mut<number[]>) => {
  list.value.push(list.value.length + 1)
})

interface Pair {
  inner: Owned<Document>
}

const touch = task('test.touch', async (core: Core, pair: Owned<Pair>) => {
  await pair.write(core, (it) => it.inner.write(core, (inner) => void (inner.title += '!')))
  return pair
})
const grow = task('test.grow', async (core: Core, list: Owned<number[]>) => {
  await list.write(core, (values) => values.push(values.length))
  return list
})

rule('every write to what is shared is refused, past the compiler', async (core, t) => {
  const owned = makeDocument(core)
  await owned.read(core, async (shared) => {
    const it = shared as unknown as Document
    const writes: (() => unknown)[] = [
      () => (it.title = 'x'),
      () => (it.pages = []),
      () => delete it.appendix,
      () => Object.assign(it, { title: 'x' }),
      () => Object.defineProperty(it, 'title', { value: 'x' }),
      () => Object.freeze(it),
      () => it.pages.push(it.pages[0]!),
      () => it.pages.splice(0, 1),
      () => (it.pages.length = 0),
      () => (it.pages[0]!.text = 'x'),
      () => it.pages[0]!.notes.set('x', { by: 'y' }),
      () => it.pages[0]!.notes.clear(),
      () => (it.pages[0]!.notes.get('c')!.by = 'x'),
      () => (it.pages.map((page) => page)[0]!.text = 'x'),
      () => ([...it.pages[0]!.notes.values()][0]!.by = 'x'),
      () => ([...it.pages[0]!.notes][0]![1].by = 'x'),
      () => it.pages[0]!.notes.forEach((note) => (note.by = 'x')),
      () => it.readers.add('x'),
      () => it.changed.setTime(1),
      () => (it.samples[0] = 9),
      () => it.samples.fill(9),
      () => it.samples.sort(),
      () => (it.samples.subarray(1)[0] = 9),
      () => new Float64Array(it.samples.buffer),
      () => it.samples.forEach((_value, _index, array) => (array[0] = 9)),
    ]
    for (const write of writes) {
      const { message } = await refused(t, 'OWN_FROZEN', write)
      t.regex(message, /of object 1 of core 0: that is borrowed, shared\./)
    }
  })
  const [page] = await owned.read(core, ({ pages, samples, title }) => {
    return [`${title}${pages[0]!.text}${pages[0]!.notes.get('c')!.by}${samples.join('')}`]
  })
  t.is(page, 'abd123')
  drop(core, owned)
})

rule('shared typed memory cannot be written by any way, past the compiler', async (core, t) => {
  const values = ownArray(core, f64, 4)
  const points = ownArray(core, point, 4)
  await values.read(core, async (shared) => {
    const view = shared as unknown as Float64Array
    for (const write of [
      () => (view[0] = 1),
      () => view.set([1]),
      () => (view.subarray(1)[0] = 1),
      () => new Float64Array(view.buffer),
    ]) {
      await refused(t, 'OWN_FROZEN', write)
    }
  })
  {
    using ref = await points.borrow(core)
    const view = ref.value as unknown as StructLike
    await refused(t, 'OWN_FROZEN', () => view.set(0, { x: 1, y: 1 }))
    await refused(t, 'OWN_FROZEN', () => view.field('x').set(0, 1))
    await refused(t, 'OWN_FROZEN', () => (view.field('x').values[0] = 1))
    t.is(view.get(0).x + view.field('x').get(1), 0)
  }
  await using mut = await points.borrowMut(core)
  const view = mut.view as unknown as StructLike
  await refused(t, 'OWN_FROZEN', () => view.set(0, { x: 1, y: 1 }))
  mut.value.set(0, { x: 1, y: 2 })
  t.deepEqual(mut.view.get(0), { x: 1, y: 2 })
  await mut.release()
  drop(core, values)
  drop(core, points)
})

interface StructLike {
  get(slot: number): { x: number; y: number }
  set(slot: number, value: { x: number; y: number }): void
  field(name: 'x'): { values: Float64Array; get(slot: number): number; set(...s: number[]): void }
}

rule('whatever was kept of a borrow is of no use after its end', async (core, t) => {
  const owned = makeDocument(core)
  const memory = ownArray(core, f64, 4)
  for (const lendIt of ['read', 'write'] as const) {
    const kept: unknown[] = []
    await owned[lendIt](core, (lent: unknown) => {
      const it = lent as Document
      kept.push(it, it.pages, it.pages[0], it.pages[0]!.notes, it.pages[0]!.notes.get('c'))
      kept.push(it.readers, it.changed, it.samples, it.samples.subarray(1))
    })
    await memory[lendIt](core, (view: unknown) => void kept.push(view))
    for (const part of kept as Record<string, unknown>[]) {
      await refused(t, 'OWN_ESCAPED', () => part['title'], { object: /^object [12] of core 0$/ })
      await refused(t, 'OWN_ESCAPED', () => (part['title'] = 1), { object: /^object [12] of/ })
      await refused(t, 'OWN_ESCAPED', () => Object.keys(part), { object: /^object [12] of/ })
    }
    t.regex(inspect(kept[0]), lendIt === 'read' ? /\[the ended borrow of object 1/ : /title/)
  }
  drop(core, owned)
  drop(core, memory)
})

rule(
  'what was kept of a borrow that is lent on is of no use meanwhile',
  async (core, t) => {
    const list = own<number[]>(core, [1])
    await using mut = await list.borrowMut(core)
    const values = mut.value
    await lend(core, append, 3, mut)
    await refused(t, 'OWN_ESCAPED', () => values.push(3), { object: /^object \d of core \d$/ })
    t.deepEqual([...mut.value], [1, 2])
    await mut.release()
    drop(core, list)
  },
  [append],
)

rule('a part of one object is not put into another', async (core, t) => {
  const a = makeDocument(core)
  const b = makeDocument(core)
  await a.write(core, async (it) => {
    await b.read(core, async (other) => {
      const page = other.pages[0] as unknown as Document['pages'][0]
      for (const put of [
        () => it.pages.push(page),
        () => (it.pages = [page]),
        () => (it.pages[0] = { ...page }),
      ]) {
        await refused(t, 'OWN_BORROWED', put, { object: /^object 2 of core 0$/ })
      }
    })
  })
  drop(core, a)
  drop(core, b)
})

rule(
  'programs that obey the rules behave as without checks',
  async (core, t) => {
    const owned = makeDocument(core)
    await owned.write(core, async (it) => {
      const [first] = it.pages
      it.pages.push({ text: 'new', notes: first!.notes }, first!)
      it.pages.unshift(it.pages.pop()!)
      t.is(it.pages[0], first)
      it.pages[2]!.notes.set('f', { by: 'g' })
      it.pages[0]!.notes.get('f')!.by += '!'
      it.readers.add('h').delete('e')
      it.changed.setTime(5)
      it.samples.set([7], 1)
      it.samples[2]!++
      it.samples.subarray(0, 1).fill(4)
      it.appendix = makeDocument(core, 'inner')
      await it.appendix.write(core, (inner) => void (inner.title += '!'))
      for (const page of it.pages) page.text += '.'
    })
    const seen = await owned.read(core, async (it) => {
      t.true(Array.isArray(it.pages))
      t.true((it.pages[0]!.notes as unknown) instanceof Map)
      t.is(it.pages[0], it.pages.at(0))
      t.regex(inspect(it), /title: 'a'/)
      const inner = await it.appendix!.read(core, (its) => its.title)
      return JSON.stringify([
        it.pages.map(({ text, notes }) => [text, [...notes.keys()], notes.size]),
        [...it.readers],
        it.changed.getTime(),
        [...it.samples, it.samples.reduce((a, b) => a + b), it.samples.slice(1).length],
        { ...it.pages[1] },
        inner,
      ])
    })
    t.is(
      seen,
      '[[["b..",["c","f"],2],["b..",["c","f"],2],["new.",["c","f"],2]],["h"],5,[4,7,4,15,2],' +
        '{"text":"b..","notes":{}},"inner!"]',
    )
    const taken = await owned.write(core, (it) => {
      const appendix = take(it.appendix!)
      delete it.appendix
      return appendix
    })
    drop(core, taken)
    const list = own<number[]>(core, [])
    const far = await core.call(grow, 3, list)
    const near = await core.call(grow, 1, far)
    t.is(await near.read(core, (values) => values.join()), '0,1')
    drop(core, near)
    drop(core, owned)
  },
  [grow],
)

rule(
  'what is owned is listed with the place where it was made, wherever it has moved',
  async (core, t) => {
    const list = await core.call(grow, 3, own<number[]>(core, []))
    const memory = ownArray(core, f64, 4)
    const inner = tie(makeDocument(core, 'inner'))
    const outer = own<Pair>(core, { inner })
    const far = await core.call(touch, 2, outer)
    const owned = await ownedObjects(core)
    t.deepEqual(
      owned.map(({ home, kind }) => [home, kind]),
      [
        [0, 'f64[4]'],
        [2, 'value'],
        [2, 'value'],
        [3, 'value'],
      ],
    )
    for (const { object, bytes, madeAt } of owned) {
      t.true(bytes > 0)
      t.regex(object, /^object \d+ of core \d$/)
      t.regex(madeAt ?? 'nowhere', /checked\.test/)
    }
    const places = new Set(owned.map(({ madeAt }) => madeAt))
    t.is(places.size, 4)
    const words = core.endpoint.lastWords()
    t.is(words.length, 1)
    t.regex(
      words[0]!,
      /^\[core 0\] Never dropped: object \d+ of core 0 \(f64\[4\]\), made at .*checked\.test/,
    )
    for (const one of [list, memory, far]) drop(core, one as Owned<unknown>)
    t.deepEqual(await ownedObjects(core), [])
    t.deepEqual(core.endpoint.lastWords(), [])
  },
  [grow, touch],
)

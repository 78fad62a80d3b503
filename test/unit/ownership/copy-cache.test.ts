/** The copies of one core: what is fetched, kept and evicted. */
import test from 'ava'
import { CopyCache, type Contents } from '#ownership/copy-cache.js'

const contents = (value: string): Contents => ({ value, bytes: 10, parts: [] })

/** Fetches that the test lets arrive. */
function deferred(): { fetch: () => Promise<Contents>; arrive: (value: string) => void } {
  let arrive: (value: string) => void = () => undefined
  const promise = new Promise<Contents>((resolve) => {
    arrive = (value) => resolve(contents(value))
  })
  return { fetch: () => promise, arrive: (value) => arrive(value) }
}

test('whoever asks for a key that is under way waits for the same answer', async (t) => {
  const cache = new CopyCache(100)
  const { fetch, arrive } = deferred()
  const asked = [cache.acquire(1, 0, fetch), cache.acquire(1, 0, () => t.fail())]
  arrive('one')
  const [first, second] = await Promise.all(asked)
  t.is(first, second)
  t.is(first!.readers, 2)
  t.is(cache.find(1, 0), first)
})

test('a copy that others wait for is not evicted in the moment of its arrival', async (t) => {
  const cache = new CopyCache(10)
  const [one, two] = [deferred(), deferred()]
  const first = cache.acquire(1, 0, one.fetch)
  const second = cache.acquire(2, 0, two.fetch)
  one.arrive('one')
  two.arrive('two')
  for (const copy of [await first, await second]) t.true(copy.isKept)
  t.is(cache.bytes, 20)
})

test('what came meanwhile with another object is the copy of those who waited, too', async (t) => {
  const cache = new CopyCache(100)
  const { fetch, arrive } = deferred()
  const asked = cache.acquire(1, 0, fetch)
  const tied = cache.add(1, 0, contents('one'))
  arrive('one')
  t.is(await asked, tied)
  t.is(tied.readers, 1)
  t.is(cache.bytes, 10)
})

test('a fetch that fails is forgotten, so that the next reader asks again', async (t) => {
  const cache = new CopyCache(100)
  await t.throwsAsync(cache.acquire(1, 0, () => Promise.reject(new Error('lost'))))
  const copy = await cache.acquire(1, 0, () => Promise.resolve(contents('one')))
  t.is(copy.value, 'one')
  t.is(copy.readers, 1)
})

test('copies without readers make room, those used lately last', async (t) => {
  const cache = new CopyCache(30)
  for (const id of [1, 2, 3]) cache.add(id, 0, contents(`${id}`))
  await cache.acquire(2, 0, () => t.fail())
  cache.add(4, 0, contents('4'))
  t.deepEqual(
    [...cache.copies()].map(({ id }) => id).filter((id) => id === 2 || id === 4),
    [2, 4],
  )
  t.is(cache.bytes, 30)
  t.is(cache.evictions, 1)
  cache.clear()
  t.deepEqual(
    [...cache.copies()].map(({ id }) => id),
    [2],
  )
})

test('a copy in a newer colour takes the place of the one before', (t) => {
  const cache = new CopyCache(100)
  const old = cache.add(1, 0, contents('old'))
  cache.add(1, 1, contents('new'))
  t.false(old.isKept)
  t.is(cache.find(1, 0), undefined)
  t.is(cache.bytes, 10)
})

test('a copy that was used since the last sweep gets a second chance', (t) => {
  const cache = new CopyCache(30)
  for (const id of [1, 2, 3, 4]) cache.add(id, 0, contents(`${id}`))
  const [first, second] = [...cache.copies()].map(({ id }) => id)
  t.is(cache.find(first!, 0)?.id, first)
  cache.add(5, 0, contents('5'))
  t.truthy(cache.find(first!, 0))
  t.is(cache.find(second!, 0), undefined)
})

/** The pool of chunks: memory that waits for full rings is used again. */
import test from 'ava'
import { CHUNK_WORDS, ChunkPool } from '#core/message/chunk-pool.js'

test('a chunk that was given back is taken again, empty', (t) => {
  const pool = new ChunkPool()
  const chunk = pool.take()
  t.is(chunk.f64.length, CHUNK_WORDS)
  t.is(chunk.i32.buffer, chunk.f64.buffer)
  chunk.begin = 3
  chunk.end = 5
  t.not(pool.take(), chunk)
  pool.give(chunk)
  const again = pool.take()
  t.is(again, chunk)
  t.like(again, { begin: 0, end: 0 })
})

test('what a burst has taken is not kept for ever', (t) => {
  const pool = new ChunkPool()
  const burst = Array.from({ length: 64 }, () => pool.take())
  for (const chunk of burst) pool.give(chunk)
  const kept = burst.filter(() => burst.includes(pool.take()))
  t.true(kept.length <= 4, `${kept.length} chunks`)
})

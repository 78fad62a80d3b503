/** The social network: its requests, its timelines, and both on many cores of one thread. */
import test from 'ava'
import fc from 'fast-check'
import { free, onAllCores, symmetricObject } from '@orujo/core'
import { buildCsr, kroneckerEdges } from '@orujo/graph'
import { shareOf } from '#owned/social/network.js'
import * as program from '#owned/social/program.js'
import { recipients, runAll, textsOf } from '#owned/social/reference.js'
import { isGenuine, makePost, userOf } from '#owned/social/requests.js'
import { insert, shownOf, TIMELINE_POSTS, TIMELINE_WORDS } from '#owned/social/timeline.js'
import { onCluster } from '../../support/owned-app.ts'

const SEEDS = 3

test('a timeline keeps the newest posts, in whichever order they come', (t) => {
  const posts = fc.uniqueArray(fc.nat(100_000), { maxLength: 2 * TIMELINE_POSTS })
  fc.assert(
    fc.property(posts, (numbers) => {
      // Between two others, which must not change.
      const words = new Int32Array(3 * TIMELINE_WORDS).fill(-1)
      words[TIMELINE_WORDS] = 0
      for (const number of numbers) insert(words, TIMELINE_WORDS, number)
      const expected = numbers.toSorted((a, b) => b - a).slice(0, TIMELINE_POSTS)
      const timeline = words.subarray(TIMELINE_WORDS, 2 * TIMELINE_WORDS)
      t.deepEqual([...timeline.subarray(1, 1 + expected.length)], expected)
      t.is(timeline[0], expected.length)
      t.is(shownOf(words, TIMELINE_WORDS), Math.min(10, expected.length))
      t.true(words.subarray(0, TIMELINE_WORDS).every((word) => word === -1))
      t.true(words.subarray(2 * TIMELINE_WORDS).every((word) => word === -1))
    }),
  )
})

test('a post mentions whom its text names, each once', (t) => {
  const { mentions } = makePost(1, 2, '@user7 sun @user12, rain @user7 @nobody user3')
  t.deepEqual(mentions, [7, 12])
})

test('followers and those who are mentioned get a post once', (t) => {
  t.deepEqual([...recipients(Int32Array.of(1, 2), [])], [1, 2])
  t.deepEqual([...recipients(Int32Array.of(1, 2), [2, 3])], [1, 2, 3])
})

test('a post whose text or author was changed is not genuine', (t) => {
  const options = { users: 50, requests: 10, compose: 100, seed: 1 }
  const post = makePost(4, userOf(options, 4), 'the sun')
  t.true(isGenuine(post, options))
  t.false(isGenuine({ ...post, text: 'the rain' }, options))
  t.false(isGenuine({ ...post, author: post.author + 1 }, options))
})

test('texts compose as often as asked, and some mention users', (t) => {
  const options = { users: 50, requests: 5000, compose: 20, seed: 1 }
  const texts = textsOf(options).filter((text) => text !== undefined)
  t.true(Math.abs(texts.length / options.requests - 0.2) < 0.02)
  t.true(texts.some((text) => makePost(0, 0, text).mentions.length > 1))
  t.true(texts.every((text) => makePost(0, 0, text).mentions.every((user) => user < options.users)))
})

test('timelines and posts on many cores are those of one', async (t) => {
  const csr = buildCsr(2 ** 6, [kroneckerEdges({ scale: 6, seed: 1 }, 0, 256)], false)
  // Two batches of each core, the second not full, and timelines that forget.
  const options = { users: csr.vertices, requests: 5000, compose: 30, seed: 9 }
  const { offsets, targets } = csr.outgoing
  const expected = runAll(options, textsOf(options), csr.outgoing)
  for (let seed = 1; seed <= SEEDS; seed++) {
    await onCluster(program, seed, async (cluster) => {
      const { host, cores } = cluster
      const network = await cluster.until(symmetricObject(host, program.makePart, options))
      for (let user = 0; user < options.users; user++) {
        const row = targets.slice(offsets[user], offsets[user + 1])
        const counts = Int32Array.of(row.length)
        const tell = host.call(program.addFollowers, user % cores, network, counts, row)
        await cluster.until(tell)
      }
      await cluster.until(onAllCores(host, program.makeTimelines, network))
      const reports = await cluster.until(onAllCores(host, program.serve, network))
      const count = (of: 'composed' | 'deliveries' | 'reads' | 'spoilt') =>
        reports.reduce((sum, report) => sum + report[of], 0)
      t.is(count('composed'), expected.composed)
      t.is(count('deliveries'), expected.deliveries)
      t.is(count('reads'), options.requests - expected.composed)
      t.is(count('spoilt'), 0)
      const wrongPosts = await cluster.until(onAllCores(host, program.countWrongPosts, network))
      t.true(
        wrongPosts.every((wrong) => wrong === 0),
        `seed ${seed}`,
      )
      for (let core = 0; core < cores; core++) {
        for (let slot = 0; slot < shareOf(options.users, cores, core); slot++) {
          const timeline = expected.timelines[slot * cores + core]!
          const wrong = host.call(program.countWrongTimelines, core, network, slot, timeline)
          t.is(await cluster.until(wrong), 0, `seed ${seed}`)
        }
      }
      await cluster.until(onAllCores(host, program.dropAll, network))
      await cluster.until(free(host, network))
    })
  }
})

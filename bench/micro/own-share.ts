/**
 * Sharing a large JavaScript value: 10 MB that four threads read a thousand times between them.
 *
 * Means       the owned value is lent to four cores, each of which fetches and decodes it once. The
 *             peers pass it with every read, as they must: a structured clone, an argument of a
 *             Piscina task, an argument of a Comlink call. They do it a few times, and the figure
 *             is that of one read in all cases.
 * Not meant   peers that keep a copy themselves, and know when it is out of date.
 */
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { MessageChannel, Worker } from 'node:worker_threads'
import { releaseProxy, wrap } from 'comlink'
import { task, type Core } from '@orujo/core'
import { drop, lend, own, scopedTask, type Owned, type Ref } from '@orujo/ownership'
import { Piscina } from 'piscina'
import { scaled, verify, type MicroCase } from '../harness/case.ts'
import {
  lookAt,
  makeCatalogue,
  type Catalogue,
  type CatalogueApi,
} from '../baseline/catalogue-value.ts'
import { runtimeCase, type Timed } from './runtime-case.ts'

const READERS = 4
const READS = 1000
/** Reads of a peer: each carries the whole value. */
const PEER_READS = 4
const PISCINA_MODULE = fileURLToPath(
  new URL('../baseline/catalogue-piscina-thread.js', import.meta.url),
)
const COMLINK_MODULE = new URL('../baseline/catalogue-comlink-thread.js', import.meta.url)

export const readShare = scopedTask(
  'bench.own-share.read',
  (_core: Core, value: Ref<Catalogue>, reader: number, count: number): number => {
    let sum = 0
    for (let i = reader; i < count; i += READERS) sum += lookAt(value.value, i)
    return sum
  },
)

export const shareIt = task(
  'bench.own-share.share',
  async (core: Core, count: number): Promise<Timed> => {
    const plain = makeCatalogue()
    const start = performance.now()
    const value = own(core, plain)
    const sums = await shareWithAll(core, value, count)
    const seconds = (performance.now() - start) / 1000
    drop(core, value)
    return { seconds, sum: sums.reduce((total, one) => total + one, 0) }
  },
)

async function shareWithAll(core: Core, value: Owned<Catalogue>, count: number): Promise<number[]> {
  using ref = await value.borrow(core)
  return await Promise.all(
    Array.from({ length: READERS }, (_, reader) =>
      lend(core, readShare, reader, ref, reader, count),
    ),
  )
}

function expectedSum(count: number): number {
  const value = makeCatalogue()
  let sum = 0
  for (let i = 0; i < count; i++) sum += lookAt(value, i)
  return sum
}

const microsecondsEach = (count: number, seconds: number): number => (seconds * 1e6) / count

const ownShare = runtimeCase({
  name: 'own.share.10MB',
  unit: 'us/read',
  better: 'less',
  baseline: 'clone.10MB',
  program: import.meta.url,
  isOwning: true,
  cores: READERS,
  task: shareIt,
  count: READS,
  step: READS,
  expectedSum,
  figure: microsecondsEach,
})

/** A case that passes the whole value for every read. */
function peer(
  name: string,
  open: () => Promise<{
    look(value: Catalogue, at: number): Promise<number>
    close(): Promise<void>
  }>,
): MicroCase {
  return {
    name,
    unit: 'us/read',
    better: 'less',
    ...(name === 'clone.10MB' ? {} : { baseline: 'own.share.10MB' }),
    async open() {
      const value = makeCatalogue()
      const { look, close } = await open()
      return {
        async trial(scale) {
          const count = scaled(PEER_READS, scale)
          const start = performance.now()
          const looks = Array.from({ length: count }, (_, i) => look(value, i))
          const sum = (await Promise.all(looks)).reduce((total, one) => total + one, 0)
          const seconds = (performance.now() - start) / 1000
          verify(name, sum, expectedSum(count))
          return microsecondsEach(count, seconds)
        },
        close,
      }
    },
  }
}

const cloned = peer('clone.10MB', () =>
  Promise.resolve({
    look: (value, at) => Promise.resolve(lookAt(structuredClone(value), at)),
    close: () => Promise.resolve(),
  }),
)

const byPiscina = peer('piscina.10MB', () => {
  const pool = new Piscina<[Catalogue, number], number>({
    filename: PISCINA_MODULE,
    name: 'look',
    minThreads: READERS,
    maxThreads: READERS,
    idleTimeout: Infinity,
  })
  return Promise.resolve({
    look: (value, at) => pool.run([value, at]),
    close: () => pool.close(),
  })
})

const byComlink = peer('comlink.10MB', async () => {
  const worker = new Worker(COMLINK_MODULE)
  const { port1, port2 } = new MessageChannel()
  worker.postMessage(port2, [port2])
  await once(worker, 'message')
  const api = wrap<CatalogueApi>(port1)
  // Taken once: access to a property makes a proxy each time.
  const { lookAt: remote } = api
  return {
    look: (value, at) => remote(value, at),
    async close() {
      api[releaseProxy]()
      port1.close()
      await worker.terminate()
    },
  }
})

export const OWN_SHARE: readonly MicroCase[] = [ownShare, cloned, byPiscina, byComlink]

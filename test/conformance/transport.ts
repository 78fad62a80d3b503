/**
 * What every transport must do, as a function of a factory. All endpoints are driven from one
 * thread here; what only real threads can show is in `threads.test.ts`.
 */
import { setImmediate } from 'node:timers/promises'
import test from 'ava'
import { CLOSED, LOST, RUNNING, type Transport } from '#core/transport/transport.js'
import { forSeeds, pick, type Schedule } from '../support/schedule.ts'
import { exchange, put, take } from '../support/traffic.ts'

/** All ends of one transport, and what its surroundings do to it. */
export interface Cluster {
  readonly transports: readonly Transport[]
  /** Lets something arrive, by the schedule. Nothing to do if all arrives by itself. */
  advance(schedule: Schedule): void
  /** Lets everything arrive that was published, given back or rung. */
  settle(): void
  lose(endpoint: number): void
  close(): void
}

/** Makes a cluster whose ring positions begin at `firstPosition`. */
export type MakeCluster = (endpoints: number, ringWords: number, firstPosition: number) => Cluster

/** Near the overflow of 2^31, and near that of 2^32. */
const POSITIONS = [0, 2 ** 31 - 5, -5] as const
const CORES = [1, 2, 4] as const
const RING_WORDS = 16

export function transportConformance(make: MakeCluster): void {
  for (const cores of CORES) {
    const title = (rule: string) =>
      `${cores} ${cores === 1 ? 'core' : 'cores'} and the host: ${rule}`
    const makeHere = (firstPosition = 0) => make(cores + 1, RING_WORDS, firstPosition)
    linkRules(title, makeHere)
    parkingRules(title, makeHere)
    endingRules(title, makeHere)
  }
}

type Title = (rule: string) => string
type MakeHere = (firstPosition?: number) => Cluster

function linkRules(title: Title, make: MakeHere): void {
  test(title('an endpoint has a link to and from every endpoint, itself included'), (t) => {
    for (const [endpoint, transport] of make().transports.entries()) {
      t.is(transport.endpoint, endpoint)
      t.is(transport.writers.length, transport.endpoints)
      t.is(transport.readers.length, transport.endpoints)
    }
  })

  test(title('words arrive only after they are published'), (t) => {
    for (const { cluster, writer, reader } of links(make())) {
      put(writer, 0)
      cluster.settle()
      t.false(reader.refresh())
      t.true(writer.publish())
      t.false(writer.publish())
      cluster.settle()
      t.true(reader.refresh())
      t.is(take(reader, 0), 1)
      t.false(reader.refresh())
    }
  })

  test(title('a full link answers -1 until words are given back'), (t) => {
    for (const { cluster, writer, reader } of links(make())) {
      while (writer.reserve(1) !== -1) writer.i32[2 * ((writer.tail - 1) % RING_WORDS)] = 1
      t.is(writer.used(), RING_WORDS)
      writer.publish()
      cluster.settle()
      reader.refresh()
      reader.position()
      reader.head = (reader.head + 1) | 0
      cluster.settle()
      t.is(writer.reserve(1), -1)
      reader.release()
      cluster.settle()
      t.is(writer.used(), RING_WORDS - 1)
      t.is(writer.reserve(1), 0)
      t.is(writer.reserve(1), -1)
    }
  })

  test(title('an empty link takes a message of half its words wherever it stands'), (t) => {
    for (const firstPosition of POSITIONS) {
      const { cluster, writer, reader } = links(make(firstPosition))[0]!
      for (let step = 0; step < 3 * RING_WORDS; step++) {
        for (const words of [RING_WORDS / 2, 1 + (step % 3)]) {
          const at = writer.reserve(words)
          t.true(at >= 0 && at + words <= RING_WORDS)
          writer.i32[2 * at] = words
          writer.publish()
          cluster.settle()
          t.true(reader.refresh())
          t.is(reader.position(), at)
          reader.head = (reader.head + words) | 0
          t.is(reader.head, reader.tail)
          reader.release()
          cluster.settle()
        }
      }
    }
  })

  for (const firstPosition of POSITIONS) {
    test(title(`messages of a pair stay whole and in order from position ${firstPosition}`), (t) =>
      forSeeds(20, (schedule) => {
        const cluster = make(firstPosition)
        const traffic = links(cluster).map((link) => ({ ...link, sent: 0, read: 0 }))
        for (let step = 0; step < 1000; step++) {
          const link = pick(schedule, traffic)
          const act = schedule.choose(5)
          if (act <= 1) link.sent += put(link.writer, link.sent) ? 1 : 0
          else if (act === 2) link.writer.publish()
          else if (act === 3) cluster.advance(schedule)
          else link.read = take(link.reader, link.read)
        }
        for (const link of traffic) link.writer.publish()
        cluster.settle()
        for (const link of traffic) t.is(take(link.reader, link.read), link.sent)
      }),
    )
  }
}

function parkingRules(title: Title, make: MakeHere): void {
  test(
    title('park ends on a wake-up that follows a message, and the message is there'),
    async (t) => {
      for (const { cluster, src, dst, reader, writer } of links(make())) {
        dst.armPark()
        const parked = dst.park()
        t.true(await isPending(parked))
        put(writer, 0)
        writer.publish()
        cluster.settle()
        t.true(await isPending(parked), 'a publication wakes nobody')
        src.wake(dst.endpoint)
        cluster.settle()
        await parked
        t.is(take(reader, 0), 1)
      }
    },
  )

  test(title('a wake-up between the announcement and the park is not lost'), (t) => {
    for (const { cluster, src, dst } of links(make())) {
      dst.armPark()
      src.wake(dst.endpoint)
      cluster.settle()
      t.is(dst.park(), undefined)
    }
  })

  test(title('a wake-up of an endpoint that has not announced a park is forgotten'), async (t) => {
    for (const { cluster, src, dst } of links(make())) {
      src.wake(dst.endpoint)
      cluster.settle()
      dst.armPark()
      dst.disarmPark()
      src.wake(dst.endpoint)
      cluster.settle()
      dst.armPark()
      const parked = dst.park()
      t.true(await isPending(parked))
      src.wake(dst.endpoint)
      cluster.settle()
      await parked
    }
  })

  test(title('a wake-up concerns only the endpoint it names'), async (t) => {
    const cluster = make()
    const parked = cluster.transports.map((transport) => {
      transport.armPark()
      return transport.park()
    })
    for (const [endpoint, transport] of cluster.transports.entries()) {
      cluster.transports[0]!.wake(endpoint)
      cluster.settle()
      await parked[endpoint]
      const isParked = await Promise.all(parked.map(isPending))
      t.deepEqual(
        isParked,
        parked.map((_, other) => other > transport.endpoint),
      )
    }
  })

  test(title('nobody sleeps through a message or through room given back'), (t) =>
    forSeeds(5, async (schedule) => {
      const cluster = make()
      const messages = 100
      let isFinished = false
      const exchanges = cluster.transports.map((transport) => exchange(transport, messages))
      const all = Promise.all(exchanges).finally(() => {
        isFinished = true
      })
      // A bound on turns, not on time: each turn lets something arrive.
      for (let step = 0; step < 200_000 && !isFinished; step++) {
        cluster.advance(schedule)
        if (step % 16 === 0) await setImmediate()
      }
      t.true(isFinished)
      t.true((await all).some((parks) => parks > 0))
    }),
  )
}

function endingRules(title: Title, make: MakeHere): void {
  const parkAll = (cluster: Cluster) =>
    cluster.transports.map((transport) => {
      transport.armPark()
      return transport.park()
    })

  test(title('a close ends every park, and closing again changes nothing'), async (t) => {
    const cluster = make()
    const parked = parkAll(cluster)
    cluster.close()
    await Promise.all(parked)
    cluster.close()
    cluster.lose(0)
    for (const transport of cluster.transports) {
      t.is(transport.state(), CLOSED)
      t.is(transport.lostEndpoint(), -1)
    }
  })

  test(title('a loss ends every park, and the first loss is the one that all name'), async (t) => {
    const cluster = make()
    for (const transport of cluster.transports) {
      t.is(transport.state(), RUNNING)
      t.is(transport.lostEndpoint(), -1)
    }
    const parked = parkAll(cluster)
    cluster.lose(1)
    await Promise.all(parked)
    cluster.lose(0)
    cluster.close()
    for (const transport of cluster.transports) {
      t.is(transport.state(), LOST)
      t.is(transport.lostEndpoint(), 1)
    }
  })

  test(title('an end between the announcement and the park is not lost'), (t) => {
    for (const end of [
      (cluster: Cluster) => cluster.close(),
      (cluster: Cluster) => cluster.lose(0),
    ]) {
      const cluster = make()
      for (const transport of cluster.transports) transport.armPark()
      end(cluster)
      for (const transport of cluster.transports) t.is(transport.park(), undefined)
    }
  })
}

/** Both ends of every link of a cluster. */
function links(cluster: Cluster) {
  return cluster.transports.flatMap((src) =>
    cluster.transports.map((dst) => ({
      cluster,
      src,
      dst,
      writer: src.writers[dst.endpoint]!,
      reader: dst.readers[src.endpoint]!,
    })),
  )
}

/** True if `promise` is still unsettled after a turn of the event loop. */
async function isPending(promise: Promise<unknown> | undefined): Promise<boolean> {
  return Promise.race([setImmediate(true), promise?.then(() => false) ?? false])
}

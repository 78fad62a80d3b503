/** Channels on clusters: order, room, moves, ends. */
import test from 'ava'
import { type Core, task } from '@orujo/core'
import { type Owned, type Receiver, type Sender, channel, drop, own } from '@orujo/ownership'
import { underSeeds } from '../../../support/ownership-rules.ts'

type Numbered = readonly [from: number, serial: number]

const produce = task(
  'test.produce',
  async (core: Core, sender: Sender<Numbered>, from: number, count: number) => {
    for (let i = 0; i < count; i++) await sender.send(core, [from, i])
    sender.drop(core)
  },
)

const consume = task('test.consume', async (core: Core, receiver: Receiver<Numbered>) => {
  const got: Numbered[] = []
  for await (const value of receiver.values(core)) got.push(value)
  receiver.drop(core)
  return got
})

function checkOrder(got: readonly Numbered[], senders: number, count: number): void {
  const next = Array.from({ length: senders }, () => 0)
  for (const [from, serial] of got) {
    if (serial !== next[from]) throw new Error(`${from} sent ${serial} after ${next[from]}`)
    next[from]++
  }
  if (next.some((serial) => serial !== count)) throw new Error(`received ${next.join()}`)
}

for (const capacity of [undefined, 1, 3]) {
  const how = capacity === undefined ? 'any number of values' : `room for ${capacity}`
  test(`values arrive completely, those of one sender in order, with ${how}`, async (t) => {
    await underSeeds(
      async (core) => {
        const options = capacity === undefined ? {} : { capacity }
        const [sender, receiver] = channel<Numbered>(core, options)
        const got = core.call(consume, core.cores - 1, receiver)
        const producers = Array.from({ length: 4 }, (_, from) => {
          return core.call(produce, from % core.cores, sender.clone(), from, 10)
        })
        sender.drop(core)
        await Promise.all(producers)
        checkOrder(await got, 4, 10)
      },
      { tasks: [produce, consume] },
    )
    t.pass()
  })
}

const sendOwned = task(
  'test.send-owned',
  async (core: Core, sender: Sender<Owned<number[]>>, count: number) => {
    for (let i = 0; i < count; i++) await sender.send(core, own(core, [core.id, i]))
    sender.drop(core)
  },
)

test('an owner that is sent belongs to the receiver', async (t) => {
  await underSeeds(
    async (core) => {
      const [sender, receiver] = channel<Owned<number[]>>(core, { capacity: 2 })
      const sent = Array.from({ length: core.cores }, (_, target) => {
        return core.call(sendOwned, target, sender.clone(), 3)
      })
      sender.drop(core)
      let count = 0
      for await (const list of receiver.values(core)) {
        await list.write(core, (values) => void values.push(count))
        if ((await list.read(core, (values) => values[2])) !== count) throw new Error('not written')
        drop(core, list)
        count++
      }
      await Promise.all(sent)
      if (count !== 3 * core.cores) throw new Error(`${count} received`)
      receiver.drop(core)
    },
    { tasks: [sendOwned] },
  )
  t.pass()
})

const tryOnce = task('test.try-once', async (core: Core, sender: Sender<Owned<string>>) => {
  const list = own(core, 'mine')
  const outcome = await sender.trySend(core, list)
  if (outcome.kind === 'sent') throw new Error('there was no room')
  const text = await outcome.value.read(core, (value) => value)
  drop(core, outcome.value)
  sender.drop(core)
  return `${outcome.kind} ${text}`
})

test('a value that finds no room is still its sender’s', async (t) => {
  await underSeeds(
    async (core) => {
      const [sender, receiver] = channel<Owned<string>>(core, { capacity: 1 })
      const first = await sender.trySend(core, own(core, 'first'))
      if (first.kind !== 'sent') throw new Error(first.kind)
      const said = await core.call(tryOnce, core.cores - 1, sender.clone())
      if (said !== 'full mine') throw new Error(said)
      receiver.drop(core)
      sender.drop(core)
    },
    { tasks: [tryOnce] },
  )
  t.pass()
})

const sendUntilClosed = task(
  'test.until-closed',
  async (core: Core, sender: Sender<Owned<string>>) => {
    try {
      for (;;) await sender.send(core, own(core, 'text'))
    } catch (error) {
      const { code, name, value } = error as { code: string; name: string; value: Owned<string> }
      const text = await value.read(core, (one) => one)
      drop(core, value)
      sender.drop(core)
      return `${name} ${code} ${text}`
    }
  },
)

const takeOne = task('test.take-one', async (core: Core, receiver: Receiver<Owned<string>>) => {
  const one = await receiver.receive(core)
  drop(core, one!)
  return receiver
})

test('after the receiver was dropped on their core, nothing more is accepted', async (t) => {
  await underSeeds(
    async (core) => {
      const [sender, receiver] = channel<number>(core)
      const before = sender.send(core, 1)
      drop(core, receiver)
      const after = await sender.trySend(core, 2)
      await before
      if (after.kind !== 'closed') throw new Error(after.kind)
      drop(core, sender)
    },
    { seeds: 5 },
  )
  t.pass()
})

test('without a receiver, what is sent comes back, and what waits is dropped', async (t) => {
  await underSeeds(
    async (core) => {
      const [sender, receiver] = channel<Owned<string>>(core, { capacity: 3 })
      const senders = Array.from({ length: core.cores }, (_, target) => {
        return core.call(sendUntilClosed, target, sender.clone())
      })
      sender.drop(core)
      const back = await core.call(takeOne, core.cores - 1, receiver)
      back.drop(core)
      for (const said of await Promise.all(senders)) {
        if (said !== 'SendError OWN_CLOSED text') throw new Error(said)
      }
    },
    { tasks: [sendUntilClosed, takeOne] },
  )
  t.pass()
})

const forward = task(
  'test.forward',
  async (core: Core, channels: Receiver<Receiver<Numbered>>, target: number) => {
    const inner = await channels.receive(core)
    channels.drop(core)
    return core.call(consume, target, inner!)
  },
)

test('ends of channels travel through channels, with what they have fetched', async (t) => {
  await underSeeds(
    async (core) => {
      const [outer, outerEnd] = channel<Receiver<Numbered>>(core)
      const [sender, receiver] = channel<Numbered>(core)
      for (let i = 0; i < 5; i++) await sender.send(core, [0, i])
      await outer.send(core, receiver)
      const got = core.call(forward, core.cores - 1, outerEnd, core.cores >> 1)
      for (let i = 5; i < 10; i++) await sender.send(core, [0, i])
      sender.drop(core)
      outer.drop(core)
      checkOrder(await got, 1, 10)
    },
    { tasks: [forward, consume] },
  )
  t.pass()
})

test('a channel whose receiver never received drops what it has', async (t) => {
  await underSeeds(async (core) => {
    const [sender, receiver] = channel<{ list: Owned<number[]>; reply: Sender<number> }>(core)
    const [reply, answers] = channel<number>(core)
    await sender.send(core, { list: own(core, [1]), reply })
    sender.drop(core)
    receiver.drop(core)
    if ((await answers.receive(core)) !== undefined) throw new Error('the sender is not dropped')
    answers.drop(core)
  })
  t.pass()
})

test('an end that was moved away, dropped, or is in use says so', async (t) => {
  await underSeeds(
    async (core) => {
      const [sender, receiver] = channel<Numbered>(core)
      const waiting = receiver.receive(core)
      await t.throwsAsync(receiver.receive(core), { code: 'OWN_BORROWED' })
      await sender.send(core, [0, 0])
      await waiting
      const nothing = await receiver.tryReceive(core)
      if (nothing.kind !== 'empty') throw new Error(nothing.kind)
      sender.drop(core)
      await t.throwsAsync(sender.send(core, [0, 1]), { code: 'OWN_DROPPED' })
      t.throws(() => sender.clone(), { code: 'OWN_DROPPED' })
      const ended = await receiver.tryReceive(core)
      if (ended.kind !== 'ended') throw new Error(ended.kind)
      receiver.drop(core)
      t.throws(() => receiver.drop(core), { code: 'OWN_DROPPED' })
      const [other, otherEnd] = channel<Owned<string>>(core)
      t.throws(() => own(core, [other]), { code: 'OWN_NESTED' })
      const text = own(core, 'text')
      await other.send(core, text)
      await t.throwsAsync(text.borrow(core), { code: 'OWN_MOVED' })
      other.drop(core)
      otherEnd.drop(core)
    },
    { seeds: 1, shapes: [[1, 1]] },
  )
  t.throws(() => channel({} as Core, { capacity: 0 }), { code: 'ORUJO_OPTION' })
})

const relay = task(
  'test.relay',
  async (core: Core, receiver: Receiver<Owned<Numbered>>, sender: Sender<Owned<Numbered>>) => {
    for await (const one of receiver.values(core)) await sender.send(core, one)
    receiver.drop(core)
    sender.drop(core)
  },
)

const feed = task(
  'test.feed',
  async (core: Core, sender: Sender<Owned<Numbered>>, from: number, count: number) => {
    for (let i = 0; i < count; i++) await sender.send(core, own<Numbered>(core, [from, i]))
    sender.drop(core)
  },
)

test('owners that go through chains of channels all arrive, in order', async (t) => {
  t.timeout(120_000)
  await underSeeds(
    async (core, { random }) => {
      const options = (): { capacity: number } => ({ capacity: 1 + random.choose(4) })
      const [first, start] = channel<Owned<Numbered>>(core, options())
      let receiver = start
      const work: Promise<void>[] = []
      for (let from = 0; from < 3; from++) {
        work.push(core.call(feed, random.choose(core.cores), first.clone(), from, 5))
      }
      first.drop(core)
      for (let hop = random.choose(3); hop > 0; hop--) {
        const [next, end] = channel<Owned<Numbered>>(core, options())
        work.push(core.call(relay, random.choose(core.cores), receiver, next))
        receiver = end
      }
      const got: Numbered[] = []
      for await (const one of receiver.values(core)) {
        got.push(await one.read(core, ([from, serial]) => [from, serial] as const))
        drop(core, one)
      }
      receiver.drop(core)
      await Promise.all(work)
      checkOrder(got, 3, 5)
    },
    { tasks: [relay, feed], seeds: 200, shapes: [[2, 2]] },
  )
  t.pass()
})

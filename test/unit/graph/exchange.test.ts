/** Exchange: everybody leaves a round with the sum, and not before everybody has given. */
import test from 'ava'
import { Exchange } from '#graph/exchange.js'

/** Three cores whose messages are delivered when the test says so. */
function network(cores: number) {
  const exchanges = Array.from({ length: cores }, () => new Exchange(cores))
  const pending: (() => void)[] = []
  const enter = (core: number, value: number) =>
    exchanges[core]!.next((parity) => {
      for (const exchange of exchanges) pending.push(() => exchange.take(parity, value))
    })
  const deliver = () => {
    for (const message of pending.splice(0)) message()
  }
  return { enter, deliver }
}

test('nobody leaves before everybody has given, and all get the same sum', async (t) => {
  const { enter, deliver } = network(3)
  const left: number[] = []
  const rounds = [1, 10].map((value, core) => enter(core, value).then((sum) => left.push(sum)))
  deliver()
  await new Promise(setImmediate)
  t.deepEqual(left, [])
  rounds.push(enter(2, 100).then((sum) => left.push(sum)))
  deliver()
  await Promise.all(rounds)
  t.deepEqual(left, [111, 111, 111])
})

test('a core may enter the next round while others have not left the last', async (t) => {
  const { enter, deliver } = network(2)
  for (let round = 0; round < 5; round++) {
    const slow = enter(0, round)
    const fast = enter(1, 10 * round)
    deliver()
    t.is(await fast, 11 * round)
    const ahead = enter(1, 1000)
    deliver()
    t.is(await slow, 11 * round)
    const behind = enter(0, 2000)
    deliver()
    t.deepEqual(await Promise.all([ahead, behind]), [3000, 3000])
  }
})

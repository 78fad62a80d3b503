/**
 * What leaves an owned map is a copy, and what it lends ends with its scope: a step of a loop, a
 * function. All of it in checked mode too, which also sees values that were kept.
 */
import type { ExecutionContext } from 'ava'
import { type Core, task } from '@orujo/core'
import { type MapEntry, drop, own, ownedMap, type OwnedMap } from '@orujo/ownership'
import { refused } from '../../../support/misuse.ts'
import { ownershipRule } from '../../../support/ownership-rules.ts'

interface Player {
  name: string
  scores: number[]
  board: Float64Array
}

function player(name: string): Player {
  return { name, scores: [1, 2], board: new Float64Array([3, 4]) }
}

type Players = OwnedMap<number, Player>

const KEYS = [0, 1, 2, 3, 4, 5, 6]
const BUCKETS = { buckets: 4 }

/** Runs `main` on core 0 with a map of players, under several schedules. */
function rule(
  title: string,
  main: (core: Core, t: ExecutionContext, players: Players) => Promise<void>,
  { isChecked, tasks = [] }: { isChecked: boolean; tasks?: readonly unknown[] },
): void {
  ownershipRule(
    `${title}${isChecked ? ', in checked mode' : ''}`,
    async (core, t) => {
      const players = await ownedMap<number, Player>(core, BUCKETS)
      for (const key of KEYS) await players.set(core, key, player(`player ${key}`))
      await main(core, t, players)
      drop(core, players)
    },
    { tasks, seeds: 4, store: () => ({ isChecked }) },
  )
}

const IN_THE_MAP = { object: /^object \d+ of core \d$/ }

const rename = task('test.rename', async (core: Core, players: Players, key: number) => {
  const found = await players.get(core, key)
  found!.name += '?'
  await players.update(core, key, (one) => {
    one!.name += '!'
    one!.scores.push(3)
    return one
  })
  const seen = await players.read(core, key, (one) => `${one!.name} ${one!.scores.join()}`)
  drop(core, players)
  return seen
})

for (const isChecked of [false, true]) {
  rule(
    'what is got is the caller’s own, wherever it comes from',
    async (core, t, players) => {
      for (const key of KEYS) {
        const found = await players.get(core, key)
        t.deepEqual(found, player(`player ${key}`))
        found!.scores.push(9)
        found!.board[0] = 9
        const updated = await players.update(core, key, (one) => one)
        updated!.board[1] = 9
        t.deepEqual(await players.get(core, key), player(`player ${key}`))
      }
    },
    { isChecked },
  )

  rule(
    'a value is lent by read, and changed by update, on any core',
    async (core, t, players) => {
      for (const key of KEYS) {
        const seen = await core.call(rename, key % core.cores, players.clone(), key)
        t.is(seen, `player ${key}! 1,2,3`)
      }
      const lengths: number[] = []
      await players.forEach(core, (one) => void lengths.push(one.scores.length))
      t.deepEqual(
        lengths,
        KEYS.map(() => 3),
      )
    },
    { isChecked, tasks: [rename] },
  )

  rule(
    'a loop has each entry for one step',
    async (core, t, players) => {
      const kept: MapEntry<number, Player>[] = []
      const names = new Map<number, string>()
      for await (const entry of players.entries(core)) {
        for (const old of kept) await refused(t, 'OWN_ESCAPED', () => old.value, IN_THE_MAP)
        kept.push(entry)
        names.set(entry.key, entry.value.name)
      }
      t.deepEqual(
        [...names].sort(),
        KEYS.map((key) => [key, `player ${key}`]),
      )
      for (const old of kept) await refused(t, 'OWN_ESCAPED', () => old.value, IN_THE_MAP)
    },
    { isChecked },
  )

  rule(
    'a loop that is left, or fails, has given its bucket back',
    async (core, t, players) => {
      for await (const entry of players.entries(core)) {
        t.is(entry.value.scores.length, 2)
        break
      }
      await t.throwsAsync(
        players.forEach(core, (_one, key) => {
          throw new Error(`left at ${key}`)
        }),
        { message: /^left at \d$/ },
      )
      for (const key of KEYS) await players.set(core, key, player('another'))
      t.is(await players.size(core), KEYS.length)
    },
    { isChecked },
  )
}

rule(
  'a value that was kept is of no use after its scope, and is not written within',
  async (core, t, players) => {
    const kept: Player[] = []
    const keep = (lent: unknown): void => {
      const one = lent as Player
      kept.push(one)
    }
    const tryToWrite = async (): Promise<void> => {
      const one = kept.at(-1)!
      for (const write of [
        () => (one.name = 'x'),
        () => one.scores.push(1),
        () => (one.board[0] = 1),
      ]) {
        await refused(t, 'OWN_FROZEN', write, IN_THE_MAP)
      }
    }
    for await (const entry of players.entries(core)) {
      keep(entry.value)
      await tryToWrite()
      await refusedAll(t, kept.slice(0, -1))
    }
    await players.forEach(core, async (one) => {
      keep(one)
      await tryToWrite()
      await refusedAll(t, kept.slice(0, -1))
    })
    await players.read(core, 1, async (one) => {
      keep(one)
      await tryToWrite()
    })
    await players.update(core, 1, (one) => {
      keep(one)
      return one
    })
    t.is(kept.length, 2 * KEYS.length + 2)
    await refusedAll(t, kept)
  },
  { isChecked: true },
)

async function refusedAll(t: ExecutionContext, kept: readonly Player[]): Promise<void> {
  for (const one of kept) {
    await refused(t, 'OWN_ESCAPED', () => one.name, IN_THE_MAP)
    await refused(t, 'OWN_ESCAPED', () => (one.name = 'x'), IN_THE_MAP)
  }
}

rule(
  'a value that owns objects is refused, and stays with the caller',
  async (core, t) => {
    const map = await ownedMap<number, unknown>(core, BUCKETS)
    const list = own(core, [1])
    const expected = { object: /^a value of a map$/, first: undefined }
    for (const key of KEYS) {
      await refused(t, 'OWN_NESTED', () => map.set(core, key, { list }), expected)
      const update = async (): Promise<void> => void (await map.update(core, key, () => [list]))
      await refused(t, 'OWN_NESTED', update, expected)
    }
    t.is(await map.size(core), 0)
    drop(core, list)
    drop(core, map)
  },
  { isChecked: false },
)

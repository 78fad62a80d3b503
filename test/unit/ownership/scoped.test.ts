/**
 * Scopes that have left something inside borrowed when they are over: that is refused, and heals.
 */
import type { ExecutionContext } from 'ava'
import type { Core } from '@orujo/core'
import { drop, lockOwned, own, type Owned } from '@orujo/ownership'
import { failure } from '../../support/machine.ts'
import { refused } from '../../support/misuse.ts'
import { ownershipRule } from '../../support/ownership-rules.ts'

/** On core 0 of 2 locales of 2 cores. */
function rule(title: string, main: (core: Core, t: ExecutionContext) => Promise<void>): void {
  ownershipRule(title, main, { seeds: 4, shapes: [[2, 2]] })
}

interface Shelf {
  readonly name: string
  readonly first: Owned<number[]>
}

/** When the work is over, only who awaits it is left of the program. */
const AFTER_ALL = { second: /support\/misuse\.(js|ts):\d+/ }

/** What is left borrowed inside a scope; ends later. */
type Left = { release(): unknown }

for (const [what, leave] of [
  [
    'reader',
    (core: Core, shelf: Owned<Shelf>, left: Left[]) =>
      shelf.read(core, async (it) => void left.push(await it.first.borrow(core))),
  ],
  [
    'writer',
    (core: Core, shelf: Owned<Shelf>, left: Left[]) =>
      shelf.write(core, async (it) => void left.push(await it.first.borrowMut(core))),
  ],
] as const) {
  rule(`a ${what} that leaves something inside borrowed ends when that has`, async (core, t) => {
    const shelf = own<Shelf>(core, { name: 'S', first: own(core, [1]) })
    const left: Left[] = []
    await refused(t, 'OWN_BORROWED', () => leave(core, shelf, left), AFTER_ALL)
    await refused(t, 'OWN_BORROWED', () => shelf.borrowMut(core))
    await left[0]!.release()
    t.is(await shelf.write(core, (it) => it.first.read(core, (list) => list.length)), 1)
    drop(core, shelf)
  })
}

rule('a guard of a lock ends when what was left borrowed inside has', async (core, t) => {
  const lock = lockOwned(core, own<Shelf>(core, { name: 'S', first: own(core, [1]) }))
  const left: Left[] = []
  const write = (): Promise<unknown> =>
    lock.write(core, async (it) => void left.push(await it.first.borrow(core)))
  t.is((await failure(write))?.code, 'OWN_BORROWED')
  t.is(await lock.tryWriteLock(core), undefined)
  await left[0]!.release()
  t.is(await lock.read(core, (it) => it.name), 'S')
  drop(core, lock)
})

rule('what a scope throws comes before what it has left borrowed', async (core, t) => {
  const shelf = own<Shelf>(core, { name: 'S', first: own(core, [1]) })
  const left: Left[] = []
  const fail = async (ref: Promise<Left>): Promise<never> => {
    left.push(await ref)
    throw new RangeError('the work itself')
  }
  for (const work of [
    () => shelf.read(core, (it) => fail(it.first.borrow(core))),
    () => shelf.write(core, (it) => fail(it.first.borrow(core))),
  ]) {
    await t.throwsAsync(work(), { instanceOf: RangeError })
    await left.pop()!.release()
  }
  drop(core, shelf)
})

/**
 * Options of ownership: the same on every core.
 */
import test from 'ava'
import { type Core, task } from '@orujo/core'
import { configureOwnership, drop, own, type Owned, tie } from '@orujo/ownership'
import { Cluster } from '../../support/cluster.ts'
import { definitions, extensions } from '../../support/ownership.ts'

interface Node {
  name: string
  next?: Owned<Node>
}

const makeAndDrop = task('test.make-and-drop', (core: Core): void => drop(core, own(core, 1)))
const shout = task('test.shout', async (core: Core, list: Owned<Node>) => {
  await list.write(core, (node) => void (node.name += '!'))
  return list
})

test('options are set on all cores or on none', async (t) => {
  const main = task('test.main', async (core: Core): Promise<void> => {
    await core.call(makeAndDrop, 1)
    const tooLate = configureOwnership(core, { checked: true })
    await t.throwsAsync(tooLate, { code: 'OWN_CLOSED' })
    // What is tied says in checked mode, and only then, where it was made.
    const list = own<Node>(core, { name: 'head', next: tie(own<Node>(core, { name: 'tail' })) })
    drop(core, await core.call(shout, 1, list))
  })
  const ours = [makeAndDrop, shout, main]
  await using cluster = new Cluster({
    definitions: [...definitions, ...ours],
    extensions,
    locales: 2,
    coresPerLocale: 1,
  })
  await cluster.run(main)
})

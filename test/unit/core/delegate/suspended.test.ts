/** Suspended tasks: the list holds exactly those that were added and not removed. */
import test from 'ava'
import fc from 'fast-check'
import { type SuspendedTask, SuspendedTasks } from '#core/delegate/suspended.js'

test('any order of adding and removing leaves those that are suspended', (t) => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 60 }), (picks) => {
      const tasks = new SuspendedTasks()
      const expected = new Set<SuspendedTask>()
      for (const pick of picks) {
        if (pick % 2 === 0 || expected.size === 0) {
          const run = { place: -1 } as SuspendedTask // as far as the list cares
          tasks.add(run)
          expected.add(run)
        } else {
          const run = [...expected][pick % expected.size]!
          tasks.remove(run)
          expected.delete(run)
          t.is(run.place, -1)
        }
        t.is(tasks.list.length, expected.size)
        t.true(tasks.list.every((run) => expected.has(run)))
        t.true(tasks.list.every((run, place) => run.place === place))
      }
    }),
  )
})

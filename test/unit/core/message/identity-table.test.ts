/**
 * Identity table against a list: numbers are places in order of entry, whatever was forgotten.
 */
import test from 'ava'
import fc from 'fast-check'
import { IdentityTable } from '#core/message/identity-table.js'

test('an object has the number of its first entry until it is forgotten', (t) => {
  const objects = Array.from({ length: 40 }, (_, i) => ({ i }))
  const step = fc.oneof(
    { weight: 9, arbitrary: fc.record({ enter: fc.nat(39) }) },
    { weight: 1, arbitrary: fc.record({ keep: fc.nat(40) }) },
  )
  const property = fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
    const table = new IdentityTable()
    const model: object[] = []
    for (const at of steps) {
      if ('keep' in at) {
        model.splice(at.keep)
        table.truncate(Math.min(at.keep, table.size))
      } else {
        const object = objects[at.enter]!
        t.is(table.enter(object), model.indexOf(object))
        if (!model.includes(object)) model.push(object)
      }
      t.is(table.size, model.length)
    }
  })
  fc.assert(property, { numRuns: 300 })
})

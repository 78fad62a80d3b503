/**
 * Rules of classes that travel by codec extensions of the program's own.
 */
import type { Rule } from '../support/machine.ts'
import { Token, areSame, roundTrips } from '../support/programs/tokens.ts'

export function tokenRules(rule: Rule): void {
  rule('an object of a class that the program extends the codec by travels', async (t, m) => {
    const { all, stolen } = await m.run(roundTrips, new Token('t'))
    // From the host to core 0, to each core and back, and to the host with the results.
    const host = m.cores
    const expected = Array.from({ length: m.cores }, (_, dst) => {
      const path = dst === 0 ? [0, host] : [0, dst, 0, host]
      return [new Token('t', path), new Token('t', path)]
    })
    t.deepEqual(all, expected.flat())
    t.true(stolen instanceof Token)
    t.is(stolen.path[0], 0)
    t.is(stolen.path.at(-1), host)
  })

  rule('such an object, twice in a message, is one object there', async (t, machine) => {
    const token = new Token('twice')
    for (let dst = 0; dst < machine.cores; dst++) {
      t.true(await machine.until(machine.host.call(areSame, dst, [token, token])))
    }
  })
}

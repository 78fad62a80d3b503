/** Suspicion: no report before everything has been idle for the limit and the cores agree twice. */
import test from 'ava'
import fc from 'fast-check'
import { Suspicion } from '#core/launch/suspicion.js'

const LIMIT_MS = 400
const IDLE = [3, 5, 1]

test('the cores are asked half way and at the end of the limit, then it is reported', (t) => {
  const suspicion = new Suspicion()
  t.is(suspicion.look(IDLE, 0, LIMIT_MS), 'wait')
  t.is(suspicion.look(IDLE, 199, LIMIT_MS), 'wait')
  t.is(suspicion.look(IDLE, 200, LIMIT_MS), 'ask')
  t.is(suspicion.answered(IDLE, false, 210), 'wait')
  t.is(suspicion.look(IDLE, 399, LIMIT_MS), 'wait')
  t.is(suspicion.look(IDLE, 400, LIMIT_MS), 'ask')
  t.is(suspicion.answered(IDLE, false, 410), 'report')
  t.is(suspicion.idleMs(410), 410)
})

for (const [what, stamps] of [
  ['an endpoint that works', undefined],
  ['a loop that has turned', [3, 6, 1]],
] as const) {
  test(`${what} begins everything anew, at a look and after answers`, (t) => {
    const suspicion = new Suspicion()
    suspicion.look(IDLE, 0, LIMIT_MS)
    t.is(suspicion.look(stamps, 1000, LIMIT_MS), 'wait')
    t.is(suspicion.idleMs(1000), 0)
    t.is(suspicion.look(IDLE, 1100, LIMIT_MS), 'wait')
    t.is(suspicion.look(IDLE, 1500, LIMIT_MS), 'ask')
    t.is(suspicion.answered(stamps, false, 1500), 'wait')
    t.is(suspicion.look(IDLE, 2000, LIMIT_MS), 'wait')
  })
}

test('something external is asked after again, less and less often', (t) => {
  const suspicion = new Suspicion()
  suspicion.look(IDLE, 0, LIMIT_MS)
  const asked: number[] = []
  for (let now = 10; now < 8000; now += 10) {
    if (suspicion.look(IDLE, now, LIMIT_MS) === 'wait') continue
    asked.push(now)
    t.is(suspicion.answered(IDLE, true, now), 'wait')
  }
  const pauses = asked.slice(1).map((now, i) => now - asked[i]!)
  t.deepEqual(pauses, [50, 100, 200, 400, 800, 1600, 2000, 2000])
  // When it has gone, two rounds are needed as ever.
  t.is(suspicion.look(IDLE, 9500, LIMIT_MS), 'ask')
  t.is(suspicion.answered(IDLE, false, 9500), 'wait')
  t.is(suspicion.look(IDLE, 9510, LIMIT_MS), 'ask')
  t.is(suspicion.answered(IDLE, false, 9510), 'report')
})

test('what is put off after a report is asked twice again, later and later', (t) => {
  const suspicion = new Suspicion()
  suspicion.look(IDLE, 0, LIMIT_MS)
  const reports: number[] = []
  for (let now = 10; now < 10_000; now += 10) {
    if (suspicion.look(IDLE, now, LIMIT_MS) === 'wait') continue
    if (suspicion.answered(IDLE, false, now) === 'wait') continue
    reports.push(now)
    suspicion.putOff(now)
  }
  t.deepEqual(reports, [400, 910, 1920, 3930, 7940])
})

test('runs without a limit are never asked about', (t) => {
  const suspicion = new Suspicion()
  suspicion.look(IDLE, 0, Infinity)
  t.is(suspicion.look(IDLE, 1e12, Infinity), 'wait')
})

test('every report follows a limit of like looks and two rounds without anything external', (t) => {
  const step = fc.record({
    passed: fc.integer({ min: 0, max: 300 }),
    stamp: fc.oneof({ weight: 8, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.nat(2) }),
    isBusy: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    isExternal: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const suspicion = new Suspicion()
      let now = 0
      let since = 0
      let stamp = -1
      let isIdle = false
      let rounds = 0
      for (const { passed, stamp: seen, isBusy, isExternal } of steps) {
        now += passed
        if (isBusy || seen !== stamp || !isIdle) [since, rounds] = [now, 0]
        isIdle = !isBusy
        stamp = seen
        const stamps = isBusy ? undefined : [seen]
        if (suspicion.look(stamps, now, LIMIT_MS) !== 'ask') continue
        rounds = isExternal ? 0 : rounds + 1
        if (suspicion.answered(stamps, isExternal, now) !== 'report') continue
        t.true(rounds >= 2)
        t.true(now - since >= LIMIT_MS)
        suspicion.putOff(now)
        rounds = 0
      }
    }),
  )
})

/**
 * Rules of delegates: what `call` and `send` promise, wherever the target is.
 */
import type { Failure, Machine, Rule } from '../support/machine.ts'
import * as program from '../support/programs/delegates.ts'

const NUMBERS = [
  0,
  -0,
  NaN,
  Infinity,
  -Infinity,
  5e-324,
  1.7e308,
  2 ** 53,
  -(2 ** 31),
  0.1,
] as const

export function delegateRules(rule: Rule): void {
  valueRules(rule)
  callRules(rule)
  localRules(rule)
  errorRules(rule)
  strangeRules(rule)
  refusalRules(rule)
  objectRules(rule)
}

/** The core farthest from core 0: itself if there is only one. */
export function lastCore(machine: Machine): number {
  return machine.cores - 1
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i)
}

function valueRules(rule: Rule): void {
  rule('a call runs at its target, from any core to any core and the host', async (t, machine) => {
    const everybody = range(machine.cores + 1)
    const { host } = machine
    const answers = everybody.map((src) => machine.until(host.call(program.callEverybody, src)))
    for (const answer of await Promise.all(answers)) t.deepEqual(answer, everybody)
  })

  rule('numbers keep every bit that counts, as arguments and as results', async (t, machine) => {
    for (const dst of [0, lastCore(machine), machine.cores]) {
      const answer = await machine.run(program.roundTrip, dst, ...NUMBERS)
      const [singly, together] = answer as [number[], number[]]
      for (const [i, value] of NUMBERS.entries()) {
        t.true(Object.is(singly[i], value), `${value} came back as ${singly[i]}`)
        t.true(Object.is(together[i], value), `${value} came back as ${together[i]}`)
      }
    }
  })

  rule('any number of arguments arrives in its order', async (t, machine) => {
    const numbers = range(9)
    for (const count of range(10)) {
      const args = numbers.slice(0, count)
      for (const dst of [0, lastCore(machine)]) {
        const { host } = machine
        t.deepEqual(await machine.until(host.call(program.echo, dst, ...args)), args)
        const sum = args.reduce((a, b) => a + b, 0)
        t.is(await machine.until(host.call(program.add, dst, ...args)), sum)
      }
    }
  })

  rule('arguments and results may be any data, and keep what they are', async (t, machine) => {
    const shared = { deep: [1, 'two', null] }
    const values = [
      'text',
      '',
      'ŝ∂',
      -(2n ** 80n),
      true,
      undefined,
      new Uint16Array([1, 2]),
      new Map([[shared, new Set([1n])]]),
      new Date(0),
      { a: shared, b: shared },
    ]
    for (const dst of [0, lastCore(machine), machine.cores]) {
      const answer = await machine.run(program.roundTrip, dst, ...values)
      t.deepEqual(answer[1], values)
    }
  })
}

function callRules(rule: Rule): void {
  rule('a handle that arrives is that of the core it arrives at', async (t, machine) => {
    const home = lastCore(machine)
    const seen = await machine.run(program.sendHandles)
    for (const [id, answer] of seen.entries()) {
      const isHost = id === machine.cores
      const elements = range(10).filter((i) => (i >> 1) % machine.cores === id).length
      const here = isHost ? [undefined, undefined] : [elements, 3]
      t.deepEqual(answer, [true, ...here, home, home, isHost ? undefined : 7, 0])
    }
  })

  rule('thousands of calls may be under way at once', async (t, machine) => {
    t.is(await machine.run(program.manyCalls, 3000), (3000 * 2999) / 2)
  })

  rule('a delegate may call, and what follows its answer counts', async (t, machine) => {
    const { host } = machine
    await machine.until(host.call(program.takeNotes, 0))
    for (const definition of [program.callBack, program.callInVain]) {
      for (const src of new Set([0, lastCore(machine)])) {
        await machine.until(host.finish((inner) => void inner.send(definition, src, 0, 20)))
        const notes = (await machine.until(host.call(program.takeNotes, 0))) as number[]
        t.deepEqual(
          notes.sort((a, b) => a - b),
          range(20),
          definition.name,
        )
      }
    }
  })
}

function localRules(rule: Rule): void {
  rule(
    'a local delegate has run when call or send returns, on its very arguments',
    async (t, m) => {
      t.deepEqual(await m.run(program.localOrder), ['begin', 'sent', 'called', 'end', true])
    },
  )

  rule('a local call rejects, a local send fails its scope, neither throws', async (t, machine) => {
    const [called, isReached, scope] = await machine.run(program.localErrors)
    t.is((called as Failure).message, 'called')
    t.true(isReached)
    t.is((scope as Failure).code, 'ORUJO_WORK_FAILED')
    t.is(((scope as Failure).cause as Error).message, 'sent')
  })

  rule('local sends inside local sends or calls need no more stack than a few', async (t, m) => {
    const { host } = m
    const depth = 20_000
    // None, fewer, and more than the local delegates that run inside each other.
    for (const calls of [0, 10, 100]) {
      await m.until(host.call(program.takeNotes, 0))
      await m.until(host.finish((inner) => void inner.send(program.countdownIn, 0, calls, depth)))
      const notes = await m.until(host.call(program.takeNotes, 0))
      t.deepEqual(notes, range(depth + 1).reverse())
    }
  })
}

function errorRules(rule: Rule): void {
  rule('an error comes back with class, message, cause, place and both stacks', async (t, m) => {
    for (const dst of new Set([lastCore(m), m.cores])) {
      if (dst === 0) continue
      const { typed, odd, text, stack } = await m.run(program.remoteErrors, dst)
      t.true(typed instanceof TypeError)
      t.is(typed?.message, 'asked for')
      t.is((typed?.cause as Failure).code, 'ODD')
      t.is(typed?.core, dst)
      t.is(typed?.definition, 'test.fail')
      t.regex(stack, /delegates\.[jt]s/, 'where it was thrown')
      t.regex(stack, /remoteErrors|failure/, 'who waited for it')
      t.is(odd?.code, 'ODD')
      t.is(odd?.message, 'odd')
      t.is(text?.cause, 'text')
    }
  })

  rule('a delegate that returns a promise is refused, and its core goes on', async (t, machine) => {
    for (const dst of [0, lastCore(machine), machine.cores]) {
      const [codes, place] = await machine.run(program.suspensions, dst)
      t.deepEqual(codes, Array(4).fill('ORUJO_INVARIANT'))
      t.is(place, dst)
    }
  })
}

function strangeRules(rule: Rule): void {
  rule('whatever a delegate throws or returns is an error with a code', async (t, machine) => {
    for (const dst of [0, lastCore(machine), machine.cores]) {
      const codes = await machine.run(program.strangeEnds, dst)
      t.deepEqual(codes, [...Array<string>(5).fill('ORUJO_REMOTE'), 'ORUJO_INVARIANT'], `${dst}`)
    }
  })
}

function refusalRules(rule: Rule): void {
  rule('a target that is not there is refused at the call', async (t, machine) => {
    const codes = await machine.run(program.wrongTargets)
    t.deepEqual(codes, Array(40).fill('ORUJO_BAD_ADDRESS'))
  })

  rule('a definition that the program lacks is refused at the call', async (t, machine) => {
    for (const dst of [0, lastCore(machine), machine.cores]) {
      const codes = await machine.run(program.wrongDefinitions, dst)
      t.deepEqual(codes, Array(10).fill('ORUJO_UNKNOWN_DEFINITION'), `to ${dst}`)
    }
  })

  rule('a value that cannot be sent is named by its path, and nothing is sent', async (t, m) => {
    for (const dst of new Set([lastCore(m), m.cores])) {
      if (dst === 0) continue
      const [codes, messages, notes] = await m.run(program.wrongValues, dst)
      t.deepEqual(codes, Array(4).fill('ORUJO_NOT_SENDABLE'))
      const [call, send, spawn, result] = messages as string[]
      for (const message of [call, send]) t.regex(message!, /test\.note: argument 2\.list\[1\]\.f /)
      t.regex(spawn!, /argument 2\.list\[1\]\.f /)
      t.regex(result!, /result\.deep\[0\] /)
      t.deepEqual(notes, ['after'])
    }
  })
}

function objectRules(rule: Rule): void {
  rule('an object delegate gets the object that its home holds', async (t, machine) => {
    for (const dst of [0, lastCore(machine), machine.cores]) {
      const { home, answers, codes } = await machine.run(program.objectTraffic, dst)
      t.is(home, dst)
      t.deepEqual(answers, [1, 6, 306])
      const refused = ['ORUJO_BAD_ADDRESS', 'ORUJO_BAD_ADDRESS', 'ORUJO_DOUBLE_FREE']
      t.deepEqual(codes, refused)
    }
  })

  rule('a symmetric object is one object per core under one name', async (t, machine) => {
    const [counts, here, after, twice] = await machine.run(program.symmetricTraffic)
    t.deepEqual(
      counts,
      range(machine.cores).map((id) => 10 + id),
    )
    t.is(here, 10)
    t.is(after, 'ORUJO_BAD_ADDRESS')
    t.is(twice, 'ORUJO_DOUBLE_FREE')
  })
}

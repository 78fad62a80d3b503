/**
 * Combining fetch-and-add: additions of this core's tasks to one element merge into one message;
 * each gets the value that it would have found had they run one after another; of fractions about,
 * because what was asked for together is added up before.
 *
 * Ordering    additions of one round take effect side by side, in the order in which they were
 *             made.
 * Failure     as `fetchAdd`; a round that fails rejects everybody in it.
 * Bounds      one entry for each element that additions are under way to.
 * Source      Grappa's FetchAddCombiner.
 */
import { F32, I16, I32, I64, I8, U16, U32, U64, U8 } from '../memory/element.ts'
import type { ScalarType, ValueOf } from '../memory/element.ts'
import type { GlobalAddress } from '../memory/global-address.ts'
import { fetchAdd } from './atomic.ts'
import { Answers, type Combining, FlatCombiner } from './combiner.ts'
import type { Core } from './core.ts'

type Scalar = number | bigint

/**
 * As `fetchAdd`, for many tasks of one core that add to one element: what they ask for while an
 * answer is under way goes as one message.
 */
export function combiningFetchAdd<T extends ScalarType>(
  core: Core,
  address: GlobalAddress<T>,
  by: ValueOf<T>,
): Promise<ValueOf<T>> {
  address.check()
  const table = core.endpoint.state(AdditionTable, () => new AdditionTable())
  const combiner = table.combinerOf(core, address)
  const round = combiner.join(core)
  const answer = round.batch.add(by)
  combiner.added(round, false)
  return answer as Promise<ValueOf<T>> // the type of the element decided
}

/** Additions to one element, gathered. */
class Additions {
  readonly answers: Answers
  /** What was added before, by operation. */
  readonly offsets: Scalar[] = []
  sum: Scalar

  constructor(answers: Answers, zero: Scalar) {
    this.answers = answers
    this.sum = zero
  }

  add(by: Scalar): Promise<unknown> {
    this.offsets.push(this.sum)
    this.sum = plus(this.sum, by)
    return this.answers.wait()
  }
}

type AdditionCombiner = FlatCombiner<Additions, Scalar>

/** Combiners of the elements that additions of one endpoint are under way to. */
class AdditionTable {
  /** By code of the element's type, then by address. */
  readonly #combiners: Map<number, AdditionCombiner>[] = []

  combinerOf(core: Core, address: GlobalAddress<ScalarType>): AdditionCombiner {
    const ofType = (this.#combiners[address.type.code] ??= new Map())
    const known = ofType.get(address.raw)
    if (known !== undefined) return known
    const combiner: AdditionCombiner = new FlatCombiner(
      core.endpoint,
      plan(core, address, () => {
        if (combiner.isIdle) ofType.delete(address.raw)
      }),
    )
    ofType.set(address.raw, combiner)
    return combiner
  }
}

/** `ended` is called when a round is over. */
function plan(
  core: Core,
  address: GlobalAddress<ScalarType>,
  ended: () => void,
): Combining<Additions, Scalar> {
  const { type } = address
  const zero = type.code === I64 || type.code === U64 ? 0n : 0
  const name = 'orujo.fetch-add'
  return {
    name,
    open: () => new Additions(new Answers(core.endpoint, name), zero),
    send: (root, batch) => fetchAdd(root, address, batch.sum),
    settle: ({ answers, offsets }, before) => {
      for (let i = 0; i < answers.length; i++) {
        answers.resolve(i, asElement(type.code, plus(before, offsets[i]!)))
      }
      ended()
    },
    fail: ({ answers }, error) => {
      answers.rejectAll(error)
      ended()
    },
  }
}

function plus(a: Scalar, b: Scalar): Scalar {
  return typeof a === 'bigint' ? a + BigInt(b) : a + Number(b)
}

/** What an element of that type holds when `value` is stored in it. */
function asElement(code: number, value: Scalar): Scalar {
  switch (code) {
    case I64:
      return BigInt.asIntN(64, BigInt(value))
    case U64:
      return BigInt.asUintN(64, BigInt(value))
    default:
      return asNumberElement(code, Number(value))
  }
}

function asNumberElement(code: number, value: number): number {
  switch (code) {
    case I8:
      return (value << 24) >> 24
    case U8:
      return value & 0xff
    case I16:
      return (value << 16) >> 16
    case U16:
      return value & 0xffff
    case I32:
      return value | 0
    case U32:
      return value >>> 0
    case F32:
      return Math.fround(value)
    default:
      return value
  }
}

/**
 * Misuse of owned objects, as tests expect it: a code, the object, and both places.
 */
import type { ExecutionContext } from 'ava'
import { type OwnershipCode, OwnershipError } from '@orujo/ownership'

export interface ExpectedMisuse {
  readonly object?: RegExp
  /** Where the first place must be; undefined if there is none to tell. */
  readonly first?: RegExp | undefined
  readonly second?: RegExp
}

const IN_A_TEST = /\.test\.(js|ts):\d+/

/** `work` must be refused with `code`; both places are in tests unless it is said otherwise. */
export async function refused(
  t: ExecutionContext,
  code: OwnershipCode,
  work: () => unknown,
  expected: ExpectedMisuse = {},
): Promise<OwnershipError> {
  const { object = /^object \d+ of core 0$/, second = IN_A_TEST } = expected
  const first = 'first' in expected ? expected.first : IN_A_TEST
  const error = await caught(work)
  t.is(error.code, code, error.message)
  t.regex(error.object, object)
  if (first === undefined) t.is(error.first, undefined)
  else t.regex(error.first ?? 'nowhere', first, error.stack)
  t.regex(error.second ?? 'nowhere', second, error.stack)
  t.not(error.first, error.second)
  return error
}

async function caught(work: () => unknown): Promise<OwnershipError> {
  try {
    await work()
  } catch (error) {
    if (error instanceof OwnershipError) return error
    throw new Error('Something else than a misuse was thrown.', { cause: error })
  }
  throw new Error('Nothing was refused.')
}

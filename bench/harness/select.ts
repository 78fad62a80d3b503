/**
 * Select: which cases of the catalogue to run for a list of names. Pure.
 */
import type { MicroCase } from './case.ts'

/** Cases that are measured in alternation and may be each other's baselines. */
export type Family = readonly MicroCase[]

/** A name that no case has. */
export class UnknownCaseError extends Error {
  override readonly name = 'UnknownCaseError'
  readonly code = 'BENCH_UNKNOWN_CASE'
}

/**
 * The families that hold a case of `names`, each cut down to those cases and their baselines; all
 * families whole if `names` is undefined.
 */
export function selectFamilies(
  families: readonly Family[],
  names: readonly string[] | undefined,
): Family[] {
  if (names === undefined) return [...families]
  requireKnown(families.flat(), names)
  return families.map((family) => cutDown(family, names)).filter((family) => family.length > 0)
}

/** The cases of `names`; all if that is undefined. */
export function selectByName<C extends { readonly name: string }>(
  cases: readonly C[],
  names: readonly string[] | undefined,
): C[] {
  if (names === undefined) return [...cases]
  requireKnown(cases, names)
  return cases.filter(({ name }) => names.includes(name))
}

function requireKnown(cases: readonly { readonly name: string }[], names: readonly string[]): void {
  const known = cases.map(({ name }) => name)
  const unknown = names.find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw new UnknownCaseError(`no case is named ${unknown}; there are ${known.join(', ')}`)
}

function cutDown(family: Family, names: readonly string[]): Family {
  const wanted = family.filter(({ name }) => names.includes(name))
  const needed = new Set(wanted.flatMap(({ name, baseline }) => [name, baseline]))
  return family.filter(({ name }) => needed.has(name))
}

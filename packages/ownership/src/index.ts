/**
 * @orujo/ownership: one owner for every object, and many readers or one writer. Cores need the
 * definitions of '@orujo/ownership/program'.
 */
export { Mut, Ref } from './borrow.ts'
export { OwnershipError, type OwnershipCode } from './errors.ts'
export { lend, scopedTask, type ScopedTask } from './lend.ts'
export type {
  Absent,
  Conflict,
  MutableIn,
  ReadonlyView,
  Reference,
  Shared,
  SharedIn,
  SharedOwner,
} from './lent.ts'
export { own, ownArray } from './make.ts'
export { Owned, drop, gone, move, take, tie } from './owned.ts'
export { configureOwnership, type OwnershipOptions } from './stores.ts'
export { RangeMut, RangeRef } from './vector-borrow.ts'
export { ExclusiveRange, SharedRange } from './vector-range.ts'
export { OwnedVector, ownVector, vectorOf } from './vector.ts'
export { ReplicaMut, ReplicaRef } from './replicated-borrow.ts'
export { Replicated, replicated, replicatedArray, type ReplicatedOptions } from './replicated.ts'

/**
 * @orujo/ownership: one owner for every object, and many readers or one writer. Cores need the
 * definitions of '@orujo/ownership/program'.
 */
export { Mut, Ref } from './borrow.ts'
export {
  Controller,
  control,
  type ControlOptions,
  type ControlReport,
  type CoreReport,
  type LoadFigures,
  type LocaleReport,
} from './controller.ts'
export type { Controlled } from './controller-book.ts'
export type { Decision, DecisionKind, DecisionReason } from './controller-log.ts'
export { ownAnywhere, ownArrayAnywhere, placeTask } from './controller-make.ts'
export type { CoreFigures } from './controller-table.ts'
export { OwnershipError, type OwnershipCode } from './errors.ts'
export { ownershipCounts, type OwnershipCounts } from './counts.ts'
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
export type { OwnedObject } from './leaks.ts'
export { ownedObjects } from './owned-objects.ts'
export { type Movable, drop, gone, move, take } from './movable.ts'
export { Owned, tie } from './owned.ts'
export { configureOwnership, type OwnershipOptions } from './stores.ts'
export { Arc, arc, shareOwned } from './std/arc.ts'
export { Atomic, type Exchanged, atomicF64, atomicI32, atomicI64 } from './std/atomic.ts'
export {
  type ChannelOptions,
  Receiver,
  SendError,
  Sender,
  type TryReceived,
  type TrySent,
  channel,
} from './std/channel.ts'
export { LendingScope, scope } from './std/lending-scope.ts'
export { ReadGuard, WriteGuard } from './std/lock-guard.ts'
export { type OwnedMutex, type RwLock, lockOwned, ownedMutex, rwLock } from './std/lock.ts'
export { type Near, type Placement, placeSpawns, spawn, spawnTo } from './std/spawn.ts'
export { delegateRead, update } from './std/update.ts'
export { RangeMut, type RangeMutIn, RangeRef, type RangeRefIn } from './vector-borrow.ts'
export type { ArrayIn } from './vector-array.ts'
export { ExclusiveRange, SharedRange } from './vector-range.ts'
export { OwnedVector, ownVector, vectorOf } from './vector.ts'
export { ReplicaMut, ReplicaRef } from './replicated-borrow.ts'
export { Replicated, replicated, replicatedArray, type ReplicatedOptions } from './replicated.ts'
export { MapEntry } from './std/map-entry.ts'
export type { MapKey } from './std/map-key.ts'
export { OwnedMap, type OwnedMapOptions, ownedMap } from './std/owned-map.ts'
export {
  type OwnedString,
  type Text,
  appendString,
  ownString,
  readString,
} from './std/owned-string.ts'

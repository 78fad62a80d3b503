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
export { Owned, drop, move, tie } from './owned.ts'
export { configureOwnership, type OwnershipOptions } from './stores.ts'

/**
 * @orujo/core: many cores as one memory. Names for everyone; siblings find a few more in
 * internal.ts.
 */
export { GlobalBag, globalBag } from './collections/bag.ts'
export { type CollectionOptions, freeCollection } from './collections/collection.ts'
export { GlobalCounter, globalCounter } from './collections/counter.ts'
export { GlobalHashMap, GlobalHashSet, globalHashMap, globalHashSet } from './collections/map.ts'
export { GlobalVector, type VectorOptions, globalVector } from './collections/vector.ts'
export { compareAndSwap, fetchAdd, increment, read, write } from './delegate/atomic.ts'
export { Answers, type Combining, FlatCombiner, type Round } from './delegate/combiner.ts'
export { combiningFetchAdd } from './delegate/combining.ts'
export { Core, type Target } from './delegate/core.ts'
export { delegate, factory, objectDelegate, task } from './delegate/define.ts'
export { JoinHandle } from './delegate/join-handle.ts'
export { GlobalCompletionEvent, completionEvent } from './delegate/event.ts'
export { InvariantError, OrujoError, type OrujoCode } from './errors.ts'
export { launch } from './launch/launch.ts'
export type { LaunchOptions, ResourceLimits } from './launch/options.ts'
export type { RunOptions, Runtime, RuntimeEvents } from './launch/runtime.ts'
export {
  type ElementType,
  type ScalarType,
  type StructType,
  type ValueOf,
  f32,
  f64,
  i16,
  i32,
  i64,
  i8,
  struct,
  u16,
  u32,
  u64,
  u8,
} from './memory/element.ts'
export { GlobalAddress } from './memory/global-address.ts'
export { GlobalArray, SymmetricArray } from './memory/global-array.ts'
export { ObjectAddress, SymmetricObject } from './memory/objects.ts'
export type { Delegate, ObjectDelegate, Task } from './message/definition.ts'
export { RemoteError } from './message/wire-error.ts'
export type { CoreMetrics, RuntimeMetrics } from './metrics.ts'
export {
  type ArrayOptions,
  type Freeable,
  type MemoryReport,
  allocate,
  free,
  globalArray,
  memoryUsage,
  symmetric,
  symmetricObject,
} from './parallel/allocate.ts'
export { type Operator, allReduce, barrier, onAllCores, reduce } from './parallel/collective.ts'
export { blockRange, forall, forallRanges } from './parallel/forall.ts'
export type { CoreId, LocaleId, Topology } from './place.ts'
export { CompletionEvent } from './sync/completion-event.ts'
export { WorkFailedError } from './sync/scopes.ts'

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
export type { Combinable, Operator, OperatorOn } from './delegate/operator.ts'
export type { JoinHandle } from './delegate/join-handle.ts'
export { GlobalCompletionEvent, completionEvent } from './delegate/event.ts'
export { RemoteBarrier } from './delegate/remote-barrier.ts'
export { RemoteConditionVariable } from './delegate/remote-condition-variable.ts'
export { RemoteCountingSemaphore } from './delegate/remote-counting-semaphore.ts'
export { RemoteFullEmpty } from './delegate/remote-full-empty.ts'
export { RemoteMutex } from './delegate/remote-mutex.ts'
export type { Extreme, Reducer } from './delegate/reducer.ts'
export type { StealingPolicy } from './delegate/stealing.ts'
export { InvariantError, OrujoError, type OrujoCode } from './errors.ts'
export { DeadlockError, type Waiter } from './launch/deadlock-report.ts'
export { launch } from './launch/launch.ts'
export type { LaunchOptions, ResourceLimits, TraceOptions } from './launch/options.ts'
export type { RunOptions, Runtime, RuntimeEvents } from './launch/runtime.ts'
export type { TraceSummary } from './launch/trace-file.ts'
export {
  type ElementType,
  type ScalarType,
  type StructFields,
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
export type { ScalarView, ViewOf } from './memory/view.ts'
export type { Delegate, ObjectDelegate, Task } from './message/definition.ts'
export { RemoteError } from './message/wire-error.ts'
export type { CoreMetrics, CounterName, RuntimeMetrics } from './metrics.ts'
export {
  type ArrayOptions,
  type Freeable,
  type MemoryReport,
  type MemoryUsageOf,
  allocate,
  free,
  globalArray,
  memoryUsage,
  symmetric,
  symmetricObject,
} from './parallel/allocate.ts'
export { type UnboundRange, forallRangesUnbound, forallUnbound } from './parallel/forall-unbound.ts'
export { blockRange, forall, forallRanges } from './parallel/forall.ts'
export { type Anywhere, type CoreId, type LocaleId, type Topology, anywhere } from './place.ts'
export { Barrier } from './sync/barrier.ts'
export { type CopyOptions, type RangeOptions, copyArray, memset } from './parallel/array-copy.ts'
export { loadArray, saveArray } from './parallel/array-file.ts'
export {
  type PrefixSumOptions,
  type SortOptions,
  prefixSum,
  sortArray,
} from './parallel/array-sort.ts'
export { type Cache, type CacheMode, cache, callWithCaching } from './parallel/cache.ts'
export {
  type CollectiveOptions,
  type RootOptions,
  allGather,
  allReduce,
  barrier,
  broadcast,
  exclusiveScan,
  gather,
  onAllCores,
  reduce,
  scan,
  sumOverCores,
} from './parallel/collective.ts'
export { PushBuffer } from './parallel/push-buffer.ts'
export { reducer } from './parallel/reducer.ts'
export { CompletionEvent } from './sync/completion-event.ts'
export { ConditionVariable } from './sync/condition-variable.ts'
export { CountingSemaphore } from './sync/counting-semaphore.ts'
export { FullEmpty } from './sync/full-empty.ts'
export { Guard, type Granter } from './sync/guard.ts'
export { Mutex } from './sync/mutex.ts'
export { WorkFailedError } from './sync/scopes.ts'
export type { Wait, WaitSource } from './task/waits.ts'

/**
 * Program: what every core needs to know of ownership. Launch it beside your own program:
 * `program: [url, import.meta.resolve('@orujo/ownership/program')]`.
 */
export { attach, detach, relieve } from './controller-attach.ts'
export {
  adopt,
  askLoads,
  disown,
  makeArray,
  makeValue,
  publish,
  readDecisions,
  readMemory,
  reportMemory,
  survey,
  takeLoads,
  takeTable,
} from './controller-protocol.ts'
export { listHere } from './owned-objects.ts'
export { dropHere, fetchBytes, freeOld, whereMade, writeOwner } from './protocol.ts'
export { configureHere } from './stores.ts'
export { loanedExtension, ownedExtension } from './transfer.ts'
export { arcExtension } from './std/arc.ts'
export { add, atomicExtension, exchange, load, store, swap } from './std/atomic.ts'
export { closeHere, pushHere, takeHere, tryPushHere, tryTakeHere } from './std/channel-home.ts'
export { receiverExtension, senderExtension } from './std/channel.ts'
export { acquireHere, releaseReadHere, releaseWriteHere, tryAcquireHere } from './std/lock-home.ts'
export { lockExtension } from './std/lock.ts'
export { claimShare, returnShare } from './std/shares.ts'
export { readHere, renameHere, updateHere } from './std/update.ts'
export {
  fetchStretch,
  freeArray,
  freeElements,
  pullPart,
  registerPart,
  writeRange,
} from './vector-protocol.ts'
export { loanedRangeExtension, vectorExtension } from './vector-transfer.ts'
export { freeReplicas, makeReplica, pullReplica, pushReplica } from './replica.ts'
export { writeReplicaOwner } from './replicated-cell.ts'
export { loanedReplicaExtension, replicatedExtension } from './replicated-transfer.ts'
export { deleteHere, getHere, makeBuckets, mapExtension, setHere } from './std/owned-map.ts'
export { appendHere } from './std/owned-string.ts'

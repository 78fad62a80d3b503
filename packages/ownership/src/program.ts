/**
 * Program: what every core needs to know of ownership. Launch it beside your own program,
 * `program: [url, import.meta.resolve('@orujo/ownership/program')]`, or export it from there:
 * `export * from '@orujo/ownership/program'`.
 */
import { attach, detach, relieve } from './controller-attach.ts'
import {
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
import { listHere } from './owned-objects.ts'
import { dropHere, fetchBytes, freeOld, whereMade, writeOwner } from './protocol.ts'
import { configureHere, requireUnused } from './stores.ts'
import { loanedExtension, ownedExtension } from './transfer.ts'
import { arcExtension } from './std/arc.ts'
import { add, atomicExtension, exchange, load, store, swap } from './std/atomic.ts'
import { closeHere, pushHere, takeHere, tryPushHere, tryTakeHere } from './std/channel-home.ts'
import { receiverExtension, senderExtension } from './std/channel.ts'
import { acquireHere, releaseReadHere, releaseWriteHere, tryAcquireHere } from './std/lock-home.ts'
import { lockExtension } from './std/lock.ts'
import { claimShare, returnShare } from './std/shares.ts'
import { readHere, renameHere, updateHere } from './std/update.ts'
import {
  fetchStretch,
  freeArray,
  freeElements,
  pullPart,
  registerPart,
  writeRange,
} from './vector-protocol.ts'
import { loanedRangeExtension, vectorExtension } from './vector-transfer.ts'
import { freeReplicas, makeReplica, pullReplica, pushReplica } from './replica.ts'
import { writeReplicaOwner } from './replicated-cell.ts'
import { loanedReplicaExtension, replicatedExtension } from './replicated-transfer.ts'
import { deleteHere, getHere, makeBuckets, mapExtension, setHere } from './std/owned-map.ts'
import { appendHere } from './std/owned-string.ts'

/** Messages and handles. One name, so that no export of a program can hide a part of it. */
export const ownershipProgram: readonly object[] = Object.freeze([
  attach,
  detach,
  relieve,
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
  listHere,
  dropHere,
  fetchBytes,
  freeOld,
  whereMade,
  writeOwner,
  configureHere,
  requireUnused,
  loanedExtension,
  ownedExtension,
  arcExtension,
  add,
  atomicExtension,
  exchange,
  load,
  store,
  swap,
  closeHere,
  pushHere,
  takeHere,
  tryPushHere,
  tryTakeHere,
  receiverExtension,
  senderExtension,
  acquireHere,
  releaseReadHere,
  releaseWriteHere,
  tryAcquireHere,
  lockExtension,
  claimShare,
  returnShare,
  readHere,
  renameHere,
  updateHere,
  fetchStretch,
  freeArray,
  freeElements,
  pullPart,
  registerPart,
  writeRange,
  loanedRangeExtension,
  vectorExtension,
  freeReplicas,
  makeReplica,
  pullReplica,
  pushReplica,
  writeReplicaOwner,
  loanedReplicaExtension,
  replicatedExtension,
  deleteHere,
  getHere,
  makeBuckets,
  mapExtension,
  setHere,
  appendHere,
])

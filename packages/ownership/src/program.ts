/**
 * Program: what every core needs to know of ownership. Launch it beside your own program, or export
 * it from there: `export * from '@orujo/ownership/program'`.
 */
export { dropHere, fetchBytes, freeOld, writeOwner } from './protocol.ts'
export { configureHere } from './stores.ts'
export { loanedExtension, ownedExtension } from './transfer.ts'
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

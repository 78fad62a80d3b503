/**
 * Program: what every core needs to know of ownership. Launch it beside your own program, or export
 * it from there: `export * from '@orujo/ownership/program'`.
 */
export { attach, detach, relieve } from './controller-attach.ts'
export {
  adopt,
  askLoads,
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
export { dropHere, fetchBytes, freeOld, writeOwner } from './protocol.ts'
export { configureHere } from './stores.ts'
export { loanedExtension, ownedExtension } from './transfer.ts'

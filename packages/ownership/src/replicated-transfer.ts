/**
 * Replicated transfer: owners and loans of replicated objects as arguments and results. An owner
 * that is sent belongs to the receiver; it is lost to the sender when the message has been
 * accepted, and not before.
 */
import type { SymmetricArray, SymmetricObject } from '@orujo/core'
import {
  codecExtension,
  type Endpoint,
  type ValueSink,
  type ValueSource,
} from '@orujo/core/internal'
import type { Replica, ReplicaPointer } from './replica.ts'
import { LoanedReplica } from './replicated-borrow.ts'
import { replicatedCell, type ReplicaSet } from './replicated-cell.ts'
import { Replicated } from './replicated.ts'
import { decodeLoan, encodeLoan } from './wire.ts'
import { requireOn } from './wire.ts'

const REPLICATED_TAG = 3
const LOANED_REPLICA_TAG = 12

export const replicatedExtension = codecExtension<Endpoint, Replicated<unknown>>({
  tag: REPLICATED_TAG,
  prototype: Replicated.prototype,
  encode: ({ hold: cell }, sink) => {
    requireOn(sink.place, cell.store.endpoint, cell.name)
    cell.requireFree('send')
    encode(cell.set, cell.pointer, sink)
    sink.onSent(() => cell.moveAway())
  },
  decode: (source, endpoint) => {
    const { set, pointer } = decode(source)
    return new Replicated(replicatedCell({ endpoint }, set, pointer))
  },
})

export const loanedReplicaExtension = codecExtension<Endpoint, LoanedReplica>({
  tag: LOANED_REPLICA_TAG,
  prototype: LoanedReplica.prototype,
  encode: ({ set, pointer, isExclusive, loan }, sink) => {
    encode(set, pointer, sink)
    sink.integer(Number(isExclusive))
    encodeLoan(loan, sink)
  },
  decode: (source) => {
    const { set, pointer } = decode(source)
    const isExclusive = source.integer() === 1
    return new LoanedReplica(set, pointer, isExclusive, decodeLoan(source))
  },
})

function encode(
  { id, object, array, publish }: ReplicaSet,
  { version, source }: ReplicaPointer,
  sink: ValueSink,
): void {
  sink.integer(id)
  sink.value(object)
  sink.value(array)
  sink.integer(Number(publish === 'push'))
  sink.integer(version)
  sink.integer(source)
}

function decode(source: ValueSource): { set: ReplicaSet; pointer: ReplicaPointer } {
  const id = source.integer()
  const object = source.value() as SymmetricObject<Replica> // as encoded
  const array = source.value() as SymmetricArray | undefined // as encoded
  const publish = source.integer() === 1 ? 'push' : 'pull'
  const pointer = { version: source.integer(), source: source.integer() }
  return { set: { id, object, array, publish }, pointer }
}

/**
 * Transfer: owners and loans as arguments and results. An owner that is sent belongs to the
 * receiver; it is lost to the sender when the message has been accepted, and not before.
 */
import { codecExtension, type Endpoint } from '@orujo/core/internal'
import { Loaned } from './borrow.ts'
import { Hold } from './hold.ts'
import { Owned } from './owned.ts'
import { OWNED_TAG } from './packing.ts'
import { storeOf } from './stores.ts'
import { decodeLoan, encodeLoan, decodePointing, encodePointing, requireOn } from './wire.ts'

const LOANED_TAG = 1

export const ownedExtension = codecExtension<Endpoint, Owned<unknown>>({
  tag: OWNED_TAG,
  prototype: Owned.prototype,
  encode: ({ hold }, sink) => {
    requireOn(sink.place, hold.store.endpoint, hold.name)
    hold.requireMovable('send')
    encodePointing(hold, sink)
    sink.integer(Number(hold.isTied) + 2 * Number(hold.isRoaming))
    sink.onSent(() => hold.moveAway())
  },
  decode: (source, endpoint) => {
    const { shape, pointer } = decodePointing(source)
    const hold = new Hold(storeOf({ endpoint }), shape, pointer)
    const marks = source.integer()
    hold.isTied = marks % 2 === 1
    hold.isRoaming = marks >= 2
    if (hold.isRoaming) hold.store.noteRoaming(hold)
    return new Owned(hold)
  },
})

export const loanedExtension = codecExtension<Endpoint, Loaned>({
  tag: LOANED_TAG,
  prototype: Loaned.prototype,
  encode: ({ hold, isExclusive }, sink) => {
    requireOn(sink.place, hold.store.endpoint, hold.name)
    encodePointing(hold, sink)
    sink.integer(Number(isExclusive))
    encodeLoan(hold.loan, sink)
  },
  decode: (source, endpoint) => {
    const { shape, pointer } = decodePointing(source)
    const isExclusive = source.integer() === 1
    const hold = new Hold(storeOf({ endpoint }), shape, pointer)
    hold.loan = decodeLoan(source)
    return new Loaned(hold, isExclusive)
  },
})

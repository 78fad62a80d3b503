/**
 * Vector transfer: vectors and lent ranges as arguments and results. A vector that is sent belongs
 * to the receiver; it is lost to the sender when the message has been accepted, and not before.
 */
import type { ElementType, GlobalArray } from '@orujo/core'
import {
  codecExtension,
  describe,
  fromDescription,
  type Endpoint,
  type TypeDescription,
} from '@orujo/core/internal'
import { runsOf } from './vector-runs.ts'
import { VectorCell } from './vector-cell.ts'
import { LoanedRange } from './vector-range.ts'
import { segmentsOf, segmentWords } from './vector-segments.ts'
import { OwnedVector } from './vector.ts'
import { decodeLoan, encodeLoan } from './wire.ts'
import { requireOn } from './wire.ts'

const VECTOR_TAG = 2
const LOANED_RANGE_TAG = 11

export const vectorExtension = codecExtension<Endpoint, OwnedVector<ElementType>>({
  tag: VECTOR_TAG,
  prototype: OwnedVector.prototype,
  encode: (vector, sink) => {
    requireOn(sink.place, vector.cell.runs.store.endpoint, vector.cell.name)
    vector.cell.requireMovable('send')
    sink.integer(vector.cell.id)
    sink.value(vector.array)
    sink.value(segmentWords(vector.cell.segments.all))
    sink.onSent(() => vector.cell.close('moved'))
  },
  decode: (source, endpoint) => {
    const id = source.integer()
    const array = source.value() as GlobalArray // as encoded
    const segments = segmentsOf(source.value() as Float64Array) // as encoded
    const { type, length } = array
    const cell = new VectorCell(runsOf({ endpoint }), { id, type, begin: 0, end: length, segments })
    return new OwnedVector(cell, array)
  },
})

export const loanedRangeExtension = codecExtension<Endpoint, LoanedRange>({
  tag: LOANED_RANGE_TAG,
  prototype: LoanedRange.prototype,
  encode: ({ shape, loan }, sink) => {
    sink.integer(shape.id)
    sink.value(describe(shape.type))
    sink.integer(shape.begin)
    sink.integer(shape.end)
    sink.value(segmentWords(shape.segments))
    encodeLoan(loan, sink)
  },
  decode: (source) => {
    const id = source.integer()
    const type = fromDescription(source.value() as TypeDescription) // as encoded
    const begin = source.integer()
    const end = source.integer()
    const segments = segmentsOf(source.value() as Float64Array) // as encoded
    return new LoanedRange({ id, type, begin, end, segments }, decodeLoan(source))
  },
})

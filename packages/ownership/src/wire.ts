/**
 * Wire: how a pointer and the shape of what it leads to travel, in handles, in loans and in owners
 * inside other objects; and whom the borrower of a loan has to tell.
 */
import {
  describe,
  fromDescription,
  type Endpoint,
  type TypeDescription,
  type ValueSink,
  type ValueSource,
} from '@orujo/core/internal'
import { OwnershipError } from './errors.ts'
import type { Loan } from './hold.ts'
import { VALUE, typedShape, type Shape } from './shape.ts'
import type { Pointer } from './store.ts'

/** What a handle says of its object. */
export interface Pointing {
  readonly shape: Shape
  readonly pointer: Pointer
}

export function encodePointing({ shape, pointer }: Pointing, sink: ValueSink): void {
  encodeShape(shape, sink)
  sink.integer(pointer.id)
  sink.integer(pointer.color)
  sink.integer(pointer.offset)
}

export function decodePointing(source: ValueSource): Pointing {
  const shape = decodeShape(source)
  const id = source.integer()
  const color = source.integer()
  const offset = source.integer()
  return { shape, pointer: { id, color, offset } }
}

/**
 * Throws if a handle of `endpoint` is used by another place: of another core, or of a core of
 * another runtime in this process, where its number means another object.
 */
export function requireOn(place: object | undefined, endpoint: Endpoint, object: string): void {
  if (place === undefined || place === endpoint) return
  const text =
    `${object} belongs to core ${endpoint.id} of its runtime, and was handed over by another ` +
    'core or runtime: send it from where it is.'
  throw new OwnershipError('OWN_FOREIGN', text, { object })
}

/** Where an owner is told, if a loan that travels has one. */
export function encodeLoan(loan: Loan | undefined, sink: ValueSink): void {
  sink.value(loan === undefined ? undefined : [loan.core, loan.number])
}

export function decodeLoan(source: ValueSource): Loan | undefined {
  const loan = source.value() as [number, number] | undefined // as encoded
  return loan === undefined ? undefined : { core: loan[0], number: loan[1] }
}

export function encodeShape(shape: Shape, sink: ValueSink): void {
  if (shape.kind === 'value') sink.value(undefined)
  else sink.value([describe(shape.type), shape.length])
}

export function decodeShape(source: ValueSource): Shape {
  const typed = source.value() as [TypeDescription, number] | undefined // as encoded
  return typed === undefined ? VALUE : typedShape(fromDescription(typed[0]), typed[1])
}

/**
 * Codec against structured clone: for what both support they agree, identities included.
 */
import test from 'ava'
import fc from 'fast-check'
import { Codec } from '#core/message/codec.js'

const codec = new Codec<undefined>()

function roundTrip(value: unknown): unknown {
  const length = codec.encodeOne(value)
  return codec.decodeOne(codec.bytes.slice(0, length), undefined)
}

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units)),
)

const leaf = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.bigInt(),
  fc.boolean(),
  text,
  fc.constantFrom(null, undefined),
  fc.date({ noInvalidDate: false }),
  fc.uint8Array(),
  fc.float64Array(),
  fc.int16Array(),
  fc.bigInt64Array(),
)

const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5, depthIdentifier: 'tree' },
    leaf,
    fc.array(tie('tree'), { maxLength: 5 }),
    fc.dictionary(text, tie('tree'), { maxKeys: 5, noNullPrototype: true }),
    fc.array(fc.tuple(tie('tree'), tie('tree')), { maxLength: 4 }).map((pairs) => new Map(pairs)),
    fc.array(tie('tree'), { maxLength: 4 }).map((elements) => new Set(elements)),
  ),
}))

/** A graph: nodes refer to each other by index, so that references are shared and cyclic. */
const graph = fc
  .array(fc.record({ kind: fc.nat(3), edges: fc.array(fc.nat(), { maxLength: 4 }) }), {
    minLength: 1,
    maxLength: 40,
  })
  .map((specs) => {
    const nodes = specs.map(({ kind }) => [{}, [], new Map(), new Set()][kind]!)
    specs.forEach(({ edges }, i) =>
      edges.forEach((edge) => link(nodes[i]!, nodes[edge % nodes.length]!)),
    )
    return nodes
  })

function link(from: object, to: object): void {
  if (from instanceof Map) from.set(to, from.size)
  else if (from instanceof Set) from.add(to)
  else if (Array.isArray(from)) from.push(to)
  else Object.assign(from, { [`e${Object.keys(from).length}`]: to })
}

/** The shape of a graph: every object by its number in order of discovery. */
function shape(root: unknown): string {
  const numbers = new Map<object, number>()
  const visit = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    const known = numbers.get(value)
    if (known !== undefined) return `#${known}`
    numbers.set(value, numbers.size)
    const parts = value instanceof Map || value instanceof Set ? [...value] : Object.entries(value)
    const tag = Object.prototype.toString.call(value)
    return [
      tag,
      parts.map((part: unknown) => (Array.isArray(part) ? part.map(visit) : visit(part))),
    ]
  }
  return JSON.stringify(visit(root))
}

test('a value comes back as structured clone would bring it back', (t) => {
  const property = fc.property(tree, (value) => {
    t.deepEqual(roundTrip(value), structuredClone(value))
  })
  fc.assert(property, { numRuns: 500 })
})

test('a graph comes back with the identities that structured clone keeps', (t) => {
  const property = fc.property(graph, (nodes) => {
    t.is(shape(roundTrip(nodes)), shape(structuredClone(nodes)))
  })
  fc.assert(property, { numRuns: 500 })
})

test('the same values give the same bytes, whatever was encoded before', (t) => {
  const property = fc.property(tree, tree, (first, second) => {
    const fresh = new Codec<undefined>()
    const expected = fresh.bytes.slice(0, fresh.encodeOne(second))
    codec.encodeOne(first)
    t.deepEqual(codec.bytes.slice(0, codec.encodeOne(second)), expected)
  })
  fc.assert(property, { numRuns: 200 })
})

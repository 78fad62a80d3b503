/**
 * @orujo/core/internal: a few more names, for sibling packages and for tests of programs on one
 * thread.
 */
export {
  bytes,
  flag,
  milliseconds,
  multiple,
  oneOf,
  optional,
  powerOfTwo,
  record,
  text,
  texts,
  whole,
} from './check.ts'
export { Endpoint, type EndpointOptions, type EndpointState } from './delegate/endpoint.ts'
export { type StealingOptions, localeTaskBytes } from './delegate/stealing.ts'
export { builtinDefinitions } from './launch/builtins.ts'
export { builtinExtensions } from './launch/extensions.ts'
export { CoreMemory } from './memory/directory.ts'
export { type sendableBrand, unsendable } from './memory/handle.ts'
export {
  type FieldName,
  type FieldType,
  type TypeDescription,
  describe,
  fromDescription,
} from './memory/element.ts'
export { CoreHeap } from './memory/heap.ts'
export { LinearLayout } from './memory/linear-layout.ts'
export { FieldView, StructView, type ViewOf, viewOn } from './memory/view.ts'
export { Codec } from './message/codec.ts'
export {
  type AnyCodecExtension,
  type CodecExtension,
  type ValueSink,
  type ValueSource,
  codecExtension,
} from './message/codec-extension.ts'
export { type Body, Definition } from './message/definition.ts'
export type { CheckedTask, SendableArguments } from './message/sendable.ts'
export { HandlerTable } from './message/handlers.ts'
export { WaitQueue } from './sync/wait-queue.ts'
export { MemoryNetwork } from './transport/memory.ts'

/**
 * @orujo/core/internal: a few more names, for sibling packages and for tests of programs on one
 * thread.
 */
export { Endpoint, type EndpointOptions } from './delegate/endpoint.ts'
export { type StealingOptions, localeTaskBytes } from './delegate/stealing.ts'
export { builtinDefinitions } from './launch/builtins.ts'
export { builtinExtensions } from './launch/extensions.ts'
export { CoreMemory } from './memory/directory.ts'
export { CoreHeap } from './memory/heap.ts'
export { HandlerTable } from './message/handlers.ts'
export { MemoryNetwork } from './transport/memory.ts'

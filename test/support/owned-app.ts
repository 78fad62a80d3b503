/**
 * Owned apps on one thread: their program and that of ownership on a cluster of 2 locales of 2
 * cores; in the end no core may own anything.
 */
import type { AnyCodecExtension } from '#core/message/codec-extension.js'
import type { AnyDefinition } from '#core/message/definition.js'
import { ownershipProgram } from '#ownership/program.js'
import { Store } from '#ownership/store.js'
import { Cluster } from './cluster.ts'
import { seeded } from './schedule.ts'

type Exports = Readonly<Record<string, unknown>>

/** Runs `body` on a cluster whose schedule comes from `seed`. */
export async function onCluster(
  program: Exports,
  seed: number,
  body: (cluster: Cluster) => Promise<void>,
): Promise<void> {
  const exported = [...ownershipProgram, ...Object.values(program)]
  await using cluster = new Cluster({
    definitions: exported.filter(isDefinition),
    extensions: exported.filter(isExtension),
    locales: 2,
    coresPerLocale: 2,
    schedule: seeded(seed),
  })
  await body(cluster)
  await cluster.settle()
  for (const endpoint of cluster.endpoints.slice(0, -1)) {
    const store = endpoint.state(Store, () => undefined as unknown as Store)
    const left = store === undefined ? 0 : [...store.residents()].length
    if (left > 0) throw new Error(`Seed ${seed}: core ${endpoint.id} still has ${left} objects.`)
  }
  await cluster.checkFreed()
}

function isDefinition(value: unknown): value is AnyDefinition {
  return typeof value === 'object' && value !== null && 'kind' in value
}

function isExtension(value: unknown): value is AnyCodecExtension {
  return typeof value === 'object' && value !== null && 'tag' in value
}

/**
 * Stores: the store of an endpoint, made when it is first needed, and its options.
 */
import { onAllCores, OrujoError, task, type Core } from '@orujo/core'
import { flag, record, whole, type Endpoint } from '@orujo/core/internal'
import { OwnershipError } from './errors.ts'
import { ValuePacking } from './packing.ts'
import { STORE_DEFAULTS, Store, type StoreOptions } from './store.ts'

/** How ownership works in one runtime. */
export interface OwnershipOptions {
  /** Bound of the copies that each core keeps although nobody reads them. Default 256 MiB. */
  readonly cacheBytes?: number
  /** Versions that an object may have before it moves to a fresh id, 2 or more. Default 65,536. */
  readonly colorLimit?: number
  /** Note the places of all borrows and objects, for errors and leaks. Default false. */
  readonly checked?: boolean
}

const OPTION_NAMES = ['cacheBytes', 'colorLimit', 'checked'] as const

class Settings {
  options: StoreOptions = STORE_DEFAULTS
  isUsed = false
}

/** The store of an endpoint. */
export function storeOf({ endpoint }: { readonly endpoint: Endpoint }): Store {
  return endpoint.state(Store, () => {
    requireProgram(endpoint)
    const settings = endpoint.state(Settings, () => new Settings())
    settings.isUsed = true
    return new Store(endpoint, settings.options, (store) => new ValuePacking(store))
  })
}

/** Throws before an owner is made that could not be sent, read elsewhere or dropped there. */
function requireProgram({ table }: Endpoint): void {
  if (table.definitions.some(({ name }) => name === configureHere.name)) return
  throw new OrujoError(
    'ORUJO_UNKNOWN_DEFINITION',
    'The cores do not know the messages of @orujo/ownership: launch its program beside yours, ' +
      "launch({ program: [yours, import.meta.resolve('@orujo/ownership/program')] }), or write " +
      "export * from '@orujo/ownership/program' in yours.",
  )
}

/** Sets the options of ownership on all cores. Once, before anything is owned. ORUJO_OPTION. */
export async function configureOwnership(core: Core, options: OwnershipOptions): Promise<void> {
  record('configureOwnership()', options, OPTION_NAMES)
  requireProgram(core.endpoint)
  const { cacheBytes = STORE_DEFAULTS.cacheBytes, checked = STORE_DEFAULTS.isChecked } = options
  const { colorLimit = STORE_DEFAULTS.colorLimit } = options
  whole('cacheBytes', cacheBytes, 0, Number.MAX_SAFE_INTEGER)
  whole('colorLimit', colorLimit, 2, 2 ** 31)
  flag('checked', checked)
  // All or none: cores of different options would not understand each other.
  await onAllCores(core, requireUnused)
  if (core.id === core.host) configure(core, { cacheBytes, colorLimit, isChecked: checked })
  await onAllCores(core, configureHere, cacheBytes, colorLimit, checked)
}

export const requireUnused = task('own.require-unused', (core: Core): void => {
  settingsOf(core)
})

export const configureHere = task(
  'own.configure',
  (core: Core, cacheBytes: number, colorLimit: number, isChecked: boolean): void => {
    configure(core, { cacheBytes, colorLimit, isChecked })
  },
)

function configure(core: Core, options: StoreOptions): void {
  settingsOf(core).options = options
}

/** Settings that nothing has been made by. OWN_CLOSED if something has. */
function settingsOf(core: Core): Settings {
  const settings = core.endpoint.state(Settings, () => new Settings())
  if (!settings.isUsed) return settings
  throw new OwnershipError('OWN_CLOSED', 'Options come before the first object.', {
    object: `core ${core.id}`,
  })
}

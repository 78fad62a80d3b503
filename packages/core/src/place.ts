/**
 * Places: who is where. Cores are numbered through the whole runtime, locale after locale; the host
 * has the number after the last core, because it is an endpoint but not a core.
 */

declare const flavor: unique symbol

/** A core, 0 to cores - 1, or the host, which equals cores. */
export type CoreId = number & { readonly [flavor]?: 'core' }
/** A locale, 0 to locales - 1. */
export type LocaleId = number & { readonly [flavor]?: 'locale' }
/** The type of `anywhere`, which is no core. */
export type Anywhere = -1 & { readonly [flavor]: 'anywhere' }

/**
 * Target of an unbound task: it begins on the core that spawned it unless another core, with
 * nothing to do, takes it first. For `core.spawn` and `core.send` of tasks.
 */
export const anywhere = -1 as Anywhere // a flavor exists for the compiler only

/** Which cores make up which locale. Every locale has the same number of cores. */
export class Topology {
  readonly locales: number
  readonly coresPerLocale: number
  /** Cores of all locales together. */
  readonly cores: number
  /** The host's endpoint number. */
  readonly host: CoreId

  constructor(locales: number, coresPerLocale: number) {
    this.locales = locales
    this.coresPerLocale = coresPerLocale
    this.cores = locales * coresPerLocale
    this.host = this.cores
  }

  /** Locale of a core. The host belongs to none: undefined. */
  localeOf(core: CoreId): LocaleId | undefined {
    return core < this.cores ? Math.floor(core / this.coresPerLocale) : undefined
  }
}

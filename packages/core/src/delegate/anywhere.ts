/**
 * Anywhere: the target of tasks that may run on any core.
 */
declare const flavor: unique symbol

/** The type of `anywhere`: no core has this number. */
export type Anywhere = -1 & { readonly [flavor]: 'anywhere' }

/**
 * Target of an unbound task: it begins on the core that spawned it unless another core, with
 * nothing to do, takes it first. For `core.spawn` and `core.send` of tasks.
 */
export const anywhere = -1 as Anywhere

/**
 * Handle: the mark of classes whose instances travel as handles, by an extension of the codec. It
 * exists for the compiler only, and lies here because addresses bear it and messages ask for it.
 */

/** Marks a class whose instances the codec carries by an extension. */
export declare const sendableBrand: unique symbol

/**
 * What a sendable class declares: `declare readonly [sendableBrand]?: true`, with sendableBrand
 * imported as a type. Its fields and methods are then not looked into.
 */
export interface Handle {
  readonly [sendableBrand]?: true
}

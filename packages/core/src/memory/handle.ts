/**
 * Handle: the mark of classes whose instances travel as handles, by an extension of the codec. It
 * exists for the compiler only, and lies here because addresses bear it and messages ask for it.
 */

/**
 * Marks a class whose instances the codec carries by an extension. Such a class declares
 * `declare readonly [sendableBrand]?: true`, with sendableBrand imported as a type; the compiler
 * then does not look into its fields and methods.
 */
export declare const sendableBrand: unique symbol

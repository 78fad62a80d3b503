/**
 * Handle: the marks of classes whose instances travel as handles, by an extension of the codec,
 * and of those that must not travel. They lie here because addresses bear one and messages ask.
 */

/**
 * Marks a class whose instances the codec carries by an extension. Such a class declares
 * `declare readonly [sendableBrand]?: true`, with sendableBrand imported as a type; the compiler
 * then does not look into its fields and methods.
 */
export declare const sendableBrand: unique symbol

/**
 * Marks a class whose instances cannot be sent, and says why: `get [unsendable]()` returns the end
 * of a sentence, as a literal type, that begins with 'argument 1 is'. Said by compiler and codec.
 */
export const unsendable: unique symbol = Symbol('orujo.unsendable')

/**
 * Counted: the mark of handles that are counted, or of which there is one only, other than owners.
 * A copy of an owned object would copy them, so they cannot be inside one.
 */
export const COUNTED: unique symbol = Symbol('orujo.own.counted')

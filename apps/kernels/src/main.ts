/** Entry. */
export {}

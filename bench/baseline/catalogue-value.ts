/**
 * Catalogue value: a JavaScript value of some 10 MB, of the kind that services keep to look things
 * up: records with names, tags and figures. Always the same one.
 */

export interface Article {
  readonly id: number
  readonly name: string
  readonly tags: readonly string[]
  readonly prices: readonly number[]
}

export type Catalogue = readonly Article[]

/** What a Comlink worker offers. */
export interface CatalogueApi {
  lookAt(value: Catalogue, at: number): number
}

/** Records for some 10 MB, by structured clone: 240 bytes each. */
const ARTICLES = 42_000

export function makeCatalogue(): Catalogue {
  return Array.from({ length: ARTICLES }, (_, id) => ({
    id,
    name: `article number ${id} of the large catalogue of everything`,
    tags: ['in stock', `shelf ${id % 100}`, `supplier ${id % 31}`],
    prices: Array.from({ length: 12 }, (_unused, month) => id + month / 16),
  }))
}

/** One read: something of one record. */
export function lookAt(value: Catalogue, at: number): number {
  const { id, name, prices } = value[(at * 7919) % value.length]!
  return id + name.length + prices[at % prices.length]!
}

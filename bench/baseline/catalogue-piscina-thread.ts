/** Module of the Piscina baseline that passes a large value: a look at it. */
import { lookAt, type Catalogue } from './catalogue-value.ts'

export function look([value, at]: readonly [Catalogue, number]): number {
  return lookAt(value, at)
}

/** Module of Piscina's thread: a sum of three numbers. */
export function add([a, b, c]: readonly [number, number, number]): number {
  return a + b + c
}

/** Module of the Piscina baseline: the task, a sum of three numbers. */
export function add([a, b, c]: readonly [number, number, number]): number {
  return a + b + c
}

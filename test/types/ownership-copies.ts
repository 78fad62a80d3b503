/**
 * What may leave the scope that it was lent in: copies, of as much as the type says was copied.
 */
import type { Core } from '@orujo/core'
import type { Owned } from '@orujo/ownership'

interface Job {
  name: string
  at: Date
  words: string[]
}
interface Point {
  x: number
  y: number
}

export async function copies(core: Core, points: Owned<Point[]>): Promise<unknown[]> {
  const one: Point = await points.read(core, (list) => ({ ...list[0]! }))
  const none: Point | undefined = await points.read(core, (list) => list[0] && { ...list[0] })
  const all: Point[] = await points.read(core, async (list) => list.map((it) => ({ ...it })))
  const byX: Map<number, Point> = await points.read(
    core,
    (list) => new Map(list.map((it) => [it.x, { ...it }])),
  )
  const out: Point | undefined = await points.write(core, (list) => {
    const last = list.pop()
    return last && { ...last }
  })
  return [one, none, all, byX, out]
}

export async function parts(core: Core, jobs: Owned<Job[]>): Promise<unknown[]> {
  // @ts-expect-error a copy of one level has the same array inside
  await jobs.read(core, (list) => ({ ...list[0]! }))
  // @ts-expect-error and the same date
  await jobs.write(core, async (list) => ({ ...list[0]!, words: [...list[0]!.words] }))
  // @ts-expect-error a copy of an array has the same elements
  await jobs.write(core, (list) => [...list])

  const first: Job = await jobs.read(core, (list) => {
    const { name, at, words } = list[0]!
    return { name, at: new Date(at.getTime()), words: [...words] }
  })
  const whole = await jobs.read(core, (list) => structuredClone(list) as Job[])
  return [first, whole]
}

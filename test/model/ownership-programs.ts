/**
 * Random programs that obey the rules of ownership: tasks that make, read, write, tie, nest, lend,
 * move and drop objects, and hand them to one another. What each of them may do next is asked of a
 * schedule of its own, so that a seed repeats the program as well as its interleaving.
 */
import { task, type Core } from '@orujo/core'
import { type Mut, type Ref, scopedTask } from '@orujo/ownership'
import type { AnyTask } from '../support/ownership.ts'
import { seeded } from '../support/schedule.ts'
import { VIOLATIONS } from './ownership-violations.ts'
import { Actor, MAX_HEIGHT, type Program } from './ownership-actor.ts'
import type { Content, Item, World } from './ownership-world.ts'

/** After each of which the first task has all objects again. */
const ROUNDS = 2
/** Made at the beginning; some are parts of others. */
const OBJECTS = 5

/** The definitions of all programs; `world` is that of the one which runs. */
export class Programs implements Program {
  world!: World
  /** How often something was done, over all programs. */
  readonly tally = new Map<string, number>()

  count(what: string, times = 1): void {
    this.tally.set(what, (this.tally.get(what) ?? 0) + times)
  }

  readonly pause = task('model.pause', () => undefined)

  readonly work = task(
    'model.work',
    async (core: Core, seed: number, depth: number, items: Item[]): Promise<Item[]> => {
      const actor = new Actor(this, core, seeded(seed), depth)
      for (const item of items) actor.take(item)
      await actor.work()
      return actor.giveAll()
    },
  )

  readonly read = scopedTask(
    'model.read',
    async (
      core: Core,
      ref: Ref<Content>,
      uid: number,
      seed: number,
      depth: number,
    ): Promise<Item[]> => {
      await new Actor(this, core, seeded(seed), depth).readThrough(ref, uid)
      return []
    },
  )

  readonly write = scopedTask(
    'model.write',
    async (
      core: Core,
      mut: Mut<Content>,
      uid: number,
      seed: number,
      depth: number,
    ): Promise<Item[]> => {
      const { world } = this
      const { hold } = mut
      world.borrow(uid, hold)
      const actor = new Actor(this, core, seeded(seed), depth)
      await actor.writeThrough(mut, uid, MAX_HEIGHT)
      const items = actor.giveAll()
      await mut.release()
      world.checkPublished(uid, hold)
      world.giveBack(hold)
      return items
    },
  )

  readonly main = task('model.main', async (core: Core, seed: number) => {
    const actor = new Actor(this, core, seeded(seed), 0)
    for (let objects = 0; objects < OBJECTS; objects++) await actor.make()
    for (let rounds = 0; rounds < ROUNDS; rounds++) await actor.work()
    actor.dropAll()
  })

  /** Breaks every rule once, in between of work that obeys them. */
  readonly violate = task('model.violate', async (core: Core, seed: number) => {
    const schedule = seeded(seed)
    for (const [name, violation] of Object.entries(VIOLATIONS)) {
      const actor = new Actor(this, core, schedule, 1)
      await actor.make()
      await actor.work(1)
      if (actor.items.length === 0) await actor.make()
      this.count(name)
      try {
        await violation(actor, this)
      } catch (cause) {
        throw new Error(`${name}: ${String(cause)}`, { cause })
      }
      actor.dropAll()
    }
  })

  /** What tasks on other cores find although nobody has sent it to them. */
  captured: (core: Core) => unknown = () => undefined
  readonly useCaptured = task('model.use-captured', async (core: Core) => {
    await this.captured(core)
  })

  /** What was lent and is kept. */
  kept: Ref<Content> | Mut<Content> | undefined
  readonly keep = scopedTask('model.keep', (_core: Core, borrow: Ref<Content> | Mut<Content>) => {
    this.kept = borrow
  })

  readonly tasks: readonly AnyTask[] = [
    this.pause,
    this.work,
    this.read,
    this.write,
    this.main,
    this.violate,
    this.useCaptured,
    this.keep,
  ]
}

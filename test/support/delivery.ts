/**
 * Delivery: policies that decide what a `MemoryNetwork` lets arrive next. Each call of a policy is
 * one step; FIFO per link holds under all of them, because the network sees to it.
 */
import type { Link, MemoryNetwork } from '#core/transport/memory.js'
import { pick, type Schedule } from './schedule.ts'

/** Lets something arrive, or lets time pass. False if nothing is under way. */
export type Delivery = (network: MemoryNetwork) => boolean

/** Some link that has something, one message or all of them: seeded or enumerated by `schedule`. */
export function chosen(schedule: Schedule): Delivery {
  return (network) => {
    const pending = network.pending()
    if (pending.length === 0) return false
    network.deliver(pick(schedule, pending), pick(schedule, [1, Infinity]))
    return true
  }
}

/** A link delivers all it has `steps(link)` steps after it first had something. */
export function delayed(steps: (link: Link) => number): Delivery {
  const due = new Map<string, number>()
  let now = 0
  return (network) => {
    now += 1
    const pending = network.pending()
    for (const link of pending) {
      const name = `${link.src} ${link.dst}`
      const at = due.get(name) ?? now + steps(link)
      if (at <= now) network.deliver(link)
      if (at <= now) due.delete(name)
      else due.set(name, at)
    }
    return pending.length > 0
  }
}

/** Everything arrives at once. */
export function immediate(network: MemoryNetwork): boolean {
  const isPending = network.pending().length > 0
  network.deliverAll()
  return isPending
}

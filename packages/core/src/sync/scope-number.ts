/**
 * Scope numbers: by what a completion event is known in messages. A number is used once; the slot
 * in it, by which tables find the event, is used again and again, each time by a later generation.
 * So a message for an event that is over is told from one for the event that has its slot now.
 *
 * Bounds      31 bits: `generation * SLOTS + index * endpoints + home`. Generations begin anew
 *             after GENERATIONS events in one slot: only a handle kept for that long is mistaken.
 */

/** Slots of all homes together: with 9 endpoints, 932,067 open events on each; with 4097, 2047. */
export const SLOTS = 2 ** 23
const GENERATIONS = 2 ** 8

/** The place in a table of events. */
export function slotOf(id: number): number {
  return id & (SLOTS - 1)
}

/** The number of the event that comes after `id` in its slot. */
export function nextInSlot(id: number): number {
  return slotOf(id) + ((generationOf(id) + 1) % GENERATIONS) * SLOTS
}

function generationOf(id: number): number {
  return Math.floor(id / SLOTS)
}

/**
 * Timeline: the newest posts that a user sees, in typed memory: how many, then their numbers,
 * newest first. A later request has a larger number, so that what is kept does not depend on the
 * order in which posts arrive.
 */

/** Posts that a timeline keeps. */
export const TIMELINE_POSTS = 63
/** Posts that a reader sees of it. */
export const SHOWN_POSTS = 10
export const TIMELINE_WORDS = 1 + TIMELINE_POSTS

/** Puts a post where it belongs; it, or the oldest, is forgotten if there are too many. */
export function insert(timeline: Int32Array, post: number): void {
  const count = timeline[0]!
  let at = count
  while (at > 0 && timeline[at]! < post) at--
  if (at === TIMELINE_POSTS) return
  const kept = Math.min(count + 1, TIMELINE_POSTS)
  timeline.copyWithin(at + 2, at + 1, kept)
  timeline[at + 1] = post
  timeline[0] = kept
}

/** The newest posts of a timeline, `most` at most. */
export function newest(timeline: { readonly [index: number]: number }, most: number): number[] {
  return Array.from({ length: Math.min(most, timeline[0]!) }, (_, i) => timeline[1 + i]!)
}

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

/**
 * Puts a post where it belongs in the timeline that begins at `from`; it, or the oldest, is
 * forgotten if there are too many.
 */
export function insert(words: Int32Array, from: number, post: number): void {
  const count = words[from]!
  let at = count
  while (at > 0 && words[from + at]! < post) at--
  if (at === TIMELINE_POSTS) return
  const kept = Math.min(count + 1, TIMELINE_POSTS)
  words.copyWithin(from + at + 2, from + at + 1, from + kept)
  words[from + at + 1] = post
  words[from] = kept
}

/** How many posts a reader sees of the timeline that begins at `from`; they follow that word. */
export function shownOf(words: { readonly [index: number]: number }, from: number): number {
  return Math.min(SHOWN_POSTS, words[from]!)
}

/**
 * Frame: how one message lies in the words of a link.
 *
 * A word is 8 bytes. Word 0 is the header, two signed 32-bit halves; the words after it are doubles
 * or raw bytes, as the operation says. A message is contiguous: it never wraps around the ring.
 *
 *   low half    bits 0-15  words of the whole message, header included (1 to MAX_FRAME_WORDS)
 *               bits 16-31 operation
 *   high half   scope of the message: the completion event that accounts for it (0 if none)
 */

/** Longest message in words, header included: what 16 bits can say. */
export const MAX_FRAME_WORDS = 0xffff

/** Operation of the filler that covers the end of a ring when a message does not fit there. */
export const PAD = 0

/** Low half of a header. `operation` 0 to 65535, `words` 1 to MAX_FRAME_WORDS. */
export function frameHeader(operation: number, words: number): number {
  return (operation << 16) | words
}

export function frameOperation(low: number): number {
  return low >>> 16
}

export function frameWords(low: number): number {
  return low & 0xffff
}

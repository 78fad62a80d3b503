/**
 * Frame: how a message, a run of like messages, or a piece of a long one lies in the words of a
 * link.
 *
 * A word is 8 bytes. Word 0 is the header, two signed 32-bit halves; the words after it are doubles
 * or raw bytes, as the operation says. A frame is contiguous: it never wraps around the ring.
 *
 *   low half    bits 0-15  words of the whole frame, header included (1 to MAX_FRAME_WORDS)
 *               bits 16-31 operation
 *   high half   as the operation says: the scope that accounts for the message, the number of the
 *               call that is answered, or the words of a message in pieces
 *
 * Word 1 of a run (see `Outbox.beginRun`) says what follows: bits 0-15 of its low half the words of
 * each message, bits 16-31 their shape; its high half how many messages there are.
 */

/** Longest frame in words, header included: what 16 bits can say. */
export const MAX_FRAME_WORDS = 0xffff

/** Operation of the filler that covers the end of a ring when a frame does not fit there. */
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

/**
 * Scoped borrows: what `read` and `write` of every kind of object do.
 *
 * Ownership   the borrow ends here, on every path; if something inside is borrowed still, which is
 *             an error, when that has ended.
 * Failure     the work's own error goes before that one, which may only follow from it.
 */
import type { MutableIn, Shared, SharedIn } from './lent.ts'

interface Ending<E> {
  release(): E
  /** If the end may be refused. */
  endLater?(): void
}

/** A shared borrow, or the guard of one. */
interface Reading<T> extends Ending<void> {
  readonly value: Shared<T>
}

/** An exclusive borrow, or the guard of one. */
interface Writing<T> extends Ending<Promise<void>> {
  readonly value: T
}

/** Lends for as long as `work` takes. Callers hand the promise on, so that stacks show theirs. */
export async function whileReading<T, R>(
  borrowing: Promise<Reading<T>>,
  work: <L>(value: SharedIn<T, L>) => R | PromiseLike<R>,
): Promise<R> {
  const borrow = await borrowing
  let result: R
  try {
    // The compiler's L is nowhere at run time.
    result = await work(borrow.value as SharedIn<T, unknown>)
  } catch (error) {
    try {
      end(borrow)
    } catch {
      // See above.
    }
    throw error
  }
  end(borrow)
  return result
}

/** The same for an exclusive borrow; counts as a change. */
export async function whileWriting<T, R>(
  borrowing: Promise<Writing<T>>,
  work: <L>(value: MutableIn<T, L>) => R | PromiseLike<R>,
): Promise<R> {
  const borrow = await borrowing
  let result: R
  try {
    // As above.
    result = await work(borrow.value as MutableIn<T, unknown>)
  } catch (error) {
    await endWriting(borrow).catch(() => undefined) // as above
    throw error
  }
  await endWriting(borrow)
  return result
}

function end(borrow: Ending<void>): void {
  try {
    borrow.release()
  } catch (error) {
    borrow.endLater?.()
    throw error
  }
}

async function endWriting(borrow: Ending<Promise<void>>): Promise<void> {
  try {
    await borrow.release()
  } catch (error) {
    borrow.endLater?.()
    throw error
  }
}

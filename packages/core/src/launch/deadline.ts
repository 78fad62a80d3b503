/** Deadlines: no step of a launch or a close may wait for ever. */

/** `work`, or what `late` gives once `ms` milliseconds have passed. */
export async function within<T, L>(work: Promise<T>, ms: number, late: () => L): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), ms)
  })
  try {
    const first = await Promise.race([work.then((value) => ({ value })), deadline])
    return first === 'late' ? late() : first.value
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Kernel: a problem that cannot be solved as asked.
 */

/** Its message is for the user. */
export class KernelError extends Error {
  readonly code = 'KERNEL_REFUSED'

  constructor(message: string) {
    super(message)
    this.name = 'KernelError'
  }
}

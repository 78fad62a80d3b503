/**
 * Wrong answer: what a program throws that has checked its own work and found it wrong.
 */
export class WrongAnswerError extends Error {
  readonly code = 'CLI_WRONG_ANSWER'

  constructor(reason: string) {
    super(`wrong answer: ${reason}`)
    this.name = 'WrongAnswerError'
  }
}

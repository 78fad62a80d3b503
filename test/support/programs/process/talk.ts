/** A program that says much. */
import { type Core, onAllCores, task } from '@orujo/core'

export const talkHere = task('talk.here', (core: Core, count: number): void => {
  for (let number = 0; number < count; number++) core.log('line', number, { of: 'many' })
})

export const talkEverywhere = task('talk.everywhere', (core: Core, count: number) =>
  onAllCores(core, talkHere, count),
)

/** Says a line, then is busy for `ms` milliseconds. */
export const sayThenOccupy = task('talk.say-then-occupy', (core: Core, ms: number): void => {
  core.log('busy from now on')
  const end = performance.now() + ms
  while (performance.now() < end);
})

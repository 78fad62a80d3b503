/**
 * A program with a class of its own that travels: a token, which remembers where it has arrived.
 */
import { type Core, anywhere, delegate, task } from '@orujo/core'
import { type Endpoint, codecExtension, type sendableBrand } from '@orujo/core/internal'

export class Token {
  declare readonly [sendableBrand]?: true
  readonly name: string
  /** Endpoints, in the order of arrival. */
  readonly path: readonly number[]

  constructor(name: string, path: readonly number[] = []) {
    this.name = name
    this.path = path
  }
}

/** In an array, as a package exports several. */
export const extensions = Object.freeze([
  codecExtension<Endpoint, Token>({
    tag: 3,
    prototype: Token.prototype,
    encode: ({ name, path }, out) => {
      out.string(name)
      out.value(path)
    },
    decode: (source, endpoint) => {
      const name = source.string()
      return new Token(name, [...(source.value() as readonly number[]), endpoint.id])
    },
  }),
])

export const pass = delegate('test.tokens.pass', (_core: Core, token: Token) => token)

export const passLater = task('test.tokens.pass-later', async (core: Core, token: Token) => {
  await core.yield()
  return token
})

/** Sends a token to every core and back: as an argument, inside of another value, to tasks. */
export const roundTrips = task('test.tokens.round-trips', async (core: Core, token: Token) => {
  const all: Token[] = []
  for (let dst = 0; dst < core.cores; dst++) {
    all.push(await core.call(pass, dst, token))
    all.push(await core.spawn(passLater, dst, token).join())
  }
  const stolen = await core.spawn(passLater, anywhere, token).join()
  return { all, stolen }
})

export const areSame = delegate('test.tokens.are-same', (_core: Core, tokens: Token[]) => {
  return tokens[0] instanceof Token && tokens[0] === tokens[1]
})

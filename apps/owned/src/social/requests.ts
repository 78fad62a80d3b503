/**
 * Requests: what users ask of the network, all of it known before the clock starts: who composes a
 * post, with which text, and who reads a home timeline.
 *
 * Source      the request types of DeathStarBench's social network, compose post and home timeline.
 */
import { randomBelow, randomUnit } from '../random.ts'

/** What determines all requests; can be sent. */
export interface RequestOptions {
  readonly users: number
  readonly requests: number
  /** Of 100 requests, how many compose. */
  readonly compose: number
  readonly seed: number
}

/** A post as it is kept. Its number is that of its request. */
export interface Post {
  readonly number: number
  readonly author: number
  readonly text: string
  /** Users, each once, in the order of the text. */
  readonly mentions: readonly number[]
  /** Of the text, for readers to check. */
  readonly digest: number
}

const WORDS = Object.freeze([
  ...['the', 'a', 'one of', 'my', 'your', 'our', 'every', 'rain', 'sun', 'bread', 'coffee'],
  ...['train', 'river', 'book', 'song', 'garden', 'window', 'light', 'winter', 'summer', 'night'],
  ...['is', 'was', 'looks', 'sounds', 'tastes', 'almost', 'never', 'always', 'today', 'again'],
])
const MIN_WORDS = 6
const MAX_WORDS = 24
/** One word in so many names a user. */
const MENTION_EVERY = 12
const MENTION = /@user(\d+)/g

/** Random numbers of one request, each for a purpose of its own. */
const DRAWS = 64
const KIND = 0
const USER = 1
const LENGTH = 2
const FIRST_WORD = 3

/** Whether request `number` composes a post; else it reads a home timeline. */
export function isCompose({ compose, seed }: RequestOptions, number: number): boolean {
  return 100 * randomUnit(seed, DRAWS * number + KIND) < compose
}

/** The user who makes request `number`. */
export function userOf({ users, seed }: RequestOptions, number: number): number {
  return randomBelow(seed, DRAWS * number + USER, users)
}

/** What the user writes in request `number`. */
export function textOf({ users, seed }: RequestOptions, number: number): string {
  const first = DRAWS * number
  const length = MIN_WORDS + randomBelow(seed, first + LENGTH, MAX_WORDS - MIN_WORDS + 1)
  const words = Array.from({ length }, (_, i) => {
    const at = first + FIRST_WORD + 2 * i
    if (randomBelow(seed, at, MENTION_EVERY) === 0) {
      return `@user${randomBelow(seed, at + 1, users)}`
    }
    return WORDS[randomBelow(seed, at + 1, WORDS.length)]!
  })
  return words.join(' ')
}

/** Makes a post of a text: finds whom it mentions. */
export function makePost(number: number, author: number, text: string): Post {
  const mentions = new Set<number>()
  for (const [, user] of text.matchAll(MENTION)) mentions.add(Number(user))
  return { number, author, text, mentions: [...mentions], digest: digestOf(text) }
}

/** Whether a post is as its author has made it. */
export function isGenuine(post: Omit<Post, 'mentions'>, options: RequestOptions): boolean {
  return post.author === userOf(options, post.number) && post.digest === digestOf(post.text)
}

function digestOf(text: string): number {
  let digest = 0
  for (let i = 0; i < text.length; i++) digest = Math.imul(digest, 31) + text.charCodeAt(i)
  return digest >>> 0
}

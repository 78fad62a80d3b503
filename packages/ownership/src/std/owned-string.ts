/**
 * Owned strings: text that has an owner and grows. Texts of JavaScript never change, so the object
 * is what holds one: readers keep a copy until somebody has changed it, and appending sends what is
 * appended, not the text.
 */
import { objectDelegate, type Core } from '@orujo/core'
import { own } from '../make.ts'
import type { Owned } from '../owned.ts'
import { update } from './update.ts'

/** What an owned string holds. */
export interface Text {
  text: string
}

/** An owner of a text: borrow, move, lend and drop it as any other. */
export type OwnedString = Owned<Text>

/** Becomes the owner of a text, on this core. */
export function ownString(core: Core, text = ''): OwnedString {
  return own<Text>(core, { text })
}

/** The text: a copy of it, which is fetched once per change. */
export async function readString(core: Core, owned: OwnedString): Promise<string> {
  return owned.read(core, ({ text }) => text)
}

/** Appends at the text's home; resolves with the length then. Two messages, none at home. */
export function appendString(core: Core, owned: OwnedString, more: string): Promise<number> {
  return update(core, owned, appendHere, more)
}

export const appendHere = objectDelegate(
  'own.string.append',
  (_core: Core, held: Text, more: string): number => {
    held.text += more
    return held.text.length
  },
)

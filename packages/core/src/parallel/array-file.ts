/**
 * Arrays in files: the elements in their order, as the little-endian bytes that they are in memory.
 * Every core reads or writes a contiguous piece of the file, a part at a time.
 *
 * Suspends    both, between parts. A part itself is read or written synchronously: cores do so side
 *             by side, and the system's cache answers faster than a detour through the event loop.
 * Failure     ORUJO_FILE, naming the file; of a failed save nothing is left, and what was there
 *             before stays. What is no regular file is not replaced.
 * Bounds      FILE_PART_BYTES of the file in memory on each core.
 */
import {
  closeSync,
  fchmodSync,
  ftruncateSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

import type { Core } from '../delegate/core.ts'
import { task } from '../delegate/define.ts'
import { OrujoError } from '../errors.ts'
import type { GlobalArray } from '../memory/global-array.ts'
import { readRange, writeRange } from './bulk.ts'
import { onAllCores } from './collective.ts'
import { blockRange } from './forall.ts'

/** Large enough for the disk, small enough to let others have a turn. */
const FILE_PART_BYTES = 2 ** 17

/** Fills `array` from a file, which must have exactly as many bytes. */
export async function loadArray(core: Core, array: GlobalArray, file: string | URL): Promise<void> {
  array.checkLive()
  const path = pathOf(file)
  const { size } = onFile('read', path, () => statSync(path))
  if (size !== array.layout.totalBytes) {
    throw fileError(
      'read',
      path,
      `it has ${size} bytes, but ${array.length} elements of ${array.type.name} have ` +
        `${array.layout.totalBytes}`,
    )
  }
  await onAllCores(core, loadHere, array, path)
}

/**
 * Saves `array` to a file, whole: a file of that name is replaced at the end, by one of its mode;
 * of a link, what it leads to. Of several saves at once to one file the last to end stays.
 */
export async function saveArray(core: Core, array: GlobalArray, file: string | URL): Promise<void> {
  array.checkLive()
  const named = pathOf(file)
  const path = onFile('write', named, () => targetOf(named))
  const partial = onFile('write', path, () => makePartial(path, array.layout.totalBytes))
  try {
    await onAllCores(core, saveHere, array, path, partial)
    onFile('write', path, () => renameSync(partial, path))
  } catch (error) {
    rmSync(partial, { force: true })
    throw error
  }
}

const loadHere = task('orujo.array.load', async (core: Core, array: GlobalArray, path: string) => {
  await overParts(core, array, async (begin, end) => {
    const bytes = new Uint8Array((end - begin) * array.type.bytes)
    onFile('read', path, () => transfer(path, 'r', bytes, begin * array.type.bytes))
    await writeRange(core, array, begin, bytes)
  })
})

const saveHere = task(
  'orujo.array.save',
  async (core: Core, array: GlobalArray, path: string, partial: string) => {
    await overParts(core, array, async (begin, end) => {
      const bytes = new Uint8Array((end - begin) * array.type.bytes)
      await readRange(core, array, begin, end, bytes)
      onFile('write', path, () => transfer(partial, 'r+', bytes, begin * array.type.bytes))
    })
  },
)

/** Definitions that every core needs for files. */
export const arrayFileDefinitions = Object.freeze([loadHere, saveHere])

/** What is to be replaced, past links. */
function targetOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return path
  if (!stats.isFile()) throw new Error('it is no regular file')
  return realpathSync(path)
}

/** Makes a file of that many bytes beside `path`, which nobody else has. */
function makePartial(path: string, bytes: number): string {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode
  for (let attempt = 1; ; attempt++) {
    const partial = attempt === 1 ? `${path}.partial` : `${path}.${attempt}.partial`
    const descriptor = openNew(partial)
    if (descriptor === undefined) continue
    try {
      if (mode !== undefined) fchmodSync(descriptor, mode)
      ftruncateSync(descriptor, bytes)
    } finally {
      closeSync(descriptor)
    }
    return partial
  }
}

/** Undefined if there is a file of that name. */
function openNew(path: string): number | undefined {
  try {
    return openSync(path, 'wx')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined
    throw error
  }
}

/** Runs `work` for the parts of this core's piece of the file, one after another. */
async function overParts(
  core: Core,
  array: GlobalArray,
  work: (begin: number, end: number) => Promise<void>,
): Promise<void> {
  const step = Math.max(1, Math.floor(FILE_PART_BYTES / array.type.bytes))
  const [first, last] = blockRange(Math.ceil(array.length / step), core.cores, core.id)
  for (let part = first; part < last; part++) {
    await work(part * step, Math.min(array.length, (part + 1) * step))
    await core.yield()
  }
}

/** Reads or writes all of `bytes` at `position`. */
function transfer(path: string, mode: 'r' | 'r+', bytes: Uint8Array, position: number): void {
  const descriptor = openSync(path, mode)
  try {
    for (let done = 0; done < bytes.length;) {
      const rest = bytes.length - done
      const count =
        mode === 'r'
          ? readSync(descriptor, bytes, done, rest, position + done)
          : writeSync(descriptor, bytes, done, rest, position + done)
      if (count === 0) throw new Error('it ended too early')
      done += count
    }
  } finally {
    closeSync(descriptor)
  }
}

function onFile<T>(verb: 'read' | 'write', path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw fileError(verb, path, error instanceof Error ? error.message : String(error), error)
  }
}

function fileError(verb: string, path: string, why: string, cause?: unknown): OrujoError {
  return new OrujoError('ORUJO_FILE', `Cannot ${verb} the array file '${path}': ${why}`, { cause })
}

function pathOf(file: string | URL): string {
  return resolve(file instanceof URL ? fileURLToPath(file) : file)
}

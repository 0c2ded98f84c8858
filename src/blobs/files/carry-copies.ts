import { type FileHandle, open } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { CopyName } from '../../operations/ports/blob-store.ts'
import type { Arrival, CopyCarrier } from '../../operations/ports/copy-carrier.ts'
import { codecs } from '../codecs.ts'
import { copyFileName } from '../copy-file-name.ts'
import { digestOf } from '../digest-of.ts'
import { through } from '../through.ts'
import { BatchedWriter } from './batched-writer.ts'
import { copyPath } from './copy-path.ts'
import { fileBytes } from './file-bytes.ts'
import { type Folders, openFolders } from './folders.ts'
import { isCode } from './is-code.ts'
import { measureCopy } from './measure-copy.ts'
import { readCopy } from './read-copy.ts'
import { TemporaryFile } from './temporary-file.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** From which folder of blobs to which, and whether copies that are there already are read once more. */
export interface Way {
  readonly from: string
  readonly to: string
  readonly verifyThere: boolean
}

/** Carries copies between two folders of blobs. */
export async function openCopyCarrier(way: Way): Promise<CopyCarrier> {
  const [from, to] = [resolve(way.from), resolve(way.to)]
  const folders = await openFolders(to)
  await folders.ensure(temporaryFolder(to))
  const changed = new Set<string>()
  return {
    async carry(name, storedSize) {
      const path = copyPath(to, name)
      // Also when it is there: whoever brought it may have been killed before syncing
      changed.add(dirname(path))
      if (await isThere(to, name, { storedSize, verify: way.verifyThere })) return 'there'
      return carry(copyPath(from, name), { name, storedSize, path, temporary: temporaryFolder(to), folders })
    },
    async settle() {
      // A folder is only missing when nothing that belongs there arrived
      for (const folder of changed) await folders.sync(folder).catch(unlessGone)
    },
    placeOf: copyFileName,
  }
}

/** Names are never used twice, so a file of the right length under the right name is the right one, unless the disk has spoiled it. */
async function isThere(root: string, name: CopyName, wish: { storedSize: number; verify: boolean }): Promise<boolean> {
  if ((await measureCopy(root, name)) !== wish.storedSize) return false
  if (!wish.verify) return true
  const found = await readCopy(copyPath(root, name), name)
    .then(digestOf)
    .catch(() => undefined)
  return found === name.digest
}

interface Passenger {
  readonly name: CopyName
  readonly storedSize: number
  readonly path: string
  readonly temporary: string
  readonly folders: Folders
}

async function carry(from: string, passenger: Passenger): Promise<Arrival> {
  const source = await open(from, 'r').catch(error => ({ fault: isCode(error, 'ENOENT') ? 'the file is gone' : unread(error) }))
  if ('fault' in source) return source
  const file = await TemporaryFile.create(passenger.temporary)
  try {
    const fault = await copyVerified(source, file, passenger)
    if (fault !== undefined) return { fault }
    await file.sync()
    await passenger.folders.ensure(dirname(passenger.path))
    await file.moveTo(passenger.path)
    return 'written'
  } finally {
    await file.dispose()
    await source.close()
  }
}

/** Gives what is wrong with the source; throws what is wrong with the new place. */
async function copyVerified(source: FileHandle, file: TemporaryFile, { name, storedSize }: Passenger): Promise<string | undefined> {
  const writer = new BatchedWriter(file.handle)
  const writing: { fault?: unknown; size: number } = { size: 0 }
  const decoder = codecs[name.codec].decoder?.()
  const bytes = written(fileBytes(source), writer, writing)
  try {
    const found = await digestOf(decoder ? through(bytes, decoder) : bytes)
    if (writing.size !== storedSize) return `the file has ${writing.size} bytes; ${storedSize} are expected`
    if (found !== name.digest) return `the bytes have the digest ${found}`
  } catch (error) {
    if (writing.fault !== undefined) throw writing.fault
    return unread(error)
  }
  await writer.end()
  return undefined
}

/** The bytes of a source, each chunk after it was handed to the writer. */
async function* written(
  source: AsyncIterable<Uint8Array>,
  writer: BatchedWriter,
  writing: { fault?: unknown; size: number },
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    await writer.write(chunk).catch(error => {
      writing.fault = error
      throw error
    })
    writing.size += chunk.length
    yield chunk
  }
}

function unread(error: unknown): string {
  return `the file cannot be read: ${(error as Error).message}`
}

function unlessGone(error: unknown): void {
  if (!isCode(error, 'ENOENT')) throw error
}

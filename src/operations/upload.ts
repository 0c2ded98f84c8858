import { createHash } from 'node:crypto'
import type { UploadDescription } from '../domain/describe-upload.ts'
import { kind } from '../domain/kinds.ts'
import { Problem } from '../domain/problem.ts'
import type { Repository } from '../domain/repository.ts'
import type { Upload } from '../domain/upload.ts'
import type { BlobStore, CopyName, Spooled } from './ports/blob-store.ts'
import type { Catalog, StoredCopy } from './ports/catalog.ts'

/** An upload that has been received whole but is not durable yet. */
export interface ReceivedUpload {
  readonly organization: number
  readonly uploader: string
  readonly address: string | undefined
  readonly description: UploadDescription
  readonly event: string
  readonly repository: Repository | undefined
  readonly files: readonly { readonly part: string; readonly fileName: string | undefined; readonly spooled: Spooled }[]
}

interface Stores {
  readonly catalog: Catalog
  readonly blobs: BlobStore
}

const attempts = 5

/**
 * Makes an upload a map, or finds the map it repeats; resolves with its id once bytes and row are durable. The one rule of
 * repeats lives in the catalog's declareUpload and commitUpload. The received files are discarded in every case.
 */
export async function keepUpload(stores: Stores, received: ReceivedUpload): Promise<number> {
  try {
    const upload = describe(received)
    const lost: CopyName[] = []
    for (let attempt = 0; attempt < attempts; attempt++) {
      const id = await tryToKeep(stores, { upload, lost }, received)
      if (id !== undefined) return id
    }
    throw new Problem('unavailable', 'The same content is being removed right now; send the upload again')
  } finally {
    await Promise.all(received.files.map(file => stores.blobs.discard(file.spooled)))
  }
}

interface Attempt {
  readonly upload: Upload
  /** Copies that were found to have no sound file, by this attempt and those before: nobody relies on them. */
  readonly lost: CopyName[]
}

async function tryToKeep(stores: Stores, { upload, lost }: Attempt, received: ReceivedUpload): Promise<number | undefined> {
  const declared = await stores.catalog.declareUpload(upload, lost)
  if ('repeatOf' in declared) return (await noteLost(stores, declared.copies, lost)) ? undefined : declared.repeatOf
  try {
    if (await noteLost(stores, declared.copies, lost)) {
      await removeCopies(stores, await stores.catalog.abandonUpload(declared.intent))
      return undefined
    }
    await keepAll(stores, declared.write, received)
    const committed = await stores.catalog.commitUpload(declared.intent, upload, lost)
    if (!committed) return undefined
    await removeCopies(stores, committed.unneeded)
    return committed.id
  } catch (error) {
    // A commit whose answer was lost has ended its intent: then there is nothing to abandon and nothing is removed
    await removeCopies(stores, await stores.catalog.abandonUpload(declared.intent).catch(() => []))
    throw error
  }
}

/**
 * An upload must not be acknowledged on the strength of bytes that are not there. One look at each file, without reading it; a copy that
 * gave way to its compressed twin meanwhile seems lost as well, and then the next attempt finds the twin.
 */
async function noteLost({ blobs }: Stores, copies: readonly StoredCopy[], lost: CopyName[]): Promise<boolean> {
  const sizes = await Promise.all(copies.map(({ name }) => blobs.measure(name)))
  const unsound = copies.filter(({ storedSize }, at) => sizes[at] !== storedSize)
  lost.push(...unsound.map(({ name }) => name))
  return unsound.length > 0
}

/** Waits for every copy, also when one fails: a copy must not come into being after it was given up. */
async function keepAll({ blobs }: Stores, copies: readonly CopyName[], received: ReceivedUpload): Promise<void> {
  const kept = await Promise.allSettled(copies.map(async name => blobs.keep(spooledFor(name, received), name)))
  const failed = kept.find(each => each.status === 'rejected')
  if (failed) throw failed.reason
}

/** Removes condemned copies; what cannot be removed now is left to the background. */
async function removeCopies({ catalog, blobs }: Stores, copies: readonly CopyName[]): Promise<void> {
  if (copies.length === 0) return
  try {
    await Promise.all(copies.map(copy => blobs.remove(copy)))
    await catalog.forgetCopies(copies)
  } catch {
    // The catalog keeps them condemned, so the background tries again
  }
}

function spooledFor(name: CopyName, { files }: ReceivedUpload): Spooled {
  const file = files.find(each => each.spooled.digest === name.digest)
  if (!file) throw new Error(`the catalog asked for a copy of ${name.digest}, which this upload does not have`)
  return file.spooled
}

function describe({ organization, uploader, address, description, event, repository, files }: ReceivedUpload): Upload {
  const listed = files.map(({ part, fileName, spooled }) => ({ part, fileName, digest: spooled.digest, size: spooled.size }))
  const [main] = kind(description.kind).parts
  return {
    organization,
    uploader,
    address,
    kind: description.kind,
    attributes: description.attributes,
    overwrite: description.overwrite,
    identity: hash(description.identity),
    content: hash(listed.map(file => `${file.part} ${file.digest}`).sort()),
    size: listed.find(file => file.part === main)?.size ?? 0,
    files: listed,
    event,
    repository,
  }
}

function hash(texts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('base64url')
}

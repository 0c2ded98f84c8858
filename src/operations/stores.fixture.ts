import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openFileBlobs } from '../blobs/files/open-file-blobs.ts'
import { openSqliteCatalog } from '../catalog/sqlite/open-sqlite-catalog.ts'
import { describeUpload } from '../domain/describe-upload.ts'
import type { Event } from '../domain/event.ts'
import type { Kind } from '../domain/kinds.ts'
import { kind } from '../domain/kinds.ts'
import type { BlobStore } from './ports/blob-store.ts'
import type { Catalog } from './ports/catalog.ts'
import { keepUpload, type ReceivedUpload } from './upload.ts'

/** An empty catalog and an empty folder of blobs that belong together. */
export interface Stores {
  readonly catalog: Catalog
  readonly blobs: BlobStore
  /** The files below the folder of blobs, without those of the store itself. */
  readonly filesKept: () => Promise<string[]>
}

/** Runs a test on real stores with the organization 1. */
export async function withStores(body: (stores: Stores, blobFolder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'mapkeep-operations-'))
  const blobFolder = join(folder, 'blobs')
  const catalog = await openSqliteCatalog(join(folder, 'catalog.db'))
  const blobs = await openFileBlobs(blobFolder)
  const filesKept = async () => {
    const entries = await readdir(blobFolder, { recursive: true, withFileTypes: true })
    return entries.filter(entry => entry.isFile()).map(entry => entry.name)
  }
  try {
    await catalog.bootstrap({ name: 'default', uuid: 'uuid-of-default', at: 1 }, [])
    await body({ catalog, blobs, filesKept }, blobFolder)
  } finally {
    await catalog.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Receives an upload as the intake would; a text stands for files that differ by the name of their part only. */
export async function receive({ blobs }: Stores, event: Event, bytes: string | ((part: string) => string)): Promise<ReceivedUpload> {
  const parts = partsOf(event)
  const description = describeUpload(event, new Map(parts.map(part => [part, `${part}.bin`])))
  const contentOf = typeof bytes === 'string' ? (part: string) => `${part} ${bytes}` : bytes
  const files = []
  for (const part of parts) files.push({ part, fileName: `${part}.bin`, spooled: await blobs.receive(chunks(contentOf(part)), 1e6) })
  return { organization: 1, uploader: 'key_1', address: undefined, description, event: JSON.stringify(event), repository: undefined, files }
}

/** Uploads a js map of the service `shop`; gives its id. */
export async function uploadJs(stores: Stores, file: string, version = '1.0'): Promise<number> {
  return keepUpload(stores, await receive(stores, jsEvent(file, version), `bytes of ${file} ${version}`))
}

/** The event of a js upload of the service `shop`. */
export function jsEvent(file: string, version = '1.0'): Event {
  return { type: 'js_sourcemap', service: 'shop', version, minified_url: `https://example.com/js/${file}` }
}

/** All of a stream as text. */
export async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = []
  for await (const piece of stream) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}

/** All members of all pages. */
export async function allOf<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = []
  for await (const page of pages) all.push(...page)
  return all
}

function partsOf(event: Event): readonly string[] {
  const names: readonly Kind[] = ['js', 'elf', 'jvm']
  const found = names.find(name => kind(name).eventType === event.type)
  if (!found) throw new Error(`no parts are known for ${event.type}`)
  return kind(found).parts
}

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text.slice(0, 3))
  yield Buffer.from(text.slice(3))
}

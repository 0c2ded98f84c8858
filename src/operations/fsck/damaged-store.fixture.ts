import { createHash, randomUUID } from 'node:crypto'
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inspectFileBlobs } from '../../blobs/files/inspect-file-blobs.ts'
import { openFileBlobs } from '../../blobs/files/open-file-blobs.ts'
import { Connection } from '../../catalog/sqlite/connection.ts'
import { openSqliteCatalog } from '../../catalog/sqlite/open-sqlite-catalog.ts'
import type { FindingKind, InspectionReport } from '../../domain/inspection.ts'
import { fsck } from '../fsck.ts'
import type { BlobInspection } from '../ports/blob-inspection.ts'
import type { CopyName } from '../ports/blob-store.ts'
import type { Catalog } from '../ports/catalog.ts'
import { jsEvent, receive, type Stores } from '../stores.fixture.ts'
import { keepUpload } from '../upload.ts'
import type { FsckParts, FsckWish } from './fsck-parts.ts'

/** Real stores that can be damaged and inspected. */
export interface DamagedStore extends Stores {
  readonly inspection: BlobInspection
  readonly folder: string
  readonly execute: (statement: string) => void
  readonly inspect: (wish?: Partial<FsckWish>, parts?: Partial<FsckParts>) => Promise<InspectionReport>
}

/** Runs a test on empty stores with the organization 1, called `default`. */
export async function withDamagedStore(body: (store: DamagedStore) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mapkeep-fsck-'))
  const [database, blobFolder] = [path.join(folder, 'catalog.db'), path.join(folder, 'blobs')]
  const catalog = await openSqliteCatalog(database)
  const damage = new Connection(database, 'write')
  const blobs = await openFileBlobs(blobFolder)
  const inspection = inspectFileBlobs(blobFolder)
  const alone: FsckParts['withoutServer'] = work => work(true)
  const whole: FsckParts = { catalog, blobs: inspection, clock: Date.now, onProgress: () => {}, withoutServer: alone }
  try {
    await catalog.bootstrap({ name: 'default', uuid: 'uuid-of-default', at: 1 }, [])
    await body({
      catalog,
      blobs,
      inspection,
      folder: blobFolder,
      filesKept: async () => filesBelow(blobFolder),
      execute: statement => damage.exec(statement),
      inspect: (wish, parts) => fsck({ ...whole, ...parts }, { repair: false, verifyBytes: false, ...wish }),
    })
  } finally {
    damage.close()
    await catalog.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Uploads a map whose files begin with their part's name, unless the text is to be shared by all. */
export async function upload(store: Stores, name: string, bytes = `bytes of ${name}`): Promise<number> {
  return keepUpload(store, await receive(store, jsEvent(`${name}.js`), part => (bytes.startsWith('shared') ? bytes : `${part} ${bytes}`)))
}

/** Where a map's first file lies, and its copy. */
export async function fileOf({ catalog, inspection, folder }: DamagedStore, id: number): Promise<{ path: string; copy: CopyName }> {
  const copy = (await catalog.detail(1, id))?.files[0]?.copy
  if (!copy) throw new Error(`map ${id} has no file`)
  return { path: path.join(folder, inspection.placeOf(copy)), copy }
}

/** Every sort of damage: does it, and gives what has to be found, as `sort place`. */
export async function damageEverything(store: DamagedStore): Promise<Record<FindingKind, string>> {
  const gone = await fileOf(store, await upload(store, 'gone'))
  rmSync(gone.path)
  const long = await fileOf(store, await upload(store, 'long'))
  appendFileSync(long.path, 'x')
  const flipped = await fileOf(store, await upload(store, 'flipped'))
  flip(flipped.path)
  const lost = await fileOf(store, await upload(store, 'lost', 'shared and lost'))
  await upload(store, 'lost too', 'shared and lost')
  store.execute(`update blob set generation = null where digest = '${lost.copy.digest}'`)
  const counted = await fileOf(store, await upload(store, 'counted', 'shared and counted'))
  for (const name of ['counted too', 'counted again']) await upload(store, name, 'shared and counted')
  store.execute(`update blob set reference_count = 2 where digest = '${counted.copy.digest}'`)
  const weighed = await upload(store, 'weighed')
  store.execute(`update source_map set own_size = own_size + 1 where id = ${weighed}`)
  const incomplete = await upload(store, 'incomplete')
  store.execute(`update source_map_file set part = 'lost' where id = ${incomplete} and part = 'minified_file'`)
  const interrupted = await interruptUpload(store)
  const unfinished = await store.catalog.reserveCopy(flipped.copy, 'brotli')
  const place = store.inspection.placeOf
  return {
    missing_bytes: place(gone.copy),
    wrong_length: place(long.copy),
    damaged_bytes: place(flipped.copy),
    missing_copy: lost.copy.digest,
    missing_files: `map ${incomplete}`,
    unreferenced_bytes: strayCopy(store, 'nobody needs this'),
    wrong_reference_count: counted.copy.digest,
    wrong_weight: `map ${weighed}`,
    interrupted_upload: interrupted,
    unfinished_copy: place(unfinished),
    temporary_file: temporaryFile(store),
  }
}

/** Bytes under the name of a copy that the catalog does not know; gives their place. */
export function strayCopy({ inspection, folder }: DamagedStore, text: string): string {
  const digest = createHash('sha256').update(text).digest('hex')
  const place = inspection.placeOf({ organization: 1, digest, generation: 'nobodys', codec: 'identity' })
  mkdirSync(path.dirname(path.join(folder, place)), { recursive: true })
  writeFileSync(path.join(folder, place), text)
  return place
}

/** A file such as an upload that was killed leaves; gives its name. */
export function temporaryFile({ folder }: DamagedStore): string {
  const name = randomUUID()
  writeFileSync(path.join(folder, '.mapkeep-tmp', name), 'half an upl')
  return name
}

/** An upload that was killed after it had kept one of its files; gives the start of what is said of it. */
export async function interruptUpload(store: DamagedStore): Promise<string> {
  const halfway = new Error('killed')
  const killed: Catalog = {
    ...store.catalog,
    commitUpload: () => Promise.reject(halfway),
    abandonUpload: () => Promise.reject(halfway),
  }
  const received = await receive(store, jsEvent('interrupted.js'), 'interrupted')
  await keepUpload({ catalog: killed, blobs: store.blobs }, received).catch(error => {
    if (error !== halfway) throw error
  })
  return 'begun'
}

/** The files below a folder, with their texts. */
export function textsBelow(folder: string): Map<string, string> {
  return new Map(filesBelow(folder).map(file => [file, readFileSync(path.join(folder, file), 'latin1')]))
}

function filesBelow(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names.filter(name => statSync(path.join(folder, name)).isFile())
}

/** Changes one byte and leaves the length as it is. */
function flip(file: string): void {
  const bytes = readFileSync(file)
  bytes[3] = (bytes[3] ?? 0) ^ 1
  writeFileSync(file, bytes)
}

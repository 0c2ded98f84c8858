import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Upload } from '../domain/upload.ts'
import type { CopyName } from '../operations/ports/blob-store.ts'
import type { Declared } from '../operations/ports/catalog.ts'
import type { ContentName } from '../operations/ports/inspection-catalog.ts'
import { currentCopies } from './current-copies.ts'
import type { Db, Engine } from './engine.ts'
import { newGeneration } from './generation.ts'
import { mapsHaving } from './maps-having.ts'
import type { BlobCopyTable, UploadIntentTable } from './schema.ts'
import { statement } from './statement.ts'

/** Below this many bytes a file takes one disk block whatever is done to it. */
const worthCompressing = 4096

type Opened = Extract<Declared, { intent: number }>

interface Opening {
  readonly upload: Upload
  readonly at: number
  readonly lost: readonly CopyName[]
}

/** Notes what an upload is about to write and which stored contents it relies on, so that nothing removes either. */
export async function openIntent(trx: Db, engine: Engine, { upload, at, lost }: Opening): Promise<Opened> {
  const { organization } = upload
  const contents = distinctContents(upload)
  const number = randomIntent()
  if (contents.length === 0) return { intent: number, write: [], copies: [] }
  const digests = contents.map(content => content.digest)
  // What is adopted here must not be condemned by somebody who did not see the intent yet
  await engine.lockContents(trx, organization, digests)
  const copies = await currentCopies(trx, { organization, digests, lost })
  const stored = new Set(copies.map(({ name }) => name.digest))
  const missing = contents.filter(content => !stored.has(content.digest))
  const write = missing.map(({ digest }) => ({ organization, digest, generation: newGeneration(), codec: 'identity' as const }))
  if (write.length > 0) await reserve(trx, missing, write)
  const generationOf = new Map(write.map(name => [name.digest, name.generation]))
  const rows = contents.map(({ digest }) => ({
    number,
    organization,
    digest,
    generation: generationOf.get(digest) ?? null,
    started_at: at,
  }))
  await insertIntent(trx, { rows })
  return { intent: number, write, copies }
}

const insertIntent = statement((db, { rows }: { rows: readonly UploadIntentTable[] }) => db.insertInto('upload_intent').values(rows))

/** Closes an intent, whatever became of it, and names the copies it had reserved. A closed intent names nothing. */
export async function closeIntent(trx: Db, intent: number): Promise<readonly CopyName[]> {
  const { rows } = await deleteIntent(trx, { intent })
  return rows.flatMap(({ generation, ...content }) => (generation === null ? [] : [{ ...content, generation, codec: 'identity' as const }]))
}

const deleteIntent = statement((db, { intent }: { intent: number }) =>
  db.deleteFrom('upload_intent').where('number', '=', intent).returning(['organization', 'digest', 'generation']),
)

/** Ends an intent that made no map: what it wrote is condemned and named. */
export async function endIntent(trx: Db, intent: number): Promise<readonly CopyName[]> {
  const written: CopyName[] = []
  for (const name of await closeIntent(trx, intent)) {
    const { numUpdatedRows } = await trx
      .updateTable('blob_copy')
      .set({ state: 'condemned' })
      .where('organization', '=', name.organization)
      .where('digest', '=', name.digest)
      .where('generation', '=', name.generation)
      .where('state', '=', 'reserved')
      .executeTakeFirstOrThrow()
    if (numUpdatedRows > 0n) written.push(name)
  }
  return written
}

/** For a reserved row of a table of copies: whether no upload has reserved it, so that it was for a compression. */
export function isStray(copies: 'blob_copy' | 'copy') {
  const of = (column: string) => sql.ref(`${copies}.${column}`)
  return sql<boolean>`not exists (select 1 from upload_intent as intent where intent.organization = ${of('organization')}
    and intent.digest = ${of('digest')} and intent.generation = ${of('generation')})`
}

/** Condemns the copies that were reserved for a compression: whoever asks has none under way, so nobody has. */
export async function condemnStrays(trx: Db): Promise<void> {
  await trx
    .updateTable('blob_copy')
    .set({ state: 'condemned' })
    .where(sql<boolean>`state = 'reserved'`)
    .where(isStray('blob_copy'))
    .execute()
}

/** A number for an intent: random, so that no counter is shared by uploads that have nothing to do with each other. */
function randomIntent(): number {
  return randomBytes(6).readUIntBE(0, 6)
}

interface Content {
  readonly digest: string
  readonly size: number
}

function distinctContents({ files }: Upload): Content[] {
  return [...new Map(files.map(({ digest, size }) => [digest, { digest, size }])).values()]
}

async function reserve(trx: Db, contents: readonly Content[], names: readonly CopyName[]): Promise<void> {
  const sizeOf = new Map(contents.map(({ digest, size }) => [digest, size]))
  const sized = names.map(name => ({ name, size: sizeOf.get(name.digest) ?? 0 }))
  const { numAffectedRows: unknown = 0n } = await insertBlobs(trx, {
    contents: sized.map(({ name, size }) => ({ ...contentOf(name), size })),
  })
  if (unknown < sized.length) for (const name of names) await dropDangling(trx, name)
  const rows = sized.map(({ name, size }) => ({ ...name, stored_size: size, settled: size < worthCompressing ? 1 : 0 }))
  await insertCopies(trx, { rows })
}

const insertBlobs = statement((db, { contents }: { contents: readonly (ContentName & { size: number })[] }) =>
  db
    .insertInto('blob')
    .values(contents.map(content => ({ ...content, reference_count: mapsHaving(content), generation: null })))
    .onConflict(conflict => conflict.doNothing()),
)

const insertCopies = statement((db, { rows }: { rows: readonly Omit<BlobCopyTable, 'state' | 'condemned_at'>[] }) =>
  db.insertInto('blob_copy').values(rows.map(row => ({ ...row, state: 'reserved' as const }))),
)

function contentOf({ organization, digest }: CopyName): ContentName {
  return { organization, digest }
}

/** A content may name a copy that is not stored, as a damaged catalog does: then the new one could never take its place. */
async function dropDangling(trx: Db, { organization, digest }: CopyName): Promise<void> {
  await trx
    .updateTable('blob')
    .set({ generation: null })
    .where('organization', '=', organization)
    .where('digest', '=', digest)
    .where('generation', 'is not', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('blob_copy as copy')
            .select('copy.generation')
            .whereRef('copy.organization', '=', 'blob.organization')
            .whereRef('copy.digest', '=', 'blob.digest')
            .whereRef('copy.generation', '=', 'blob.generation')
            .where('copy.state', '=', 'stored'),
        ),
      ),
    )
    .execute()
}

import type { Insertable } from 'kysely'
import { foldCase } from '../domain/caseless.ts'
import { members } from '../domain/members.ts'
import type { Repository } from '../domain/repository.ts'
import type { Upload } from '../domain/upload.ts'
import type { CopyName } from '../operations/ports/blob-store.ts'
import type { Catalog, Committed, Declared } from '../operations/ports/catalog.ts'
import { recordUpload } from './audit.ts'
import { promoteCopies } from './copies.ts'
import { currentCopies } from './current-copies.ts'
import type { Db, Engine } from './engine.ts'
import { giveUpCopies } from './give-up-copies.ts'
import { condemnStrays, endIntent, openIntent } from './intents.ts'
import { addReferences, type Share } from './references.ts'
import type { Schema } from './schema.ts'
import { statement } from './statement.ts'
import { inTransaction } from './transaction.ts'

type Uploads = Pick<Catalog, 'declareUpload' | 'commitUpload' | 'abandonUpload' | 'abandonStaleIntents'>

/** What a second upload of the same thing does, and how a new map comes to be. `now`: milliseconds since 1970. */
export function uploads(db: Db, engine: Engine, now: () => number): Uploads {
  return {
    declareUpload: (upload, lost = []) =>
      inTransaction(db, async trx => {
        const at = now()
        await engine.lockIdentity(trx, upload.organization, upload.identity)
        return (await repeat(trx, { upload, at, lost })) ?? openIntent(trx, engine, { upload, at, lost })
      }),

    commitUpload: (intent, upload, lost = []) => inTransaction(db, trx => commit(trx, engine, { intent, upload, at: now(), lost })),

    abandonUpload: intent => inTransaction(db, trx => endIntent(trx, intent)),

    abandonStaleIntents: before =>
      inTransaction(db, async trx => {
        const stale = await trx.selectFrom('upload_intent').select('number').distinct().where('started_at', '<', before).execute()
        for (const { number } of stale) await endIntent(trx, number)
        await condemnStrays(trx)
      }),
  }
}

/**
 * The one rule of repeats: a live map of the same identity whose files are the same to the byte is the map. It is declared
 * again: its state version rises, and a repository that came along is what is known of it from now on. Other bytes stand beside
 * it, and a deleted map is no obstacle. From then on the map is there because of this upload, not of any operation: an undo of a
 * restoration leaves it. While a content of it has no copy, it is no repeat: the upload brings the bytes back first.
 */
async function repeat(trx: Db, { upload, at, lost }: Omit<Ending, 'intent'>): Promise<Repeat | undefined> {
  const { organization, identity, content } = upload
  const [same] = (await findSame(trx, { organization, identity, content })).rows
  if (!same) return undefined
  const digests = distinctDigests(upload)
  const copies = await currentCopies(trx, { organization: upload.organization, digests, lost })
  if (copies.length < digests.length) return undefined
  const { numUpdatedRows } = await trx
    .updateTable('source_map')
    .set(set => ({
      state_version: set('state_version', '+', 1),
      declared_at: at,
      last_operation: null,
      ...repositoryColumns(upload.repository),
    }))
    .where('organization', '=', upload.organization)
    .where('id', '=', same.id)
    // A deletion that was under way may have taken it since it was found
    .where('deleted_at', 'is', null)
    .executeTakeFirstOrThrow()
  if (numUpdatedRows === 0n) return undefined
  await recordUpload(trx, upload, { id: same.id, at, repeat: true })
  return { repeatOf: same.id, copies }
}

const findSame = statement((db, { organization, identity, content }: Pick<Upload, 'organization' | 'identity' | 'content'>) =>
  db
    .selectFrom('source_map')
    .select('id')
    .where('organization', '=', organization)
    .where('identity', '=', identity)
    .where('deleted_at', 'is', null)
    .where('content', '=', content)
    .orderBy('id', 'desc')
    .limit(1),
)

type Repeat = Extract<Declared, { repeatOf: number }>

interface Ending {
  readonly intent: number
  readonly upload: Upload
  readonly at: number
  /** Copies that were found to have no sound file. */
  readonly lost: readonly CopyName[]
}

async function commit(trx: Db, engine: Engine, { intent, upload, at, lost }: Ending): Promise<Committed | undefined> {
  await engine.lockIdentity(trx, upload.organization, upload.identity)
  await engine.lockContents(trx, upload.organization, distinctDigests(upload))
  // Not before the new bytes are durable: whoever is wrong about a copy takes nothing away
  await giveUpCopies(trx, engine, lost)
  // Before the twin is looked for: a map that had lost its bytes has them again by this, and is the answer
  const unneeded = await promoteCopies(trx, engine, intent)
  const twin = await repeat(trx, { upload, at, lost: [] })
  if (twin) return { id: twin.repeatOf, repeat: true, unneeded }
  // Never a row without bytes. The copies written are kept in any case: the next declaration finds them
  const share = await addReferences(trx, engine, upload)
  if (!share) return undefined
  const id = await insertMap(trx, upload, { at, ...share })
  await recordUpload(trx, upload, { id, at, repeat: false })
  return { id, repeat: false, unneeded }
}

async function insertMap(trx: Db, upload: Upload, { at, weight, shared }: Share & { at: number }): Promise<number> {
  const { id, createdAt } = await nextId(trx, upload.organization, at)
  const { organization, kind, size, identity, content, uploader, event, repository, attributes } = upload
  const row = { organization, id, kind, size, created_at: createdAt, declared_at: at, state_version: 1, identity, content, uploader }
  await insertRow(trx, { ...row, ...weight, ...repositoryColumns(repository), ...attributes, overwrite: upload.overwrite ? 1 : 0 })
  await insertEventText(trx, { organization, id, event })
  await insertUuids(trx, upload, id)
  if (upload.files.length > 0)
    await insertFiles(trx, {
      rows: upload.files.map(({ fileName, ...file }) => ({ organization, id, ...file, file_name: fileName ?? null })),
    })
  if (shared.length > 0)
    await trx
      .insertInto('shared_content')
      .values(shared.map(digest => ({ organization, id, digest })))
      .execute()
  return id
}

const insertRow = statement((db, row: Insertable<Schema['source_map']>) => db.insertInto('source_map').values(row))

const insertEventText = statement((db, row: Schema['source_map_event']) => db.insertInto('source_map_event').values(row))

const insertFiles = statement((db, { rows }: { rows: readonly Schema['source_map_file'][] }) =>
  db.insertInto('source_map_file').values(rows),
)

function distinctDigests({ files }: Upload): string[] {
  return [...new Set(files.map(file => file.digest))]
}

function repositoryColumns(repository: Repository | undefined) {
  return repository ? { repository_url: repository.url, repository_commit: repository.commit } : {}
}

/** The next id, and a time of creation that is never before that of the last id, so that both give the same order. */
async function nextId(trx: Db, organization: number, at: number): Promise<{ id: number; createdAt: number }> {
  const [drawn] = (await drawId(trx, { organization, at })).rows
  if (!drawn) throw new Error(`there is no organization ${organization}`)
  return { id: drawn.last_map_id, createdAt: drawn.last_map_at }
}

const drawId = statement((db, { organization, at }: { organization: number; at: number }) =>
  db
    .updateTable('organization')
    .set(set => ({
      last_map_id: set('last_map_id', '+', 1),
      // A number would stand in the text, which would then be prepared anew each time and push out those that come again
      last_map_at: set.case().when('last_map_at', '>', at).then(set.ref('last_map_at')).else(set.val(at)).end(),
    }))
    .where('number', '=', organization)
    .returning(['last_map_id', 'last_map_at']),
)

async function insertUuids(trx: Db, { organization, attributes }: Upload, id: number): Promise<void> {
  if (!attributes.uuids) return
  const rows = members('uuids', attributes.uuids).map(uuid => ({ organization, uuid: foldCase(uuid), id }))
  if (rows.length > 0) await trx.insertInto('source_map_uuid').values(rows).execute()
}

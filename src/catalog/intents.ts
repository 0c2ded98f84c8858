import { randomBytes } from 'node:crypto'
import type { Upload } from '../domain/upload.ts'
import type { CopyName } from '../operations/ports/blob-store.ts'
import type { Db } from './engine.ts'
import { newGeneration } from './generation.ts'

/** Below this many bytes a file takes one disk block whatever is done to it. */
const worthCompressing = 4096

/** Notes what an upload is about to write and which stored contents it relies on, so that nothing removes either. */
export async function openIntent(trx: Db, upload: Upload, at: number): Promise<{ intent: number; write: readonly CopyName[] }> {
  const { organization } = upload
  const contents = distinctContents(upload)
  const number = randomIntent()
  if (contents.length === 0) return { intent: number, write: [] }
  const missing = await withoutCopy(trx, organization, contents)
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
  await trx.insertInto('upload_intent').values(rows).execute()
  return { intent: number, write }
}

/** Closes an intent, whatever became of it, and names the copies it had reserved. A closed intent names nothing. */
export async function closeIntent(trx: Db, intent: number): Promise<readonly CopyName[]> {
  const rows = await trx
    .deleteFrom('upload_intent')
    .where('number', '=', intent)
    .returning(['organization', 'digest', 'generation'])
    .execute()
  return rows.flatMap(({ generation, ...content }) => (generation === null ? [] : [{ ...content, generation, codec: 'identity' as const }]))
}

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

async function withoutCopy(trx: Db, organization: number, contents: readonly Content[]): Promise<readonly Content[]> {
  const digests = contents.map(content => content.digest)
  const known = trx.selectFrom('blob').select('digest').where('organization', '=', organization).where('digest', 'in', digests)
  const stored = new Set((await known.where('generation', 'is not', null).execute()).map(blob => blob.digest))
  return contents.filter(content => !stored.has(content.digest))
}

async function reserve(trx: Db, contents: readonly Content[], names: readonly CopyName[]): Promise<void> {
  const sizeOf = new Map(contents.map(({ digest, size }) => [digest, size]))
  const sized = names.map(name => ({ name, size: sizeOf.get(name.digest) ?? 0 }))
  await trx
    .insertInto('blob')
    .values(sized.map(({ name: { organization, digest }, size }) => ({ organization, digest, size, reference_count: 0, generation: null })))
    .onConflict(conflict => conflict.doNothing())
    .execute()
  await trx
    .insertInto('blob_copy')
    .values(
      sized.map(({ name, size }) => ({ ...name, stored_size: size, state: 'reserved' as const, settled: size < worthCompressing ? 1 : 0 })),
    )
    .execute()
}

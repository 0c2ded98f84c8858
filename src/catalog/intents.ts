import { randomBytes } from 'node:crypto'
import type { Upload } from '../domain/upload.ts'
import type { CopyName } from '../operations/ports/blob-store.ts'
import type { Db } from './engine.ts'
import { newGeneration } from './generation.ts'

/** Notes what an upload is about to write and which stored contents it relies on, so that nothing removes either. */
export async function openIntent(trx: Db, upload: Upload, at: number): Promise<{ intent: number; write: readonly CopyName[] }> {
  const { organization } = upload
  const number = randomIntent()
  const write: CopyName[] = []
  for (const { digest, size } of distinctContents(upload)) {
    const name = (await isStored(trx, organization, digest)) ? undefined : await reserve(trx, { organization, digest, size })
    if (name) write.push(name)
    await trx
      .insertInto('upload_intent')
      .values({ number, organization, digest, generation: name?.generation ?? null, started_at: at })
      .execute()
  }
  return { intent: number, write }
}

/** Ends an intent that made no map: what it wrote is condemned and named. An ended intent names nothing. */
export async function endIntent(trx: Db, intent: number): Promise<readonly CopyName[]> {
  const rows = await trx
    .deleteFrom('upload_intent')
    .where('number', '=', intent)
    .returning(['organization', 'digest', 'generation'])
    .execute()
  const written: CopyName[] = []
  for (const { organization, digest, generation } of rows) {
    if (generation === null) continue
    const condemned = await trx
      .updateTable('blob_copy')
      .set({ state: 'condemned' })
      .where('organization', '=', organization)
      .where('digest', '=', digest)
      .where('generation', '=', generation)
      .where('state', '=', 'reserved')
      .returning('codec')
      .execute()
    if (condemned[0]) written.push({ organization, digest, generation, codec: condemned[0].codec })
  }
  return written
}

/** A number for an intent: random, so that no counter is shared by uploads that have nothing to do with each other. */
function randomIntent(): number {
  return randomBytes(6).readUIntBE(0, 6)
}

function distinctContents({ files }: Upload): { digest: string; size: number }[] {
  return [...new Map(files.map(({ digest, size }) => [digest, { digest, size }])).values()]
}

async function isStored(trx: Db, organization: number, digest: string): Promise<boolean> {
  const blob = await trx
    .selectFrom('blob')
    .select('generation')
    .where('organization', '=', organization)
    .where('digest', '=', digest)
    .executeTakeFirst()
  return blob !== undefined && blob.generation !== null
}

async function reserve(trx: Db, { organization, digest, size }: { organization: number; digest: string; size: number }): Promise<CopyName> {
  const generation = newGeneration()
  await trx
    .insertInto('blob')
    .values({ organization, digest, size, reference_count: 0, generation: null })
    .onConflict(conflict => conflict.doNothing())
    .execute()
  await trx
    .insertInto('blob_copy')
    .values({ organization, digest, generation, codec: 'identity', stored_size: size, state: 'reserved', settled: 0 })
    .execute()
  return { organization, digest, generation, codec: 'identity' }
}

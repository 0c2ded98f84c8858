import type { Upload } from '../domain/upload.ts'
import type { CopyName } from '../operations/ports/blob-store.ts'
import type { Catalog } from '../operations/ports/catalog.ts'
import type { Db } from './engine.ts'
import { newGeneration } from './generation.ts'
import { closeIntent } from './intents.ts'
import type { BlobCopyTable } from './schema.ts'
import { inTransaction } from './transaction.ts'

type Compression = Pick<Catalog, 'compressible' | 'reserveCopy' | 'switchCopy' | 'settleCopy' | 'releaseCopy'>
type Removal = Pick<Catalog, 'condemnUnreferenced' | 'condemned' | 'forgetCopies'>

/** What tells one copy from every other. */
type Stored = Omit<CopyName, 'codec'>

/** The life of stored copies after their upload: one may take another's place, and what nothing needs is condemned, then forgotten. */
export function copies(db: Db): Compression & Removal {
  return { ...compression(db), ...removal(db) }
}

function compression(db: Db): Compression {
  return {
    async compressible(limit) {
      const rows = await db
        .selectFrom('blob_copy')
        .select(['organization', 'digest', 'generation', 'codec', 'stored_size'])
        .where('state', '=', 'stored')
        .where('settled', '=', 0)
        .limit(limit)
        .execute()
      return rows.map(({ stored_size, ...name }) => ({ name, size: stored_size }))
    },

    async reserveCopy(from, codec) {
      const name = { ...from, codec, generation: newGeneration() }
      await db
        .insertInto('blob_copy')
        .values({ ...name, stored_size: 0, state: 'reserved', settled: 1 })
        .execute()
      return name
    },

    switchCopy: (from, to, storedSize) =>
      inTransaction(db, async trx => {
        const switched = await setCurrent(trx, to, from.generation)
        await change(trx, switched ? from : to, { state: 'condemned' })
        if (switched) await change(trx, to, { state: 'stored', stored_size: storedSize })
        return switched
      }),

    settleCopy: (name, reserved) =>
      inTransaction(db, async trx => {
        await change(trx, name, { settled: 1 })
        await change(trx, reserved, { state: 'condemned' })
      }),

    releaseCopy: reserved => change(db, reserved, { state: 'condemned' }),
  }
}

function removal(db: Db): Removal {
  return {
    condemnUnreferenced: limit =>
      inTransaction(db, async trx => {
        const unreferenced = await unreferencedCopies(trx, limit)
        for (const name of unreferenced) await condemnCurrent(trx, name)
        return unreferenced.length
      }),

    async condemned(limit) {
      return db
        .selectFrom('blob_copy')
        .select(['organization', 'digest', 'generation', 'codec'])
        .where('state', '=', 'condemned')
        .limit(limit)
        .execute()
    },

    forgetCopies: names =>
      inTransaction(db, async trx => {
        for (const name of names) await copy(trx.deleteFrom('blob_copy'), name).where('state', '=', 'condemned').execute()
      }),
  }
}

/** An intent protects what its upload adopted: only the commit that ends it counts the reference. */
function unreferencedCopies(trx: Db, limit: number): Promise<Stored[]> {
  return trx
    .selectFrom('blob')
    .select(['organization', 'digest'])
    .select(blob => blob.ref('generation').$notNull().as('generation'))
    .where('reference_count', '=', 0)
    .where('generation', 'is not', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('upload_intent as intent')
            .select('intent.number')
            .whereRef('intent.organization', '=', 'blob.organization')
            .whereRef('intent.digest', '=', 'blob.digest'),
        ),
      ),
    )
    .limit(limit)
    .execute()
}

/** Once condemned a copy is adopted by nobody: the next upload of its content writes a new one. */
async function condemnCurrent(trx: Db, name: Stored): Promise<void> {
  await blobs(trx.updateTable('blob'), name.organization, [name.digest]).set({ generation: null }).execute()
  await change(trx, name, { state: 'condemned' })
}

/** Makes the copies an intent wrote the ones to be read, unless a twin was faster; ends the intent and gives the copies nobody needs. */
export async function promoteCopies(trx: Db, intent: number): Promise<readonly CopyName[]> {
  const unneeded: CopyName[] = []
  for (const name of await closeIntent(trx, intent)) {
    const isCurrent = await setCurrent(trx, name, null)
    await change(trx, name, { state: isCurrent ? 'stored' : 'condemned' })
    if (!isCurrent) unneeded.push(name)
  }
  return unneeded
}

/**
 * Counts the files of a new map as references to their contents. False, and nothing counted, when one of the contents has no
 * copy: content it relied on may be gone, or its intent have been ended before.
 */
export async function addReferences(trx: Db, { organization, files }: Upload): Promise<boolean> {
  const uses = new Map<string, number>()
  for (const { digest } of files) uses.set(digest, (uses.get(digest) ?? 0) + 1)
  if (!(await haveCopies(trx, organization, [...uses.keys()]))) return false
  for (const count of new Set(uses.values())) {
    const digests = [...uses].flatMap(([digest, each]) => (each === count ? [digest] : []))
    await blobs(trx.updateTable('blob'), organization, digests)
      .set(set => ({ reference_count: set('reference_count', '+', count) }))
      .execute()
  }
  return true
}

async function haveCopies(trx: Db, organization: number, digests: readonly string[]): Promise<boolean> {
  if (digests.length === 0) return true
  const stored = blobs(trx.selectFrom('blob').select('digest'), organization, digests).where('generation', 'is not', null)
  return (await stored.execute()).length === digests.length
}

interface ByBlob<Q> {
  where(column: 'organization', operator: '=', value: number): Q
  where(column: 'digest', operator: 'in', values: readonly string[]): Q
}

function blobs<Q extends ByBlob<Q>>(query: Q, organization: number, digests: readonly string[]): Q {
  return query.where('organization', '=', organization).where('digest', 'in', digests)
}

/** Points look-ups at a copy if they still read `from`. */
async function setCurrent(trx: Db, { organization, digest, generation }: CopyName, from: string | null): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('blob')
    .set({ generation })
    .where('organization', '=', organization)
    .where('digest', '=', digest)
    .where('generation', from === null ? 'is' : '=', from)
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

async function change(trx: Db, name: Stored, values: Partial<BlobCopyTable>): Promise<void> {
  await copy(trx.updateTable('blob_copy'), name).set(values).execute()
}

function copy<Q extends { where(column: 'organization' | 'digest' | 'generation', operator: '=', value: string | number): Q }>(
  query: Q,
  name: Stored,
): Q {
  return query.where('organization', '=', name.organization).where('digest', '=', name.digest).where('generation', '=', name.generation)
}

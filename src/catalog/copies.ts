import type { CopyName } from '../operations/ports/blob-store.ts'
import type { Catalog } from '../operations/ports/catalog.ts'
import type { Db, Engine } from './engine.ts'
import { newGeneration } from './generation.ts'
import { closeIntent } from './intents.ts'
import { mayRemove } from './leases.ts'
import type { BlobCopyTable } from './schema.ts'
import { statement } from './statement.ts'
import { Conflict, inTransaction } from './transaction.ts'
import { owners, reweigh } from './weights.ts'

type Compression = Pick<Catalog, 'compressible' | 'reserveCopy' | 'switchCopy' | 'settleCopy' | 'releaseCopy'>
type Removal = Pick<Catalog, 'condemnUnreferenced' | 'condemned' | 'longCondemned' | 'forgetCopies'>

/** What tells one copy from every other. */
type Stored = Omit<CopyName, 'codec'>

/** The life of stored copies after their upload: one may take another's place, and what nothing needs is condemned, then forgotten. */
export function copies(db: Db, engine: Engine, now: () => number): Compression & Removal {
  return { ...compression(db, engine), ...removal(db, engine, now) }
}

function compression(db: Db, engine: Engine): Compression {
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
        const switched = await makeCurrent(trx, engine, { name: to, insteadOf: from.generation, values: { stored_size: storedSize } })
        if (switched) await change(trx, from, { state: 'condemned' })
        else await giveUp(trx, to)
        return switched
      }),

    settleCopy: (name, reserved) =>
      inTransaction(db, async trx => {
        await change(trx, name, { settled: 1 })
        await giveUp(trx, reserved)
      }),

    releaseCopy: reserved => giveUp(db, reserved),
  }
}

function removal(db: Db, engine: Engine, now: () => number): Removal {
  return {
    condemnUnreferenced: limit =>
      inTransaction(db, async trx => {
        const found = await unreferencedCopies(trx).limit(limit).execute()
        for (const [organization, some] of byOrganization(found)) {
          const digests = some.map(name => name.digest)
          await engine.lockContents(trx, organization, digests)
          // Looked at again: somebody may have adopted one before it was locked
          const still = unreferencedCopies(trx).where('organization', '=', organization)
          for (const name of await still.where(blob => engine.isAmong(blob.ref('digest'), digests)).execute())
            await condemnCurrent(trx, name)
        }
        return found.length
      }),

    async condemned(limit) {
      return db
        .selectFrom('blob_copy')
        .select(['organization', 'digest', 'generation', 'codec'])
        .where('state', '=', 'condemned')
        .where(mayRemove(now()))
        .limit(limit)
        .execute()
    },

    longCondemned: (limit, { at, age }) =>
      inTransaction(db, async trx => {
        const unseen = trx.selectFrom('blob_copy').select(['organization', 'digest', 'generation']).where('state', '=', 'condemned')
        for (const name of await unseen.where('condemned_at', 'is', null).limit(limit).execute())
          await change(trx, name, { condemned_at: at })
        return trx
          .selectFrom('blob_copy')
          .select(['organization', 'digest', 'generation', 'codec'])
          .where('state', '=', 'condemned')
          .where('condemned_at', '<=', at - age)
          .where(mayRemove(now()))
          .limit(limit)
          .execute()
      }),

    forgetCopies: names =>
      inTransaction(db, async trx => {
        for (const [organization, some] of byOrganization(names)) await forget(trx, engine, { organization, names: some })
      }),
  }
}

/** Generations are drawn at random, so that no two copies have the same; the digest finds the rows. */
async function forget(
  trx: Db,
  engine: Engine,
  { organization, names }: { organization: number; names: readonly CopyName[] },
): Promise<void> {
  const digests = names.map(name => name.digest)
  const generations = names.map(name => name.generation)
  await trx
    .deleteFrom('blob_copy')
    .where('organization', '=', organization)
    .where(copy => engine.isAmong(copy.ref('digest'), digests))
    .where(copy => engine.isAmong(engine.unindexed(copy.ref('generation')), generations))
    .where(copy => copy(engine.unindexed(copy.ref('state')), '=', 'condemned'))
    .execute()
}

function byOrganization<Name extends Stored>(names: readonly Name[]): ReadonlyMap<number, readonly Name[]> {
  const found = new Map<number, Name[]>()
  for (const name of names) {
    const others = found.get(name.organization)
    if (others) others.push(name)
    else found.set(name.organization, [name])
  }
  return found
}

/** An intent protects what its upload adopted: only the commit that ends it counts the reference. */
function unreferencedCopies(trx: Db) {
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
}

/** Once condemned a copy is adopted by nobody: the next upload of its content writes a new one. */
async function condemnCurrent(trx: Db, name: Stored): Promise<void> {
  await blobs(trx.updateTable('blob'), name.organization, [name.digest]).set({ generation: null }).execute()
  await change(trx, name, { state: 'condemned' })
}

/** Makes the copies an intent wrote the ones to be read, unless a twin was faster; ends the intent and gives the copies nobody needs. */
export async function promoteCopies(trx: Db, engine: Engine, intent: number): Promise<readonly CopyName[]> {
  const unneeded: CopyName[] = []
  for (const name of await closeIntent(trx, intent)) {
    if (await makeCurrent(trx, engine, { name, insteadOf: null, values: {} })) continue
    await giveUp(trx, name)
    unneeded.push(name)
  }
  return unneeded
}

interface ByBlob<Q> {
  where(column: 'organization', operator: '=', value: number): Q
  where(column: 'digest', operator: 'in', values: readonly string[]): Q
}

function blobs<Q extends ByBlob<Q>>(query: Q, organization: number, digests: readonly string[]): Q {
  return query.where('organization', '=', organization).where('digest', 'in', digests)
}

interface Succession {
  readonly name: CopyName
  /** The generation that is read until now. */
  readonly insteadOf: string | null
  readonly values: { readonly stored_size?: number }
}

/**
 * Lets look-ups read a reserved copy if they still read the given one; a map that has the content alone weighs what the copy does. A
 * copy that was condemned meanwhile, because whoever wrote it seemed dead, never becomes current: its bytes may be gone by now.
 */
async function makeCurrent(trx: Db, engine: Engine, { name, insteadOf, values }: Succession): Promise<boolean> {
  const { organization, digest, generation } = name
  const [switched] = (await switchContent(trx, { organization, digest, generation, insteadOf: insteadOf ?? undefined })).rows
  if (!switched) return false
  const { numAffectedRows } = await storeReserved(trx, { name: { organization, digest, generation }, values })
  if (!numAffectedRows) throw new Conflict('a copy was condemned while it was to become current')
  if (switched.reference_count === 1) await reweigh(trx, engine, { organization, ids: await owners(trx, organization, [digest]) })
  return true
}

const switchContent = statement((db, { insteadOf, ...name }: Stored & { readonly insteadOf: string | undefined }) =>
  blobs(db.updateTable('blob'), name.organization, [name.digest])
    .set({ generation: name.generation })
    .where('generation', insteadOf === undefined ? 'is' : '=', insteadOf ?? null)
    .where(({ exists, selectFrom }) => exists(copy(selectFrom('blob_copy').select('generation'), name).where('state', '=', 'reserved')))
    .returning('reference_count'),
)

const storeReserved = statement((db, { name, values }: { name: Stored; values: Succession['values'] }) =>
  copy(db.updateTable('blob_copy'), name)
    .set({ state: 'stored', ...values })
    .where('state', '=', 'reserved'),
)

/** Of a copy that was reserved and never used: one that has become current since, unknown to who asks, is none. */
async function giveUp(trx: Db, reserved: Stored): Promise<void> {
  await copy(trx.updateTable('blob_copy'), reserved).where('state', '=', 'reserved').set({ state: 'condemned' }).execute()
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

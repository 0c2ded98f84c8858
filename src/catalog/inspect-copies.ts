import type { ExpressionBuilder } from 'kysely'
import type { CopyName } from '../operations/ports/blob-store.ts'
import type { InspectionCatalog, KnownCopy } from '../operations/ports/inspection-catalog.ts'
import type { Db, Engine } from './engine.ts'
import { giveUpCopies } from './give-up-copies.ts'
import { isStray } from './intents.ts'
import type { BlobCopyTable, Schema } from './schema.ts'
import { inTransaction } from './transaction.ts'

type Copies = Pick<InspectionCatalog, 'countCopies' | 'knownCopies' | 'copiesNamed' | 'giveUpCopies' | 'strayReservations'>

/** Stored copies under examination. */
export function copyInspection(db: Db, engine: Engine): Copies {
  return {
    async countCopies() {
      const { copies } = await db
        .selectFrom('blob_copy')
        .select(({ fn }) => fn.countAll<number>().as('copies'))
        .executeTakeFirstOrThrow()
      return Number(copies)
    },

    async knownCopies(after, limit) {
      const rows = await known(db)
        .$if(after !== undefined, query => query.where(isAfter(after)))
        .orderBy('copy.organization')
        .orderBy('copy.digest')
        .orderBy('copy.generation')
        .limit(limit)
        .execute()
      return rows.map(toKnown)
    },

    async copiesNamed(names) {
      const wanted = new Set(names.map(textOf))
      const found: KnownCopy[] = []
      for (const [organization, digests] of byOrganization(names)) {
        const rows = await known(db).where('copy.organization', '=', organization).where('copy.digest', 'in', digests).execute()
        found.push(...rows.map(toKnown).filter(({ name }) => wanted.has(textOf(name))))
      }
      return found
    },

    giveUpCopies: names => inTransaction(db, trx => giveUpCopies(trx, engine, names)),

    strayReservations: (after, limit) => strays(db, after, limit),
  }
}

function strays(db: Db, after: CopyName | undefined, limit: number): Promise<CopyName[]> {
  return db
    .selectFrom('blob_copy as copy')
    .select(['copy.organization', 'copy.digest', 'copy.generation', 'copy.codec'])
    .where('copy.state', '=', 'reserved')
    .where(isStray('copy'))
    .$if(after !== undefined, query => query.where(isAfter(after)))
    .orderBy('copy.organization')
    .orderBy('copy.digest')
    .orderBy('copy.generation')
    .limit(limit)
    .execute()
}

function known(db: Db) {
  return db
    .selectFrom('blob_copy as copy')
    .leftJoin('blob', join => join.onRef('blob.organization', '=', 'copy.organization').onRef('blob.digest', '=', 'copy.digest'))
    .select(['copy.organization', 'copy.digest', 'copy.generation', 'copy.codec', 'copy.state', 'copy.stored_size'])
    .select(['blob.generation as current_generation', 'blob.reference_count'])
}

type KnownRow = Awaited<ReturnType<ReturnType<typeof known>['execute']>>[number]

function toKnown({ organization, digest, generation, codec, ...row }: KnownRow): KnownCopy {
  return {
    name: { organization, digest, generation, codec },
    state: row.state,
    storedSize: row.stored_size,
    current: row.current_generation === generation,
    references: row.reference_count ?? 0,
  }
}

/** The rows of `copy` whose names come after one. */
function isAfter({ organization, digest, generation }: Omit<CopyName, 'codec'> = { organization: 0, digest: '', generation: '' }) {
  return ({ eb, refTuple, tuple }: CopyExpressions) =>
    eb(refTuple('copy.organization', 'copy.digest', 'copy.generation'), '>', tuple(organization, digest, generation))
}

type CopyExpressions = ExpressionBuilder<Schema & { copy: BlobCopyTable }, 'copy'>

function byOrganization(names: readonly CopyName[]): Map<number, string[]> {
  const digests = new Map<number, string[]>()
  for (const { organization, digest } of names) {
    const known = digests.get(organization)
    if (known) known.push(digest)
    else digests.set(organization, [digest])
  }
  return digests
}

function textOf({ organization, digest, generation, codec }: CopyName): string {
  return `${organization} ${digest} ${generation} ${codec}`
}

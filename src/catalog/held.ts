import { type ExpressionBuilder, type RawBuilder, type SqlBool, sql } from 'kysely'
import { mayKeep } from '../domain/hold.ts'
import type { Hold } from '../operations/ports/hold-catalog.ts'
import type { Held, Scope } from '../operations/ports/passage-catalog.ts'
import type { Db, Engine } from './engine.ts'
import { RunPacker, stretchesOf } from './pack-ids.ts'
import type { HoldTable, Schema } from './schema.ts'
import { statement } from './statement.ts'

type Builder = ExpressionBuilder<Schema, 'source_map'>

/** The holds that keep maps at a time, oldest first. */
export async function activeHolds(db: Db, organization: number, at: number): Promise<readonly Hold[]> {
  return withIds(db, organization, (await readActive(db, { organization, at })).rows)
}

const readActive = statement((db, { organization, at }: { organization: number; at: number }) =>
  active(db, organization, at).selectAll().orderBy('created_at').orderBy('id'),
)

/** The rows of the holds that are neither released nor expired. */
export function active(db: Db, organization: number, at: number) {
  return db
    .selectFrom('hold')
    .where('organization', '=', organization)
    .where('released_at', 'is', null)
    .where(hold => hold.or([hold('expires_at', 'is', null), hold('expires_at', '>', at)]))
}

/** Of the holds that are active those that could keep maps of a scope from being deleted; nothing keeps a map from being restored. */
export async function holdsOn(db: Db, { organization, selection, state }: Scope, at: number): Promise<readonly Hold[]> {
  if (state !== 'live') return []
  return (await activeHolds(db, organization, at)).filter(hold => mayKeep(hold.selector, selection))
}

/** The condition of rows that none of the holds keeps; nothing to add when there are none. */
export function keptByNone(engine: Engine, holds: readonly Hold[]): (builder: Builder) => RawBuilder<SqlBool>[] {
  return builder => (holds.length === 0 ? [] : [sql<SqlBool>`not ${keptByAny(engine, holds, builder)}`])
}

/** Which maps of a condition the holds keep, each told once, by its oldest hold. */
export async function readHeld(
  trx: Db,
  engine: Engine,
  { holds, within }: { holds: readonly Hold[]; within: (builder: Builder) => ReturnType<Builder['and']> },
): Promise<readonly Held[]> {
  if (holds.length === 0) return []
  const runs = holds.map(() => new RunPacker())
  const condition = (builder: Builder) => builder.and([within(builder), keptByAny(engine, holds, builder)])
  for await (const { first, last } of stretchesOf(trx, condition)) {
    const rows = await trx
      .selectFrom('source_map')
      .select('id')
      .select(builder => oldestOf(engine, holds, builder).as('oldest'))
      .where(condition)
      .where('id', '>=', first)
      .where('id', '<=', last)
      .execute()
    for (const { id, oldest } of rows.sort((a, b) => a.id - b.id)) runs[oldest]?.add(id)
  }
  return holds.flatMap(({ id, reason }, at) => {
    const ids = runs[at]?.packed() ?? new Uint8Array()
    return ids.length === 0 ? [] : [{ hold: id, reason, ids }]
  })
}

/** The holds of some rows, with the ids of those that go by ids. */
export async function withIds(db: Db, organization: number, rows: readonly HoldTable[]): Promise<readonly Hold[]> {
  const idsOf = new Map<string, string[]>(rows.flatMap(row => (row.by_ids === 1 ? [[row.id, []]] : [])))
  if (idsOf.size === 0) return rows.map(row => toHold(row, []))
  const listed = db
    .selectFrom('hold_map')
    .select(['hold', 'id'])
    .where('organization', '=', organization)
    .where('hold', 'in', [...idsOf.keys()])
    .orderBy('id')
  for (const { hold, id } of await listed.execute()) idsOf.get(hold)?.push(String(id))
  return rows.map(row => toHold(row, idsOf.get(row.id) ?? []))
}

function toHold(row: HoldTable, ids: readonly string[]): Hold {
  return {
    organization: row.organization,
    id: row.id,
    selector: {
      ...(row.kind === null ? {} : { kind: row.kind }),
      ...(row.service === null ? {} : { service: row.service }),
      ...(row.version === null ? {} : { version: row.version }),
      ...(row.by_ids === 1 ? { ids } : {}),
    },
    reason: row.reason,
    owner: row.owner,
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
    releasedAt: row.released_at ?? undefined,
  }
}

/** In a case, into which no planner looks: Postgres ponders each condition that it sees for each of its indexes, which took seconds for a thousand holds. */
function keptByAny(engine: Engine, holds: readonly Hold[], builder: Builder): RawBuilder<SqlBool> {
  return sql<SqlBool>`(case when ${oneOf(engine, holds, builder)} then 1 else 0 end = 1)`
}

/** Halved again and again, since engines bound how deep an expression may go. */
function oneOf(engine: Engine, holds: readonly Hold[], builder: Builder): RawBuilder<SqlBool> {
  const [only] = holds
  if (holds.length === 1 && only) return sql<SqlBool>`(${keptBy(engine, only, builder)})`
  const middle = holds.length >> 1
  return sql<SqlBool>`(${oneOf(engine, holds.slice(0, middle), builder)} or ${oneOf(engine, holds.slice(middle), builder)})`
}

function oldestOf(engine: Engine, holds: readonly Hold[], builder: Builder): RawBuilder<number> {
  const cases = holds.map((hold, at) => sql`when ${keptBy(engine, hold, builder)} then ${sql.lit(at)}`)
  return sql<number>`case ${sql.join(cases, sql` `)} end`
}

/** Whether a hold keeps a row. Never unknown, whatever is empty: what a hold does not say is true, and no pattern matches what a map does not have. */
export function keptBy(engine: Engine, { organization, id, selector }: Hold, builder: Builder): ReturnType<Builder['and']> {
  const { kind, service, version, ids } = selector
  const matches = (column: 'service' | 'version', pattern: string) =>
    sql<SqlBool>`(${engine.unindexed(sql.ref(column))} is not null and ${engine.matchesPattern(sql.ref(column), pattern)})`
  const listed = (inner: Builder) =>
    inner.selectFrom('hold_map').select('hold_map.id').where('hold_map.organization', '=', organization).where('hold', '=', id)
  return builder.and([
    ...(kind === undefined ? [] : [sql<SqlBool>`${engine.unindexed(sql.ref('kind'))} = ${kind}`]),
    ...(service === undefined ? [] : [matches('service', service)]),
    ...(version === undefined ? [] : [matches('version', version)]),
    ...(ids === undefined ? [] : [builder(engine.unindexed(sql.ref<number>('source_map.id')), 'in', listed(builder))]),
  ])
}

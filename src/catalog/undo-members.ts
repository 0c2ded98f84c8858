import { type ExpressionBuilder, type RawBuilder, type SqlBool, sql } from 'kysely'
import { type IdRange, unpackRanges } from '../domain/id-ranges.ts'
import type { Hold } from '../operations/ports/hold-catalog.ts'
import type { Db, Engine } from './engine.ts'
import { keptByNone } from './held.ts'
import type { MapCondition } from './pack-ids.ts'
import { fromBase64 } from './record-operation.ts'
import type { OperationTable, Schema } from './schema.ts'
import { stretches } from './stretches.ts'

/** What is left of an operation's members. Sizes are bytes. */
export interface Found extends IdRange {
  /** Members that can be moved. */
  readonly count: number
  /** These and the held ones. */
  readonly all: number
  readonly purged: number
  readonly size: number
  readonly ownSize: number
  readonly sharedContents: number
  /** Ranges of ids in which they lie. */
  readonly stretches: readonly IdRange[]
}

/** Whose members, and which holds keep some of them. */
export interface Search {
  readonly row: OperationTable
  readonly holds: readonly Hold[]
}

/** The members that an operation still is the last one of: they are in the state it put them into, unless they were purged. */
export async function findMembers(trx: Db, engine: Engine, search: Search): Promise<Found> {
  const within = stretches(unpackRanges(fromBase64(search.row.members)))
  const found = { count: 0, all: 0, purged: 0, size: 0, ownSize: 0, sharedContents: 0 }
  let [first, last] = [0, 0]
  for (const stretch of within) {
    const sums = await sumStretch(trx, engine, { ...search, stretch })
    for (const name of ['count', 'all', 'purged', 'size', 'ownSize', 'sharedContents'] as const) found[name] += sums[name]
    if (sums.count === 0) continue
    first ||= sums.first
    last = sums.last
  }
  return { ...found, first, last, stretches: within }
}

/** The members of a stretch that can be moved. */
export function memberCondition(engine: Engine, { row, stretch, holds }: Search & { stretch: IdRange }): MapCondition {
  return builder => builder.and([within(builder, row, stretch), isFree(engine, holds, builder)])
}

/** Everything in one pass, which for many members is most of the work beside moving them. */
function sumStretch(trx: Db, engine: Engine, { row, stretch, holds }: Search & { stretch: IdRange }) {
  return trx
    .selectFrom('source_map')
    .select(builder => {
      const free = isFree(engine, holds, builder)
      const sumOf = (value: RawBuilder<number>, condition = free) =>
        sql<number>`coalesce(sum(case when ${condition} then ${value} else 0 end), 0)`
      const one = sql<number>`1`
      return [
        sumOf(one).as('count'),
        sumOf(one, builder.and([builder('purged_at', 'is', null)])).as('all'),
        sumOf(one, builder.and([builder('purged_at', 'is not', null)])).as('purged'),
        sumOf(sql.ref('size')).as('size'),
        sumOf(sql.ref('own_size')).as('ownSize'),
        sumOf(sql.ref('shared_contents')).as('sharedContents'),
        sql<number>`min(case when ${free} then id end)`.as('first'),
        sql<number>`max(case when ${free} then id end)`.as('last'),
      ]
    })
    .where(builder => within(builder, row, stretch))
    .executeTakeFirstOrThrow()
}

function within(builder: Builder, row: OperationTable, { first, last }: IdRange) {
  return builder.and([
    builder('organization', '=', row.organization),
    builder('id', '>=', first),
    builder('id', '<=', last),
    builder('last_operation', '=', row.number),
  ])
}

function isFree(engine: Engine, holds: readonly Hold[], builder: Builder) {
  const kept: RawBuilder<SqlBool>[] = keptByNone(engine, holds)(builder)
  return builder.and([builder('purged_at', 'is', null), ...kept])
}

type Builder = ExpressionBuilder<Schema, 'source_map'>

import { type ExpressionBuilder, type ExpressionWrapper, type RawBuilder, type SqlBool, sql } from 'kysely'
import { foldCase, isCaseless } from '../domain/caseless.ts'
import { type FieldName, field } from '../domain/fields.ts'
import { filter } from '../domain/filters.ts'
import type { Criterion } from '../domain/selection.ts'
import { idNumber } from '../domain/unmatched-ids.ts'
import type { Scope } from '../operations/ports/passage-catalog.ts'
import { lookUp } from './driver-filter.ts'
import type { Engine } from './engine.ts'
import { keptByNone } from './held.ts'
import { lowered } from './lowered.ts'
import type { Schema } from './schema.ts'

type Builder = ExpressionBuilder<Schema, 'source_map'>
type Condition = ExpressionWrapper<Schema, 'source_map', SqlBool> | RawBuilder<SqlBool>

/** The one condition that previews, pages, deletions, restorations and lists of a scope share. */
export function where(scope: Scope, engine: Engine): (builder: Builder) => ExpressionWrapper<Schema, 'source_map', SqlBool> {
  const { leading, rest, withoutRelease } = lookUp(scope.selection)
  // Ids are found by the primary key, which does not know the kind
  const byKey = leading.some(each => each.filter === 'id' || each.filter === 'uuid')
  return builder =>
    builder.and([
      builder('organization', '=', scope.organization),
      byKey ? sql<SqlBool>`${engine.unindexed(sql.ref('kind'))} = ${scope.selection.kind}` : builder('kind', '=', scope.selection.kind),
      ...inState(builder, scope.state),
      ...(withoutRelease.has(scope.state) ? [builder('service', 'is', null), builder('version', 'is', null)] : []),
      ...leading.map(each => matches(builder, each, { scope, engine: undefined })),
      ...rest.map(each => matches(builder, each, { scope, engine })),
      ...(scope.upTo === undefined ? [] : [builder('id', '<=', scope.upTo)]),
      ...keptByNone(engine, scope.without ?? [])(builder),
    ])
}

function inState(builder: Builder, state: Scope['state']): Condition[] {
  if (state === 'live') return [builder('deleted_at', 'is', null)]
  return [builder('deleted_at', 'is not', null), builder('purged_at', 'is', null)]
}

interface Context {
  readonly scope: Scope
  /** Given when the column must not lead to an index. */
  readonly engine: Engine | undefined
}

function matches(builder: Builder, { filter: name, values }: Criterion, context: Context): Condition {
  if (name === 'id') return hasId(builder, values)
  if (name === 'uuid') return hasUuid(builder, values, context)
  if (name === 'filename') return hasFileName(builder, values[0] ?? '', context)
  const column = filter(name).field as FieldName
  return field(column).caseless ? equalsCaseless(column, values, context) : equals(column, values, context)
}

function hasId(builder: Builder, values: readonly string[]): Condition {
  const ids = values.map(idNumber).filter(id => id !== undefined)
  return ids.length > 0 ? builder('id', 'in', ids) : sql<SqlBool>`1 = 0`
}

function hasUuid(builder: Builder, values: readonly string[], { scope }: Context): Condition {
  const holders = builder
    .selectFrom('source_map_uuid')
    .select('source_map_uuid.id')
    .where('source_map_uuid.organization', '=', scope.organization)
    .where('source_map_uuid.uuid', 'in', values.map(foldCase))
  return builder('source_map.id', 'in', holders)
}

/**
 * A js file name is the last segment of its path, so both are asked through the index over paths; the other kinds have names
 * without a path and an index of their own. `wire:` decision 17.
 */
function hasFileName(builder: Builder, value: string, context: Context): Condition {
  if (context.scope.selection.kind !== 'js')
    return builder.and([equals('file_name', [value], context), builder('absolute_path', 'is', null)])
  const last = value.slice(value.lastIndexOf('/') + 1)
  const path = last === value ? builder('absolute_path', 'is not', null) : builder('absolute_path', '=', value)
  return last === '' ? path : builder.and([equals('file_name', [last], context), path])
}

function equals(column: FieldName, values: readonly string[], { engine }: Context): Condition {
  const reference = engine ? engine.unindexed(sql.ref(column)) : sql.ref(column)
  return oneOf(
    reference,
    values.map(value => sql`${value}`),
  )
}

/** Ignores case for the given values that are hex or UUIDs; the index holds the column in lower case. `wire:` decision 6. */
function equalsCaseless(column: FieldName, values: readonly string[], context: Context): Condition {
  const lower = sql`lower(${sql.ref(column)})`
  const reference = context.engine ? context.engine.unindexed(lower) : lower
  const exact = values.filter(value => !isCaseless(value))
  const inIndex = oneOf(reference, values.map(lowered))
  // The index holds those that have the attribute, and says so
  const present = sql<SqlBool>`${sql.ref(column)} is not null`
  if (exact.length === 0) return sql<SqlBool>`${present} and ${inIndex}`
  const caseless = values.filter(isCaseless)
  const precise = equals(column, exact, { ...context, engine: undefined })
  const either = caseless.length > 0 ? sql<SqlBool>`(${oneOf(lower, caseless.map(lowered))} or ${precise})` : precise
  return sql<SqlBool>`${present} and ${inIndex} and ${either}`
}

function oneOf(
  reference: RawBuilder<unknown> | ReturnType<Engine['unindexed']>,
  values: readonly RawBuilder<unknown>[],
): RawBuilder<SqlBool> {
  const [only] = values
  if (values.length === 1 && only) return sql<SqlBool>`${reference} = ${only}`
  return sql<SqlBool>`${reference} in (${sql.join(values)})`
}

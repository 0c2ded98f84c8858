import { type ExpressionBuilder, type ExpressionWrapper, type RawBuilder, type SqlBool, sql } from 'kysely'
import { type FieldName, field } from '../domain/fields.ts'
import { type FilterName, filter } from '../domain/filters.ts'
import type { Scope } from '../operations/ports/passage-catalog.ts'
import { type AskedForm, type AskedValues, asked, type CriterionValues } from './asked.ts'
import { lookUp } from './driver-filter.ts'
import type { Engine } from './engine.ts'
import { keptByNone } from './held.ts'
import type { Schema } from './schema.ts'

type Builder = ExpressionBuilder<Schema, 'source_map'>
type Condition = ExpressionWrapper<Schema, 'source_map', SqlBool> | RawBuilder<SqlBool>

/** The one condition that previews, pages, deletions, restorations and lists of a scope share. */
export function where(scope: Scope, engine: Engine): (builder: Builder) => ExpressionWrapper<Schema, 'source_map', SqlBool> {
  const { form, values } = asked(scope)
  const matches = whereAsked(engine, form, values)
  return builder => builder.and([matches(builder), ...keptByNone(engine, scope.without ?? [])(builder)])
}

/** The same of what a scope asks, without holds: its text depends on nothing but the form and how many values there are. */
export function whereAsked(
  engine: Engine,
  { kind, state, filters }: AskedForm,
  { organization, upTo, criteria }: AskedValues,
): (builder: Builder) => ExpressionWrapper<Schema, 'source_map', SqlBool> {
  const each = filters.map((name, at) => ({ filter: name, ...valuesAt(criteria, at) }))
  const { leading, rest, withoutRelease } = lookUp({ kind, criteria: each })
  // Ids are found by the primary key, which does not know the kind
  const byKey = leading.some(({ filter: name }) => name === 'id' || name === 'uuid')
  return builder =>
    builder.and([
      builder('organization', '=', organization),
      byKey ? sql<SqlBool>`${engine.unindexed(sql.ref('kind'))} = ${kind}` : builder('kind', '=', kind),
      ...inState(builder, state),
      ...(withoutRelease.has(state) ? [builder('service', 'is', null), builder('version', 'is', null)] : []),
      ...leading.map(criterion => matches(builder, criterion, { kind, organization, engine: undefined })),
      ...rest.map(criterion => matches(builder, criterion, { kind, organization, engine })),
      ...(upTo === undefined ? [] : [builder('id', '<=', upTo)]),
    ])
}

/** A filter that lost its values would let through what it is there to keep out. */
function valuesAt(criteria: AskedValues['criteria'], at: number): CriterionValues {
  const values = criteria[at]
  if (!values) throw new Error('a filter of a condition has no values')
  return values
}

function inState(builder: Builder, state: Scope['state']): Condition[] {
  if (state === 'live') return [builder('deleted_at', 'is', null)]
  return [builder('deleted_at', 'is not', null), builder('purged_at', 'is', null)]
}

interface Context extends Pick<AskedForm, 'kind'>, Pick<AskedValues, 'organization'> {
  /** Given when the column must not lead to an index. */
  readonly engine: Engine | undefined
}

type Criterion = CriterionValues & { readonly filter: FilterName }

function matches(builder: Builder, criterion: Criterion, context: Context): Condition {
  const { filter: name, among } = criterion
  if (name === 'id') return among.length > 0 ? builder('id', 'in', among as readonly number[]) : sql<SqlBool>`1 = 0`
  if (name === 'uuid') return hasUuid(builder, criterion, context)
  if (name === 'filename') return hasFileName(builder, criterion, context)
  const column = filter(name).field as FieldName
  return field(column).caseless ? equalsCaseless(column, criterion, context) : equals(column, among, context)
}

function hasUuid(builder: Builder, { among }: Criterion, { organization }: Context): Condition {
  const holders = builder
    .selectFrom('source_map_uuid')
    .select('source_map_uuid.id')
    .where('source_map_uuid.organization', '=', organization)
    .where('source_map_uuid.uuid', 'in', among as readonly string[])
  return builder('source_map.id', 'in', holders)
}

/**
 * A js file name is the last segment of its path, so both are asked through the index over paths; the other kinds have names
 * without a path and an index of their own. `wire:` decision 17.
 */
function hasFileName(builder: Builder, { among, path }: Criterion, context: Context): Condition {
  if (context.kind !== 'js') return builder.and([equals('file_name', among, context), builder('absolute_path', 'is', null)])
  const onPath = path === undefined ? builder('absolute_path', 'is not', null) : builder('absolute_path', '=', path)
  return among.length === 0 ? onPath : builder.and([equals('file_name', among, context), onPath])
}

function equals(column: FieldName, values: CriterionValues['among'], { engine }: Pick<Context, 'engine'>): Condition {
  return oneOf(engine ? engine.unindexed(sql.ref(column)) : sql.ref(column), values)
}

/** Ignores case for the given values that are hex or UUIDs; the index holds the column in lower case. `wire:` decision 6. */
function equalsCaseless(column: FieldName, { among, exact, caseless }: Criterion, { engine }: Context): Condition {
  const lower = sql`lower(${sql.ref(column)})`
  const inIndex = oneOf(engine ? engine.unindexed(lower) : lower, among)
  // The index holds those that have the attribute, and says so
  const present = sql<SqlBool>`${sql.ref(column)} is not null`
  if (exact.length === 0) return sql<SqlBool>`${present} and ${inIndex}`
  const precise = equals(column, exact, { engine: undefined })
  const either = caseless.length > 0 ? sql<SqlBool>`(${oneOf(lower, caseless)} or ${precise})` : precise
  return sql<SqlBool>`${present} and ${inIndex} and ${either}`
}

function oneOf(reference: RawBuilder<unknown> | ReturnType<Engine['unindexed']>, values: CriterionValues['among']): RawBuilder<SqlBool> {
  const [only] = values
  return values.length === 1 ? sql<SqlBool>`${reference} = ${only}` : sql<SqlBool>`${reference} in (${sql.join(values)})`
}

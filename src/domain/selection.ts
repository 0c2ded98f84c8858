import { type FilterName, filter, filterNames, filterParameter } from './filters.ts'
import { type Kind, type KindEntry, kind } from './kinds.ts'
import { Problem, parameterReason, type Reason } from './problem.ts'

/** One filter of a selection with its distinct values; a map matches when any of them does. */
export interface Criterion {
  readonly filter: FilterName
  readonly values: readonly string[]
}

/** A validated choice of maps: one kind, and criteria that must all hold. */
export interface Selection {
  readonly kind: Kind
  readonly criteria: readonly Criterion[]
}

/** A query string as decoded pairs, in the order of the request. */
export type Query = readonly (readonly [name: string, value: string])[]

/** What a door allows beside the filters themselves. */
export interface SelectionRules {
  /** Kinds this door knows. */
  readonly kinds: readonly Kind[]
  /** The kind when none is named; without it naming one is required. */
  readonly defaultKind?: Kind
  /** Query parameters beside mapkind and the filters. */
  readonly parameters: readonly string[]
  /** What happens to other unknown parameters: a deletion refuses them, a list does not mind. */
  readonly unknown: 'refuse' | 'ignore'
  /** Filters that must be given, from the kind's table; a list may be freer in some modes. */
  readonly required: (entry: KindEntry, given: ReadonlySet<FilterName>) => readonly FilterName[]
  /** Whether a selection without any filter is refused. */
  readonly filterRequired: boolean
  /** Most distinct versions; none for lists. */
  readonly maxVersions?: number
}

/** The kind and filters of a query, every fault of it found at once; throws a {@link Problem} that names each parameter. */
export function select(query: Query, rules: SelectionRules): Selection {
  const reasons: Reason[] = []
  const name = readKind(query, rules, reasons)
  reasons.push(...unknownParameters(query, rules, name))
  const criteria = name ? readCriteria(query, kind(name)) : []
  reasons.push(...criteria.flatMap(criterion => criterionFaults(criterion, rules)))
  if (name) reasons.push(...missingFilters(kind(name), criteria, rules))
  // Who gave a filter that does not count is told of that one only
  if (name && reasons.length === 0 && criteria.length === 0 && rules.filterRequired) reasons.push(missingAnyFilter(kind(name)))
  if (!name || reasons.length > 0) throw new Problem('bad_request', reasons)
  return { kind: name, criteria: criteria.map(each => ({ filter: each.filter, values: [...new Set(each.values)] })) }
}

/** The required filters of a kind that a deletion insists on. `wire:` decisions 2 and 23. */
export function requiredFilters(entry: KindEntry, given: ReadonlySet<FilterName>): readonly FilterName[] {
  return entry.instead && given.has(entry.instead) ? [] : entry.required
}

/** The values of a query parameter, in order. */
export function queryValues(query: Query, name: string): string[] {
  return query.flatMap(([each, value]) => (each === name ? [value] : []))
}

function readKind(query: Query, rules: SelectionRules, reasons: Reason[]): Kind | undefined {
  const values = queryValues(query, 'mapkind')
  const allowed = `mapkind must be one of ${rules.kinds.join(', ')}`
  if (values.length === 0 && rules.defaultKind) return rules.defaultKind
  if (values.length > 1) reasons.push(parameterReason('mapkind', 'mapkind must be given once'))
  else if (values.length === 0) reasons.push(parameterReason('mapkind', `mapkind is required; ${allowed}`))
  const found = rules.kinds.find(each => each === values[0])
  if (!found && values.length === 1) reasons.push(parameterReason('mapkind', `${allowed}, in lower case`))
  return found
}

function unknownParameters(query: Query, rules: SelectionRules, name: Kind | undefined): Reason[] {
  const known = new Set(['mapkind', ...rules.parameters])
  const given = [...new Set(query.map(([each]) => each))].filter(each => !known.has(each))
  return given.flatMap(parameter => {
    const filterName = filterNames.find(each => filterParameter(each) === parameter)
    if (filterName) return name ? unsupportedFilter(filterName, name) : []
    if (rules.unknown === 'ignore' && !parameter.startsWith('filter')) return []
    return [parameterReason(parameter, `unknown parameter ${quote(parameter)}; ${supported(name, rules)}`)]
  })
}

function unsupportedFilter(filterName: FilterName, name: Kind): Reason[] {
  if (kind(name).filters.includes(filterName)) return []
  const allowed = kind(name).filters.map(filterParameter).join(', ')
  const parameter = filterParameter(filterName)
  return [parameterReason(parameter, `${parameter} is not supported for mapkind ${name}; it takes ${allowed}`)]
}

function supported(name: Kind | undefined, rules: SelectionRules): string {
  const allowed = name ? kind(name).filters.map(filterParameter) : ['filter[…]']
  return `allowed are ${['mapkind', ...rules.parameters, ...allowed].join(', ')}`
}

function readCriteria(query: Query, entry: KindEntry): Criterion[] {
  const given = entry.filters.map(name => ({ filter: name, values: queryValues(query, filterParameter(name)) }))
  return given.filter(criterion => criterion.values.length > 0)
}

function criterionFaults({ filter: name, values }: Criterion, rules: SelectionRules): Reason[] {
  const parameter = filterParameter(name)
  const faults: Reason[] = []
  const fault = (detail: string) => faults.push(parameterReason(parameter, `${parameter} ${detail}`))
  if (!filter(name).many && values.length > 1) fault('must be given once')
  if (values.some(value => value.trim() === '')) fault('must not be empty')
  if (values.some(value => value.includes('\0'))) fault('must not contain a NUL character')
  const distinct = new Set(values).size
  if (name === 'version' && rules.maxVersions && distinct > rules.maxVersions)
    fault(`takes at most ${rules.maxVersions} versions; ${distinct} were given`)
  return faults
}

function missingFilters(entry: KindEntry, criteria: readonly Criterion[], rules: SelectionRules): Reason[] {
  const given = new Set(criteria.map(criterion => criterion.filter))
  const missing = rules.required(entry, given).filter(name => !given.has(name))
  const instead = entry.instead ? `, unless ${filterParameter(entry.instead)} is given` : ''
  return missing.map(name =>
    parameterReason(filterParameter(name), `${filterParameter(name)} is required for ${plural(entry.title)}${instead}`),
  )
}

function missingAnyFilter(entry: KindEntry): Reason {
  const first = entry.filters.find(name => name !== 'id') ?? 'id'
  const all = entry.filters.map(filterParameter).join(', ')
  return parameterReason(filterParameter(first), `at least one filter is required for ${plural(entry.title)}: ${all}`)
}

/** What stands in brackets behind a name stays as it is. */
function plural(title: string): string {
  return title.replace(/(?= \()|$/, 's')
}

function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text)
}

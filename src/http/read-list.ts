import { type FilterName, filterParameter } from '../domain/filters.ts'
import type { Kind } from '../domain/kinds.ts'
import { Problem, parameterReason, type Reason } from '../domain/problem.ts'
import { type Query, queryValues, requiredFilters, type Selection, type SelectionRules, select } from '../domain/selection.ts'
import type { Principal } from '../operations/authenticate.ts'
import type { ListPage } from '../operations/list.ts'
import type { ListQuery } from '../operations/ports/read-catalog.ts'
import { collectReasons } from './collect-reasons.ts'
import { type CursorList, readCursor } from './list-cursor.ts'
import { lastPage, readPageNumber, readPageSize } from './read-page.ts'
import { singleValue } from './single-value.ts'

/** What a list asks for. */
export interface ListWish {
  readonly query: ListQuery
  /** What its cursors are sealed to. */
  readonly sealedTo: CursorList
  readonly page: ListPage & { readonly withTotal: boolean }
  /** How the next page is named: by a cursor, by the client's own counting, or there is none. */
  readonly next: 'cursor' | 'number' | 'none'
}

/** Most filter values that one list combines. `wire:` decision 16. */
const maxValues = 2000

const pageParameters = ['search_by', 'page[size]', 'page[number]', 'page[after]']

/** Who asks for a list, and at which door. */
export interface ListAsker extends Pick<Principal, 'organization' | 'organizationUuid'> {
  readonly kinds: readonly Kind[]
}

/** Reads a list from a query, every fault of it at once. `wire:` wire-api section 4, decisions 5 and 11 to 16. */
export function readList(query: Query, { kinds, organization, organizationUuid }: ListAsker): ListWish {
  refuseTooMany(query)
  const reasons: Reason[] = []
  const given = (name: string) => queryValues(query, name).length > 0
  const browsing = given('search_by')
  const selection = collectReasons(reasons, () => select(query, listRules(kinds, browsing ? 'browsing' : 'filters')))
  const size = collectReasons(reasons, () => readPageSize(query))
  const number = collectReasons(reasons, () => readPageNumber(query))
  const after = collectReasons(reasons, () => singleValue(query, 'page[after]'))
  if (browsing) reasons.push(...browsingFaults(query))
  if (selection) reasons.push(...modeFaults(selection, { browsing, numbered: given('page[number]'), after: given('page[after]') }))
  if (reasons.length > 0 || !selection || size === undefined) throw new Problem('bad_request', reasons)
  const wanted = { selection, withDebugId: browsing }
  const sealedTo = { ...wanted, organizationUuid }
  return { query: { ...wanted, organization }, sealedTo, ...paging(sealedTo, { size, number, after }) }
}

/** What a list takes; browsing by debug id needs no filter at all. */
export function listRules(kinds: readonly Kind[], mode: 'filters' | 'browsing'): SelectionRules {
  return {
    kinds,
    defaultKind: 'js',
    parameters: pageParameters,
    unknown: 'ignore',
    required: (entry, filters) => (mode === 'browsing' ? [] : requiredFilters(entry, filters)),
    filterRequired: false,
  }
}

/** Throws Problem `too_large` when a list combines more filter values than it may. */
export function refuseTooMany(query: Query): void {
  const count = query.filter(([name]) => name.startsWith('filter')).length
  if (count > maxValues) throw new Problem('too_large', `A list combines at most ${maxValues} filter values; ${count} were given`)
}

function browsingFaults(query: Query): Reason[] {
  const values = queryValues(query, 'search_by')
  if (values.length > 1) return [parameterReason('search_by', 'search_by must be given once')]
  if (values[0] !== 'debug_id') return [parameterReason('search_by', 'search_by must be debug_id')]
  const excluded = [...(['service', 'version', 'filename'] as const).map(filterParameter), 'page[number]']
  const given = excluded.filter(name => queryValues(query, name).length > 0)
  return given.map(name => parameterReason(name, `${name} is not allowed with search_by=debug_id`))
}

interface Mode {
  readonly browsing: boolean
  readonly numbered: boolean
  readonly after: boolean
}

function modeFaults(selection: Selection, { browsing, numbered, after }: Mode): Reason[] {
  const faults: Reason[] = []
  if (selection.kind !== 'js' && browsing) faults.push(parameterReason('search_by', 'search_by is for mapkind js only'))
  if (!after) return faults
  const refuse = (detail: string) => faults.push(parameterReason('page[after]', `page[after] is ${detail}`))
  if (selection.kind !== 'js') refuse('for mapkind js only; use page[number]')
  if (numbered) refuse('not allowed with page[number]')
  if (!browsing && has(selection, 'debug_id')) refuse('not for looking one debug id up')
  return faults
}

interface Place {
  readonly size: number
  readonly number: number | undefined
  readonly after: string | undefined
}

function paging(list: CursorList, { size, number, after }: Place): Pick<ListWish, 'page' | 'next'> {
  const { selection, withDebugId } = list
  if (selection.kind !== 'js') return { page: { number: number ?? 1, size, withTotal: true }, next: 'number' }
  // wire: one debug id has at most one result, the newest (wire-api section 4, mode 2)
  if (!withDebugId && has(selection, 'debug_id')) {
    const first = (number ?? 1) === 1
    return { page: { number: first ? 1 : lastPage, size: 1, withTotal: !first }, next: 'none' }
  }
  if (number !== undefined) return { page: { number, size, withTotal: true }, next: 'number' }
  const place = after === undefined ? undefined : readCursor(list, after)
  return { page: { after: place?.id, size, total: place?.total, withTotal: !withDebugId }, next: 'cursor' }
}

function has({ criteria }: Selection, name: FilterName): boolean {
  return criteria.some(criterion => criterion.filter === name)
}

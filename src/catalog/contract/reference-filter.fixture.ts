import type { Attributes } from '../../domain/fields.ts'
import type { FilterName } from '../../domain/filters.ts'
import type { Kind } from '../../domain/kinds.ts'
import type { Selection } from '../../domain/selection.ts'

/** A map as the tests remember it. */
export interface ModelMap {
  readonly organization: number
  readonly id: number
  readonly kind: Kind
  readonly size: number
  readonly attributes: Attributes
  deleted: boolean
  stateVersion: number
}

/** The column that a filter looks at, written down again so that a slip in the table of filters is noticed. */
const columns: Readonly<Record<Exclude<FilterName, 'id'>, keyof Attributes>> = {
  service: 'service',
  version: 'version',
  variant: 'variant',
  build_id: 'build_id',
  uuid: 'uuids',
  platform: 'platform',
  build_number: 'build_number',
  bundle_name: 'bundle_name',
  arch: 'arch',
  symbol_source: 'symbol_source',
  origin: 'origin',
  origin_version: 'origin_version',
  filename: 'file_name',
  debug_id: 'debug_id',
  gnu_build_id: 'gnu_build_id',
  go_build_id: 'go_build_id',
  file_hash: 'file_hash',
}

const caseless: readonly FilterName[] = ['debug_id', 'uuid', 'build_id', 'gnu_build_id', 'file_hash']
const hexOrUuid = /^([0-9a-f]+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i

/** Whether a map is meant by a selection, as naively as the contract says it. */
export function isMeant(map: ModelMap, selection: Selection): boolean {
  return map.kind === selection.kind && selection.criteria.every(({ filter, values }) => values.some(value => hasValue(map, filter, value)))
}

function hasValue(map: ModelMap, filter: FilterName, value: string): boolean {
  if (filter === 'id') return String(map.id) === value
  if (filter === 'filename' && map.kind === 'js' && map.attributes.absolute_path === value) return true
  const own = map.attributes[columns[filter]]
  if (own === undefined) return false
  if (filter === 'uuid') return own.split(',').some(member => isSame(filter, member.trim(), value))
  return isSame(filter, own, value)
}

function isSame(filter: FilterName, own: string, value: string): boolean {
  const ignoreCase = caseless.includes(filter) && hexOrUuid.test(value)
  return ignoreCase ? own.toLowerCase() === value.toLowerCase() : own === value
}

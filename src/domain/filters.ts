import type { FieldName } from './fields.ts'

/** One `filter[…]` of the wire: the attribute it looks at and how many values it takes. */
export interface Filter {
  readonly field: FieldName | 'id'
  readonly many: boolean
  readonly title: string
}

/** Every filter a selection can use. `wire:` wire-api section 3; a repeated key means OR, a comma is data. */
export const filters = {
  service: { field: 'service', many: true, title: 'service names' },
  version: { field: 'version', many: true, title: 'versions of the service' },
  id: { field: 'id', many: true, title: 'source map ids' },
  variant: { field: 'variant', many: true, title: 'build variants' },
  build_id: { field: 'build_id', many: true, title: 'build ids' },
  uuid: { field: 'uuids', many: true, title: 'dSYM UUIDs' },
  platform: { field: 'platform', many: true, title: 'platforms' },
  build_number: { field: 'build_number', many: true, title: 'build numbers' },
  bundle_name: { field: 'bundle_name', many: true, title: 'bundle names' },
  arch: { field: 'arch', many: true, title: 'CPU architectures' },
  symbol_source: { field: 'symbol_source', many: true, title: 'symbol sources' },
  origin: { field: 'origin', many: true, title: 'origins' },
  origin_version: { field: 'origin_version', many: true, title: 'versions of the origin' },
  filename: { field: 'file_name', many: false, title: 'file name or path' },
  debug_id: { field: 'debug_id', many: false, title: 'debug id' },
  gnu_build_id: { field: 'gnu_build_id', many: false, title: 'GNU build id' },
  go_build_id: { field: 'go_build_id', many: false, title: 'Go build id' },
  file_hash: { field: 'file_hash', many: false, title: 'file hash' },
} as const satisfies Record<string, Filter>

/** The name between the brackets of `filter[…]`. */
export type FilterName = keyof typeof filters

/** All filter names, in the order of the reference. */
export const filterNames = Object.keys(filters) as FilterName[]

/** The table entry of one filter. */
export function filter(name: FilterName): Filter {
  return filters[name]
}

/** A filter's name as a query parameter. */
export function filterParameter(name: FilterName): string {
  return `filter[${name}]`
}

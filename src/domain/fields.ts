/** What the catalog and the doors need to know of one attribute. */
export interface Field {
  readonly title: string
  /** Compared without regard to case when the given value is hex digits or a dashed UUID. */
  readonly caseless?: true
  /** Several comma-joined values in one string; each member can be matched on its own. */
  readonly members?: true
}

/** Every attribute a source map can carry, beside `created_at`, `mapkind` and `size`, which all have. */
export const fields = {
  absolute_path: { title: 'path of the minified file' },
  arch: { title: 'CPU architecture, in the uploader’s word' },
  assembly_name: { title: '.NET assembly name' },
  build_id: { title: 'build id', caseless: true },
  build_number: { title: 'build number' },
  bundle_name: { title: 'bundle name' },
  bundle_version: { title: 'bundle version' },
  debug_id: { title: 'debug id', caseless: true },
  domain: { title: 'host of the minified file’s URL' },
  file_hash: { title: 'file hash', caseless: true },
  file_name: { title: 'file name' },
  gnu_build_id: { title: 'GNU build id', caseless: true },
  go_build_id: { title: 'Go build id' },
  origin: { title: 'origin of the symbols' },
  origin_version: { title: 'version of the origin' },
  pdb_age: { title: 'PDB age' },
  pdb_sig: { title: 'PDB signature', caseless: true },
  platform: { title: 'platform' },
  service: { title: 'service' },
  symbol_source: { title: 'where the symbols were taken from' },
  uuids: { title: 'UUIDs of the dSYM', caseless: true, members: true },
  variant: { title: 'build variant' },
  version: { title: 'version of the service' },
  version_code: { title: 'version code' },
} as const satisfies Record<string, Field>

/** The name of an attribute that is stored as a column of the catalog. */
export type FieldName = keyof typeof fields

/** The attributes of one source map as stored; what is not known is left out. */
export type Attributes = { readonly [name in FieldName]?: string }

/** All attribute names, in alphabetical order. */
export const fieldNames = Object.keys(fields) as FieldName[]

/** The table entry of one attribute. */
export function field(name: FieldName): Field {
  return fields[name]
}

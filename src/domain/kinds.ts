import { type Event, eventText } from './event.ts'
import type { Attributes, FieldName } from './fields.ts'
import type { FilterName } from './filters.ts'
import { minifiedUrlAttributes } from './minified-url.ts'

/** Everything that is peculiar to one kind. Each entry is proved by wire-api sections 3 and 5 and wire-intake sections 3 to 8. */
export interface KindEntry {
  readonly title: string
  /** Whether Datadog's API knows the kind (as `mapkind`); the others are reached through mapkeep's own endpoints only. */
  readonly wire: boolean
  readonly eventType: string
  /** Multipart names of the files; the first one is the map, whose length is the map's size. */
  readonly parts: readonly [string, ...string[]]
  /** File parts that may be missing. */
  readonly optionalParts?: readonly string[]
  /** The attributes shown, in the order of the wire, beside created_at, mapkind and size. */
  readonly attributes: readonly FieldName[]
  /** Attributes stored beside those shown, because they tell two maps of the kind apart. */
  readonly identifying?: readonly FieldName[]
  /** Filters without which a selection of this kind is refused. */
  readonly required: readonly FilterName[]
  /** A filter that stands in for the required ones. `wire:` decision 23. */
  readonly instead?: FilterName
  readonly filters: readonly FilterName[]
  /** What an upload must tell, as alternatives: one list must be there in full. */
  readonly needs: readonly (readonly string[])[]
  /** Bytes one file part may have, as the name of the limit. */
  readonly limit: 'file' | 'archive'
  /** Attributes that are not simply the event's member of the same name: such a member is ignored. */
  readonly derived?: Derived
}

/** Attributes made of something else in the event; `partName` is the map's file name in the request. */
export interface Derived {
  readonly attributes: readonly FieldName[]
  readonly from: (event: Event, partName: string | undefined) => Attributes
}

const release = ['service', 'version'] as const

/** The kinds of source map, each with all its facts. */
export const kinds = {
  js: {
    title: 'JavaScript source map',
    wire: true,
    eventType: 'js_sourcemap',
    parts: ['source_map', 'minified_file'],
    attributes: ['absolute_path', 'build_id', 'debug_id', 'domain', 'file_name', 'service', 'variant', 'version', 'version_code'],
    required: release,
    instead: 'debug_id',
    filters: ['service', 'version', 'id', 'filename', 'debug_id'],
    needs: [['service', 'version', 'minified_url'], ['debug_id']],
    limit: 'file',
    derived: {
      attributes: ['absolute_path', 'domain', 'file_name'],
      from: event => minifiedUrlAttributes(eventText(event, 'minified_url') ?? ''),
    },
  },
  jvm: {
    title: 'JVM mapping file (ProGuard, R8)',
    wire: true,
    eventType: 'jvm_mapping_file',
    parts: ['jvm_mapping_file'],
    attributes: ['build_id', 'service', 'variant', 'version', 'version_code'],
    required: release,
    filters: ['service', 'version', 'id', 'variant', 'build_id'],
    needs: [release],
    limit: 'file',
  },
  ios: {
    title: 'iOS dSYM',
    wire: true,
    eventType: 'ios_symbols',
    parts: ['symbols_archive'],
    attributes: ['uuids'],
    required: [],
    filters: ['id', 'uuid'],
    needs: [['uuids']],
    limit: 'archive',
  },
  react: {
    title: 'React Native source map',
    wire: true,
    eventType: 'react_native_sourcemap',
    parts: ['source_map', 'minified_file'],
    optionalParts: ['minified_file'],
    attributes: ['build_number', 'bundle_name', 'bundle_version', 'debug_id', 'platform', 'service', 'version'],
    required: release,
    filters: ['service', 'version', 'id', 'platform', 'build_number', 'bundle_name', 'debug_id'],
    needs: [['service', 'version', 'platform', 'bundle_name']],
    limit: 'file',
  },
  flutter: {
    title: 'Flutter symbol file',
    wire: true,
    eventType: 'flutter_symbol_file',
    parts: ['flutter_symbol_file'],
    attributes: ['arch', 'service', 'variant', 'version'],
    identifying: ['platform'],
    required: release,
    filters: ['service', 'version', 'id', 'arch'],
    needs: [['service', 'version', 'arch']],
    limit: 'file',
  },
  elf: {
    title: 'ELF symbol file',
    wire: true,
    eventType: 'elf_symbol_file',
    parts: ['elf_symbol_file'],
    attributes: ['arch', 'file_hash', 'file_name', 'gnu_build_id', 'go_build_id', 'origin', 'origin_version', 'symbol_source'],
    required: [],
    filters: ['id', 'arch', 'symbol_source', 'origin', 'origin_version', 'filename', 'gnu_build_id', 'go_build_id', 'file_hash'],
    needs: [['gnu_build_id'], ['go_build_id'], ['file_hash']],
    limit: 'file',
    derived: { attributes: ['file_name'], from: fileNameOfEvent },
  },
  ndk: {
    title: 'Android NDK symbol file',
    wire: true,
    eventType: 'ndk_symbol_file',
    parts: ['ndk_symbol_file'],
    attributes: ['arch', 'build_id', 'file_name'],
    required: [],
    filters: ['id', 'build_id', 'arch', 'filename'],
    needs: [['build_id', 'arch']],
    limit: 'file',
    // wire: datadog-ci puts the library's name into the part's filename only (wire-intake section 4)
    derived: {
      attributes: ['file_name'],
      from: (event, partName) => ({ ...(partName ? { file_name: partName } : {}), ...fileNameOfEvent(event) }),
    },
  },
  il2cpp: {
    title: 'Unity IL2CPP mapping file',
    wire: true,
    eventType: 'il2cpp_mapping_file',
    parts: ['il2cpp_mapping_file'],
    attributes: ['build_id'],
    required: [],
    filters: ['id', 'build_id'],
    needs: [['build_id']],
    limit: 'file',
  },
  pe: {
    title: 'Windows PE symbol file',
    wire: false,
    eventType: 'pe_symbol_file',
    parts: ['pe_symbol_file'],
    attributes: ['arch', 'file_name', 'origin', 'origin_version', 'pdb_age', 'pdb_sig', 'symbol_source'],
    required: [],
    filters: ['id', 'arch', 'symbol_source', 'origin', 'origin_version', 'filename'],
    needs: [['pdb_sig']],
    limit: 'file',
    derived: { attributes: ['file_name'], from: fileNameOfEvent },
  },
  ppdb: {
    title: '.NET portable PDB',
    wire: false,
    eventType: 'dotnet_portable_pdb',
    parts: ['dotnet_portable_pdb'],
    attributes: ['assembly_name', 'debug_id', 'file_name', 'origin', 'origin_version'],
    required: [],
    filters: ['id', 'origin', 'origin_version', 'filename', 'debug_id'],
    needs: [['debug_id']],
    limit: 'file',
    derived: { attributes: ['file_name'], from: fileNameOfEvent },
  },
  wasm: {
    title: 'WebAssembly symbol file',
    wire: false,
    eventType: 'wasm_symbol_file',
    parts: ['wasm_symbol_file'],
    attributes: ['build_id', 'file_name', 'origin', 'origin_version'],
    required: [],
    filters: ['id', 'build_id', 'origin', 'origin_version', 'filename'],
    needs: [['build_id']],
    limit: 'file',
    derived: { attributes: ['file_name'], from: fileNameOfEvent },
  },
  repository: {
    title: 'repository description',
    wire: false,
    eventType: 'repository',
    parts: ['repository'],
    optionalParts: ['repository'],
    attributes: [],
    required: [],
    filters: ['id'],
    needs: [['git_repository_url', 'git_commit_sha'], []],
    limit: 'file',
  },
} as const satisfies Record<string, KindEntry>

/** The name of a kind. */
export type Kind = keyof typeof kinds

/** All kinds, those of Datadog's API first. */
export const kindNames = Object.keys(kinds) as Kind[]

/** The kinds that Datadog's API knows, in the order of the reference. */
export const wireKinds = kindNames.filter(name => kinds[name].wire)

/** The table entry of one kind. */
export function kind(name: Kind): KindEntry {
  return kinds[name]
}

/** The kind whose uploads carry this `event.type`. */
export function kindOfEventType(type: string): Kind | undefined {
  return kindNames.find(name => kinds[name].eventType === type)
}

function fileNameOfEvent(event: Event): Attributes {
  const name = eventText(event, 'filename')
  return name ? { file_name: name } : {}
}

import { foldCase } from './caseless.ts'
import { type Event, eventText } from './event.ts'
import { type Attributes, type FieldName, field } from './fields.ts'
import type { Kind } from './kinds.ts'
import { members } from './members.ts'

/** What makes two uploads the same map, per kind. `wire:` wire-intake section 8. */
const identities: { readonly [name in Kind]: (event: Event, attributes: Attributes) => readonly (string | undefined)[] } = {
  js: (event, { service, version, debug_id }) => {
    const url = eventText(event, 'minified_url')
    return service && version && url ? ['url', service, version, url] : ['debug id', debug_id, service, version]
  },
  react: (_, a) => [a.service, a.version, a.platform, a.build_number, a.bundle_name, a.debug_id],
  ios: (_, a) =>
    members('uuids', a.uuids ?? '')
      .map(foldCase)
      .sort(),
  jvm: (_, a) => [a.service, a.version, a.variant, a.build_id, a.version_code],
  flutter: (_, a) => [a.service, a.version, a.variant, a.platform, a.arch],
  elf: (_, a) => (a.gnu_build_id || a.go_build_id ? ['build id', a.arch, a.gnu_build_id, a.go_build_id] : ['hash', a.file_hash]),
  ndk: (_, a) => [a.build_id, a.arch, a.file_name],
  il2cpp: (_, a) => [a.build_id],
  pe: (_, a) => [a.arch, a.pdb_sig, a.pdb_age],
  ppdb: (_, a) => [a.debug_id],
  wasm: (_, a) => [a.build_id],
  repository: event => [eventText(event, 'git_repository_url'), eventText(event, 'git_commit_sha')],
}

/** The identity of an upload as a list of texts; absent members are empty, ids are folded to one case. */
export function identity(kind: Kind, event: Event, attributes: Attributes): readonly string[] {
  return [kind, ...identities[kind](event, foldIds(attributes)).map(value => value ?? '')]
}

function foldIds(attributes: Attributes): Attributes {
  const folded = Object.entries(attributes).map(([name, value]) => [name, field(name as FieldName).caseless ? foldCase(value) : value])
  return Object.fromEntries(folded)
}

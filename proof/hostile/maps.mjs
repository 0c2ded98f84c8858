// One small upload of every kind: what the store holds before the first hostile request, and what hostile uploads are made of.
import { createHash } from 'node:crypto'

/** Stands in the names of all maps of organization b, and so in no answer to organization a. */
export const foreignMark = 'zqforeign'

const hex = (text, length) => createHash('sha256').update(text).digest('hex').slice(0, length)

const uuid = text => hex(text, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

const sourceMap = tag => JSON.stringify({ version: 3, file: `${tag}.js`, sources: [`${tag}.ts`], names: [], mappings: 'AAAA' })

/** A filter by the source of symbols alone is allowed, so that a canary needs one of its own. */
const sourceOf = (service, usual) => (service === 'canary' ? 'canary' : usual)

const own = part => tag => ({ [part]: `${part} of ${tag}` })

/** Per kind the members of its event beside the type, and its files, both made of a release and a tag. */
const makers = {
  js: {
    type: 'js_sourcemap',
    event: ({ service, version, tag }) => ({
      service,
      version,
      minified_url: `https://static.example/${tag}/main.min.js`,
      debug_id: uuid(tag),
    }),
    files: tag => ({ source_map: sourceMap(tag), minified_file: `// ${tag}` }),
  },
  jvm: {
    type: 'jvm_mapping_file',
    event: ({ service, version, tag }) => ({ service, version, variant: tag, build_id: hex(tag, 16) }),
    files: own('jvm_mapping_file'),
  },
  ios: {
    type: 'ios_symbols',
    event: ({ tag }) => ({ uuids: `${uuid(tag)},${uuid(`${tag} 2`).toUpperCase()}` }),
    files: own('symbols_archive'),
  },
  react: {
    type: 'react_native_sourcemap',
    event: ({ service, version, tag }) => ({
      service,
      version,
      platform: 'ios',
      bundle_name: tag,
      build_number: '7',
      debug_id: uuid(`r${tag}`),
    }),
    files: tag => ({ source_map: sourceMap(tag), minified_file: `// ${tag}` }),
  },
  flutter: {
    type: 'flutter_symbol_file',
    event: ({ service, version, tag }) => ({ service, version, arch: `arm64-${service}`, platform: 'android', variant: tag }),
    files: own('flutter_symbol_file'),
  },
  elf: {
    type: 'elf_symbol_file',
    event: ({ service, version, tag }) => ({
      gnu_build_id: hex(tag, 40),
      file_hash: hex(`hash ${tag}`, 32),
      arch: `x86_64-${service}`,
      symbol_source: sourceOf(service, 'debug_info'),
      origin: `from-${tag}`,
      origin_version: version,
      filename: `lib${tag}.so`,
    }),
    files: own('elf_symbol_file'),
  },
  ndk: {
    type: 'ndk_symbol_file',
    event: ({ service, tag }) => ({ build_id: hex(`ndk ${tag}`, 40), arch: `arm-${service}`, filename: `lib${tag}.so` }),
    files: own('ndk_symbol_file'),
  },
  il2cpp: { type: 'il2cpp_mapping_file', event: ({ tag }) => ({ build_id: `il-${tag}` }), files: own('il2cpp_mapping_file') },
  pe: {
    type: 'pe_symbol_file',
    event: ({ service, version, tag }) => ({
      pdb_sig: hex(`pe ${tag}`, 32),
      arch: `x64-${service}`,
      symbol_source: sourceOf(service, 'symbol_table'),
      origin: `from-${tag}`,
      origin_version: version,
      filename: `${tag}.dll`,
    }),
    files: own('pe_symbol_file'),
  },
  ppdb: {
    type: 'dotnet_portable_pdb',
    event: ({ version, tag }) => ({
      debug_id: uuid(`p${tag}`),
      origin: `from-${tag}`,
      origin_version: version,
      filename: `${tag}.pdb`,
    }),
    files: own('dotnet_portable_pdb'),
  },
  wasm: {
    type: 'wasm_symbol_file',
    event: ({ version, tag }) => ({
      build_id: hex(`wasm ${tag}`, 32),
      origin: `from-${tag}`,
      origin_version: version,
      filename: `${tag}.wasm`,
    }),
    files: own('wasm_symbol_file'),
  },
  repository: {
    type: 'repository',
    event: ({ tag }) => ({ git_repository_url: `https://git.example/${tag}.git`, git_commit_sha: hex(`git ${tag}`, 40) }),
    files: tag => ({
      repository: JSON.stringify({
        version: 1,
        data: [{ repository_url: `https://git.example/${tag}.git`, hash: hex(tag, 40), files: [] }],
      }),
    }),
  },
}

/** The kinds' names on the wire. */
export const kindNames = Object.keys(makers)

/** Kinds whose deletion must name a release. */
export const releaseKinds = ['js', 'jvm', 'react', 'flutter']

/** The upload of a map: `{ event, files }`, the same for the same names. */
export function mapOf(kind, { service, version, tag }) {
  const { type, event, files } = makers[kind]
  return { event: { type, ...event({ service, version, tag }) }, files: files(tag) }
}

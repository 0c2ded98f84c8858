// What an organization can ask. Everybody draws from the same few names, so that two organizations meet in all of them.

const services = ['shop', 'web']
const versions = ['1.0.0', '2.0.0']
const names = ['main', 'admin', 'cart']
const debugIds = ['0b1d7462-e967-4399-9b62-88142b9f9fd6', '5f0c3a52-96a4-4ac0-9d7f-0d3b7a1c2e11', '9a4dd1c1-2a55-4e5c-8f7a-6b1de0c0ffee']
const buildIds = ['26a778a8cce5184c392306354f50405c17c18a8b', '00a778a8cce5184c392306354f50405c17c18a8b']
const repository = { git_repository_url: 'https://github.com/acme/shop.git', git_commit_sha: '0123456789abcdef0123456789abcdef01234567' }
const boundary = '--------------------------0123456789abcdef01234567'
const own = '/api/mapkeep/v1'

/** Every kind of request by its name, as a function of the dice and of `ref`, which finds an id that somebody has or nobody. */
export const requests = {
  upload: d => uploadRequest(d.of(uploads)(d)),
  list: (d, ref) => ({
    path: d.of(['/api/v2/sourcemaps/list', `${own}/sourcemaps`]),
    query: { ...d.of(selections)(d, ref), ...d.of([{}, { 'page[size]': 1 }, { 'page[size]': 2 }, { 'page[number]': 2, 'page[size]': 1 }]) },
  }),
  browse: d => ({ path: '/api/v2/sourcemaps/list', query: { search_by: 'debug_id', 'page[size]': d.of([100, 1, 2]) } }),
  nextPage: (_, ref) => ref('cursors'),
  find: d => ({ path: '/api/v2/sourcemaps', query: { filename: d.of(names.map(name => `/${name}.min.js`)), ...release(d) } }),
  detail: (d, ref) => ({ method: d.of(['GET', 'GET', 'HEAD']), path: `${own}/sourcemaps/${ref('maps')}` }),
  download: (d, ref) => ({
    method: d.of(['GET', 'GET', 'HEAD']),
    path: `${own}/sourcemaps/${ref('maps')}/files/${d.of(['source_map', 'minified_file', 'elf_symbol_file'])}`,
    headers: d.of([{}, { range: 'bytes=2-9' }, { 'if-none-match': ref('etags') }, { 'if-range': ref('etags'), range: 'bytes=0-3' }]),
  }),
  pass: (d, ref) => passage(d, { ...d.of(selections)(d, ref), ...d.of([{}, {}, {}, { plan: ref('plans') }]) }),
  carryOut: (_, ref) => ref('previews'),
  repository: d => posted('/api/v2/sourcemaps/service_repository_info', 'service_repository_info', release(d)),
  exist: d => ({ ...jsonBody('/api/v2/sourcemaps/check_exists', { debug_ids: [d.of(debugIds), d.of(debugIds), 'none'] }) }),
  symbols: d =>
    posted('/api/v2/profiles/symbols/query', 'symbols-query-request', {
      buildIds: [d.of(buildIds), 'none'],
      arch: d.of(['amd64', 'arm64']),
    }),
  deleted: (d, ref) => ({ path: `${own}/deleted`, query: { ...d.of(selections)(d, ref), 'page[size]': d.of([100, 1]) } }),
  operations: d => ({ path: `${own}/operations`, query: { 'page[size]': d.of([100, 1, 2]) } }),
  operation: (d, ref) => ({ path: `${own}/operations/${ref('operations')}`, query: d.of([{}, { 'page[size]': 1 }]) }),
  undo: (d, ref) => ({
    method: 'POST',
    path: `${own}/operations/${ref('operations')}/undo`,
    query: d.of([{}, {}, { partial: true }]),
    headers: named(d),
  }),
  hold: (d, ref) =>
    posted(`${own}/holds`, 'holds', { selector: d.of(selectors)(d, ref), reason: d.of(['a release', 'a trial']), owner: 'release team' }),
  holds: d => ({ path: `${own}/holds`, query: d.of([{}, { all: true }]) }),
  release: (_, ref) => ({ method: 'DELETE', path: `${own}/holds/${ref('holds')}` }),
  usage: d => ({ path: `${own}/usage`, query: d.of([{}, { by: 'service,version,mapkind' }, { by: 'uploader' }]) }),
  audit: (d, ref) => ({
    path: `${own}/audit`,
    query: d.of([
      () => ({ 'page[size]': 2 }),
      () => ({ 'filter[actor]': ref('keys') }),
      () => ({ 'filter[subject]': ref(d.of(['operations', 'holds', 'keys', 'maps'])) }),
      () => ({ format: 'jsonl' }),
    ])(),
  }),
  keys: () => ({ path: `${own}/keys` }),
  makeKey: d => posted(`${own}/keys`, 'keys', { name: d.of(names), ...d.of([{ type: 'api' }, { type: 'application' }, administrator]) }),
  revoke: (_, ref) => ({ method: 'DELETE', path: `${own}/keys/${ref('keys')}` }),
  check: d => ({ path: d.of(['/api/v1/validate', '/api/v2/validate', '/api/v2/validate_keys']) }),
  open: d => ({ path: d.of(['/healthz', '/readyz', '/metrics', '/no/such/path', `${own}/sourcemaps/1/nothing`]) }),
}

/** What an organization looks at when a program is over, with a key that no limit has stopped: everything it has. */
export const lastLook = [
  ...['js', 'elf', 'jvm', 'pe'].flatMap(mapkind => lastLists(mapkind)),
  { path: `${own}/usage`, query: { by: 'service,version,mapkind,uploader' } },
  { path: `${own}/operations` },
  { path: `${own}/holds`, query: { all: true } },
  { path: `${own}/keys` },
  { path: `${own}/audit`, query: { format: 'jsonl' } },
  ...Array.from({ length: 6 }, (_, at) => ({ path: `${own}/sourcemaps/${at + 1}` })),
  ...Array.from({ length: 4 }, (_, at) => ({ path: `${own}/operations/op_${at + 1}` })),
]

function lastLists(mapkind) {
  if (mapkind === 'elf' || mapkind === 'pe') return [{ path: `${own}/sourcemaps`, query: { mapkind } }]
  const releases = services.flatMap(service => versions.map(version => ({ 'filter[service]': service, 'filter[version]': version })))
  return releases.flatMap(each => ['sourcemaps', 'deleted'].map(list => ({ path: `${own}/${list}`, query: { mapkind, ...each } })))
}

const release = d => ({ service: d.of(services), version: d.of(versions) })
const releaseFilters = d => ({ 'filter[service]': d.of(services), 'filter[version]': d.of(versions) })
const administrator = { type: 'application', permissions: ['rum_apps_read', 'mapkeep_admin'] }

const selections = [
  d => ({ mapkind: 'js', ...releaseFilters(d) }),
  (d, ref) => ({ mapkind: 'js', ...releaseFilters(d), 'filter[id]': [ref('maps'), ref('maps')] }),
  d => ({ mapkind: 'js', ...releaseFilters(d), 'filter[filename]': `${d.of(names)}.min.js` }),
  d => ({ mapkind: 'js', 'filter[debug_id]': d.of(debugIds) }),
  d => ({ mapkind: 'elf', 'filter[gnu_build_id]': d.of(buildIds) }),
  (_, ref) => ({ mapkind: 'elf', 'filter[id]': [ref('maps'), ref('maps')] }),
  d => ({ mapkind: 'jvm', ...releaseFilters(d) }),
  () => ({ mapkind: 'pe', 'filter[arch]': 'x64' }),
]

const selectors = [
  d => ({ mapkind: 'js', service: d.of(services) }),
  (_, ref) => ({ ids: [ref('maps')] }),
  d => ({ version: d.of(['2.*', '1.*', '*']) }),
  () => ({ mapkind: 'elf' }),
]

function passage(d, query) {
  const [verb, kindOfPath] = [d.of(['DELETE', 'PATCH']), d.of(['/api/v2', own])]
  const path = `${kindOfPath}/sourcemaps${verb === 'PATCH' ? '/restore' : ''}`
  const wish = d.of([{ dry_run: false }, { dry_run: true }, { dry_run: false, force: true, reason: 'made in haste' }])
  return { method: verb, path, query: { ...query, ...wish }, headers: named(d) }
}

const named = d => d.of([{}, {}, {}, { 'idempotency-key': 'first' }, { 'idempotency-key': 'second' }])

/** Contents too small to be worth compressing: when that happens in the background is no answer's business. */
const tinyMaps = ['a', 'b', 'c'].map(source => JSON.stringify({ version: 3, sources: [source], names: [], mappings: 'AAAA' }))

const uploads = [
  d => ({
    event: {
      type: 'js_sourcemap',
      ...release(d),
      minified_url: `https://static.example/${d.of(names)}.min.js`,
      ...d.of([{}, {}, { debug_id: d.of(debugIds) }, repository]),
    },
    files: { source_map: d.of(tinyMaps), minified_file: d.of(['f()', 'g()', 'h()']) },
  }),
  d => ({
    event: { type: 'elf_symbol_file', arch: d.of(['x86_64', 'aarch64']), gnu_build_id: d.of(buildIds), symbol_source: 'debug_info' },
    files: { elf_symbol_file: d.of(['f()', 'ELF 1', 'ELF 2']) },
  }),
  d => ({ event: { type: 'jvm_mapping_file', ...release(d) }, files: { jvm_mapping_file: d.of(['f()', 'jvm 1']) } }),
  d => ({ event: { type: 'pe_symbol_file', pdb_sig: d.of(buildIds), arch: 'x64' }, files: { pe_symbol_file: d.of(['g()', 'pe 1']) } }),
  d => ({ event: { type: 'js_sourcemap', service: d.of(services) }, files: { source_map: tinyMaps[0] } }),
]

/** Something large and easy to compress, so that the background has work at any time; only for who is not compared. */
export const largeUpload = d =>
  uploadRequest({
    event: { type: 'elf_symbol_file', arch: 'x86_64', gnu_build_id: d.of(buildIds), symbol_source: 'debug_info' },
    files: { elf_symbol_file: `${d.of(names)} is of no interest to anybody\n`.repeat(10_000) },
  })

/** An upload as a request, without keys. */
export function uploadRequest({ event, files }, encoding = 'utf8') {
  const parts = Object.entries({ event: JSON.stringify(event), ...files }).map(
    ([name, content]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\n\r\n${content}\r\n`,
  )
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` }
  return {
    method: 'POST',
    path: '/api/v2/srcmap',
    headers,
    body: Buffer.from(`${parts.join('')}--${boundary}--\r\n`, encoding),
    shown: { event, ...files },
  }
}

const posted = (path, type, attributes) => jsonBody(path, { data: { type, attributes } })

function jsonBody(path, body) {
  return { method: 'POST', path, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), shown: body }
}

/** An id, cursor or whole request of each sort that nobody was ever given. */
export const unknown = {
  maps: nth => String(900 + (nth % 9)),
  plans: nth => `pln_none${String(nth).padStart(12, '0')}`,
  operations: nth => `op_${900 + (nth % 9)}`,
  holds: nth => `hld_none${String(nth).padStart(8, '0')}`,
  keys: nth => `key_none${String(nth).padStart(8, '0')}`,
  etags: nth => `"none${nth}"`,
  cursors: nth => ({
    path: '/api/v2/sourcemaps/list',
    query: { 'filter[service]': 'shop', 'filter[version]': '1.0.0', 'page[after]': `none${nth}` },
  }),
  previews: nth => ({
    method: 'DELETE',
    path: '/api/v2/sourcemaps',
    query: { 'filter[service]': 'shop', 'filter[version]': '1.0.0', dry_run: false, plan: unknown.plans(nth), mapkind: 'js' },
  }),
}

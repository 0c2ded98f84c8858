// Requests that only ask: every route of the contract with hostile queries, paths, headers, cursors and ranges.
import fc from 'fast-check'
import { releaseKinds } from './maps.mjs'
import { joins, pairEdits, queryText } from './queries.mjs'
import { keyLines, render } from './request.mjs'
import { encodings, lineOf, nasty, nastyName, numbers, percent } from './words.mjs'

const pick = (...choices) => fc.constantFrom(...choices)

const keys = fc.oneof({ weight: 12, arbitrary: fc.constant('a') }, pick(...Object.keys(keyLines).filter(name => name !== 'b')))

const someHeaders = fc.oneof(
  { weight: 5, arbitrary: fc.constant([]) },
  {
    weight: 2,
    arbitrary: fc.array(
      fc.tuple(
        pick(
          ...[
            'X-Forwarded-For',
            'X-Forwarded-Host',
            'X-Forwarded-Proto',
            'Forwarded',
            'User-Agent',
            'Referer',
            'Cookie',
            'Accept',
            'Accept-Encoding',
            'Origin',
            'Via',
          ],
          ...[
            'X-Request-Id',
            'Request-Id',
            'traceparent',
            'tracestate',
            'baggage',
            'DD-EVP-ORIGIN',
            'DD-EVP-ORIGIN-VERSION',
            'Content-Type',
            'Idempotency-Key',
            'Accept-Version',
          ],
          ...[
            'If-None-Match',
            'If-Match',
            'If-Modified-Since',
            'Range',
            'Host',
            'Connection',
            'Upgrade-Insecure-Requests',
            'X-HTTP-Method-Override',
            'X-Original-URL',
            '__proto__',
            'constructor',
          ],
        ),
        fc.oneof(
          nasty.map(lineOf),
          pick(
            '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
            'DELETE',
            '/api/v2/sourcemaps',
            '127.0.0.1, 10.0.0.1',
            '::1%eth0',
            '[::1]:99',
            'close',
            'keep-alive, X',
          ),
        ),
      ),
      { maxLength: 4 },
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(pick('x', 'y'.repeat(2000)), pick(10, 50, 120, 500))
      .map(([value, count]) => Array.from({ length: count }, (_, at) => [`X-Flood-${at}`, value])),
  },
  {
    weight: 1,
    arbitrary: nasty.map(secret => [
      ['DD-API-KEY', lineOf(secret)],
      ['DD-APPLICATION-KEY', lineOf(secret)],
    ]),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(pick('Bearer', 'bearer', 'Basic', 'Bearer  ', ''), nasty)
      .map(([scheme, secret]) => [['Authorization', `${scheme} ${lineOf(secret)}`]]),
  },
)

const rightValues = {
  mapkind: pick('js', 'jvm', 'ios', 'react', 'flutter', 'elf', 'ndk', 'il2cpp', 'pe', 'ppdb', 'wasm', 'repository'),
  'filter[service]': pick('web', 'api'),
  'filter[version]': pick('1', '2'),
  'page[size]': pick(...numbers),
  'page[number]': pick(...numbers),
  by: pick('service', 'service,version,mapkind', 'uploader', 'origin', 'service,service', ',', 'mapkind,'),
  format: pick('json', 'jsonl', 'csv'),
  'filter[since]': pick(
    '2026-01-31T08:00:00Z',
    '2026-02-30T00:00:00Z',
    '+010000-01-01T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:60Z',
    '1',
    '2026-01-31',
  ),
  all: pick('true', 'false', '1'),
  search_by: pick('debug_id', 'id', 'DEBUG_ID'),
  filename: pick('/red/main.min.js', 'main.min.js', '/', 'https://static.example/red/main.min.js'),
  service: pick('web', 'api'),
  version: pick('1', '2'),
}

/** A parameter's value: what it should be, or anything. */
const anyValueOf = name =>
  rightValues[name] ? fc.oneof({ weight: 3, arbitrary: rightValues[name] }, nasty) : fc.oneof(nasty, pick('web', '1', 'red'))

/** Reads of every route that changes nothing. `cursors` are such of other lists and organizations, `parts` names of files. */
export function reads({ operations, cursors }) {
  const asking = operations.filter(each => each.method === 'GET')
  const paged = asking.filter(each => names(each, 'query').includes('page[after]'))
  return fc.oneof(
    { weight: 6, arbitrary: queriesOf(asking) },
    { weight: 3, arbitrary: pathsOf(operations) },
    { weight: 2, arbitrary: headersOf(asking) },
    { weight: 2, arbitrary: cursorsOf(paged, cursors) },
    { weight: 2, arbitrary: rangesOf() },
    { weight: 1, arbitrary: methodsOf(operations) },
  )
}

const names = (operation, place) => (operation.parameters ?? []).filter(each => each.in === place).map(each => each.name)

const pathValues = {
  id: fc.oneof({ weight: 3, arbitrary: pick('1', '2', '3', 'op_1', 'hld_x', 'key_x') }, pick(...numbers), nasty),
  part: fc.oneof(pick('source_map', 'minified_file', 'event'), nastyName),
  file: fc.oneof(pick('swagger-ui.css', 'swagger-ui-bundle.js', 'package.json', 'index.js'), nastyName),
}

/** The path of an operation with its parameters filled in. */
function pathOf(operation) {
  const parameters = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
  return fc
    .tuple(...parameters.map(name => fc.tuple(pathValues[name], pick('usual', 'usual', 'usual', ...Object.keys(encodings)))))
    .map(values => parameters.reduce((path, name, at) => path.replace(`{${name}}`, () => segment(...values[at])), operation.path))
}

const segment = (value, as) => encodings[as](value).replaceAll(/[ ?#]/g, percent) || '%20'

function queriesOf(operations) {
  return fc.constantFrom(...operations).chain(operation =>
    fc
      .record({
        path: pathOf(operation),
        pairs: fc.tuple(
          ...names(operation, 'query').map(name =>
            fc.option(
              anyValueOf(name).map(value => ({ name, value })),
              { freq: frequencies[name] ?? 1, nil: undefined },
            ),
          ),
        ),
        edits: fc.array(pairEdits, { maxLength: 2 }),
        join: joins,
        headers: someHeaders,
        keys,
      })
      .map(({ path, pairs, edits, join, headers, keys: by }) => {
        const edited = edits.reduce((each, edit) => (each.length > 0 ? edit(each) : each), pairs.filter(Boolean))
        return ask({
          family: 'queries',
          target: `${path}${edited.length > 0 ? queryText(edited, join) : ''}`,
          headers: [...keyLines[by], ...headers],
        })
      }),
  )
}

/** How often a parameter is given: those without which a request says little, mostly. */
const frequencies = { mapkind: 6, 'filter[service]': 3, 'filter[version]': 3, filename: 4, service: 4, version: 4, by: 3 }

const pathEdits = pick(
  path => path.replace('/', '//'),
  path => `${path}/`,
  path => `${path}//`,
  path => `${path}/.`,
  path => `${path}/..`,
  path => `${path}/../../../../../../etc/passwd`,
  path => path.replaceAll('/', '%2f'),
  path => path.replaceAll('/', '%2F'),
  path => path.replaceAll('/', '\\'),
  path => path.replace('/api', '/api/../api'),
  path => path.replace('/api', '/%2e%2e/api'),
  path => path.replaceAll('a', '%61'),
  path => path.replaceAll('s', '%73'),
  path => path.toUpperCase(),
  path => `${path};x=1`,
  path => `${path}%00`,
  path => `${path}%00.json`,
  path => `${path}%zz`,
  path => `${path}%e2%82`,
  path => `${path}\xff\xfe`,
  path => `${path}%C0%AE%C0%AE%2f`,
  path => `http://evil.example${path}`,
  path => `//evil.example${path}`,
  path => `https:${path}`,
  path => path.slice(1),
  path => `${path}${'/a'.repeat(2000)}`,
  path => `${path}${'a'.repeat(60_000)}`,
  path => `${path}?${'a'.repeat(100_000)}`,
  path => `${path}?${'a&'.repeat(50_000)}`,
  path => `${path}%`,
  path => `${path}#frag`,
  path => `${path}*`,
  path => `/__proto__${path}`,
  path => `${path}/constructor`,
  () => '*',
  () => '',
  () => '/',
  () => '/..',
  () => '/%',
  () => '?',
)

function pathsOf(operations) {
  const safe = operations.filter(each => each.method === 'GET' || !/\{id\}$/.test(each.path))
  return fc
    .constantFrom(...safe)
    .chain(operation =>
      fc
        .record({ path: pathOf(operation), edit: pathEdits, method: pick('GET', 'GET', 'HEAD'), keys })
        .map(({ path, edit, method, keys: by }) =>
          ask({ family: 'paths', method, target: edit(path).replaceAll(' ', '%20') || '/', headers: keyLines[by] }),
        ),
    )
}

function headersOf(operations) {
  return fc
    .record({
      operation: fc.constantFrom(...operations),
      headers: fc.array(someHeaders, { minLength: 1, maxLength: 3 }),
      keys,
      method: pick('GET', 'HEAD'),
    })
    .map(({ operation, headers, keys: by, method }) =>
      ask({
        family: 'headers',
        method,
        target: operation.path.replace(/\{\w+\}/, '1'),
        headers: [...keyLines[by], ...oneHost(headers.flat())],
      }),
    )
}

const oneHost = headers => headers.filter(([name], at) => name !== 'Host' || headers.findIndex(([each]) => each === 'Host') === at)

const cursorEdits = pick(
  cursor => cursor,
  cursor => cursor.slice(0, -1),
  cursor => `${cursor}A`,
  cursor => cursor.toLowerCase(),
  cursor => [...cursor].reverse().join(''),
  cursor => `${cursor}${cursor}`,
  cursor => `${cursor}==`,
  cursor => `${cursor}\0`,
  cursor => retold(cursor, text => text.replace(/\d+/, '1')),
  cursor => retold(cursor, text => text.replace(/\d+/, '999999999999999')),
  cursor => retold(cursor, text => text.replace(/\d+/, '-1')),
  cursor => retold(cursor, text => text.replace(/\d+/, '1e400')),
  cursor => retold(cursor, text => text.replace('.', '\0')),
  cursor => retold(cursor, text => text.split('.')[0]),
  () => '',
  () => 'AAAA',
  () => Buffer.from('1-.').toString('base64url'),
  () => '💥',
)

const retold = (cursor, edit) => Buffer.from(edit(Buffer.from(cursor, 'base64url').toString('latin1')), 'latin1').toString('base64url')

function cursorsOf(operations, cursors) {
  return fc
    .record({
      operation: fc.constantFrom(...operations),
      path: pick('1', 'op_1'),
      cursor: fc.nat(cursors.length - 1),
      edit: cursorEdits,
      kind: rightValues.mapkind,
      size: fc.oneof(pick('1', '2'), pick(...numbers)),
      more: fc.array(pairEdits, { maxLength: 1 }),
    })
    .map(({ operation, path, cursor, edit, kind, size, more }) => {
      const selecting = names(operation, 'query').includes('mapkind')
      const release = releaseKinds.includes(kind)
        ? [
            { name: 'filter[service]', value: 'web' },
            { name: 'filter[version]', value: '1' },
          ]
        : []
      const selection = selecting ? [{ name: 'mapkind', value: kind }, ...release] : []
      const pairs = [...selection, { name: 'page[size]', value: size }, { name: 'page[after]', value: edit(cursors[cursor]) }]
      const edited = more.reduce((each, change) => change(each), pairs)
      return ask({
        family: 'cursors',
        target: `${operation.path.replace('{id}', path)}${queryText(edited, texts => `?${texts.join('&')}`)}`,
        headers: keyLines.a,
      })
    })
}

function rangesOf() {
  const edge = fc.oneof(fc.nat(80).map(String), pick(...numbers), fc.constant(''))
  const range = fc.oneof(
    { weight: 4, arbitrary: fc.tuple(edge, edge).map(([from, to]) => `bytes=${from}-${to}`) },
    fc.array(fc.tuple(edge, edge), { maxLength: 200 }).map(list => `bytes=${list.map(each => each.join('-')).join(',')}`),
    fc.constant(`bytes=${'0-,'.repeat(20_000)}`),
    nasty,
  )
  const tag = fc.oneof(pick('*', 'W/*', '""', '"x"', `"${'a'.repeat(64)}"`, `${'"a",'.repeat(20_000)}*`), nasty)
  return fc
    .record({
      id: pick('1', '2', '3', '4'),
      part: pick('source_map', 'minified_file', 'jvm_mapping_file', 'symbols_archive'),
      range: fc.option(range),
      tag: fc.option(tag, { freq: 2 }),
      method: pick('GET', 'GET', 'HEAD'),
    })
    .map(({ id, part, range: wanted, tag: known, method }) => {
      const conditions = [
        ...(wanted === null ? [] : [['Range', lineOf(wanted)]]),
        ...(known === null ? [] : [['If-None-Match', lineOf(known)]]),
      ]
      return ask({
        family: 'ranges',
        method,
        target: `/api/mapkeep/v1/sourcemaps/${id}/files/${part}`,
        headers: [...keyLines.a, ...conditions],
      })
    })
}

/** Methods that a path does not take, and words that are no methods. */
function methodsOf(operations) {
  const method = pick(
    'PUT',
    'OPTIONS',
    'TRACE',
    'HEAD',
    'PROPFIND',
    'MKCOL',
    'LOCK',
    'COPY',
    'SEARCH',
    'QUERY',
    'get',
    'Get',
    'FOO',
    '__proto__',
    'M-SEARCH',
    'SOURCE',
    'PURGE',
    'BIND',
    'REPORT',
    'PRI',
  )
  return fc
    .record({ operation: fc.constantFrom(...operations), method, body: fc.option(nasty), keys })
    .map(({ operation, method: word, body, keys: by }) =>
      ask({
        family: 'methods',
        method: word,
        target: operation.path.replace(/\{\w+\}/, '1'),
        headers: keyLines[by],
        body: body === null ? undefined : lineOf(body),
      }),
    )
}

/** A whole request. */
function ask({ family, method = 'GET', target, headers, body }) {
  return { family, method, target, text: render({ method, target, headers, body }), whole: true, bodiless: method === 'HEAD' }
}

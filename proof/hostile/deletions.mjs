// Deletions and restorations that mean little and could take much: misspelt, doubled, widened; and undos of the wrong thing.
import fc from 'fast-check'
import { releaseKinds } from './maps.mjs'
import { joins, pairEdits, queryText } from './queries.mjs'
import { keyLines, render } from './request.mjs'
import { bytesOf, lineOf, nasty, numbers } from './words.mjs'

const pick = (...choices) => fc.constantFrom(...choices)

const targets = {
  DELETE: ['/api/v2/sourcemaps', '/api/mapkeep/v1/sourcemaps'],
  PATCH: ['/api/v2/sourcemaps/restore', '/api/mapkeep/v1/sourcemaps/restore'],
}

/** What might widen a value, were it read as something else than itself. */
const widenings = pick(
  () => '*',
  () => '%',
  () => '_',
  () => '.*',
  value => `${value.slice(0, 1)}*`,
  value => `${value.slice(0, 1)}%`,
  value => `${value} `,
  value => ` ${value}`,
  value => `${value}\0`,
  value => `${value}\0x`,
  value => value.toUpperCase(),
  value => value.toLowerCase(),
  value => [...value].map(each => (each > ' ' && each < '\x7f' ? String.fromCodePoint(each.codePointAt(0) + 0xfee0) : each)).join(''),
  value => value.replaceAll('k', '\u212a').replaceAll('i', 'ı').replaceAll('s', 'ſ'),
  value => value.replaceAll('i', 'İ'),
  value => `${value},*`,
  value => `${value},${value}`,
  value => `${value}' OR '1'='1`,
  value => `${value}|.`,
  value => `!${value}x`,
  value => `-${value}`,
  value => `"${value}"`,
  value => `[${value}]`,
  value => `${value}\u200d`,
  value => `${value}\u0301`.normalize('NFD'),
  value => value.slice(0, -1),
  value => `${value}x`,
  value => `0${value}`,
  value => `${value}.0`,
  value => `${value}e0`,
  value => `/${value}`,
  value => `${value}/`,
)

const widen = fc.tuple(fc.nat(9), widenings).map(
  ([at, change]) =>
    pairs =>
      pairs.map((pair, each) => (each === at % pairs.length && pair.value !== undefined ? { ...pair, value: change(pair.value) } : pair)),
)

const kindWords = pick(
  'JS',
  'Js',
  'ｊｓ',
  'js ',
  ' js',
  'js,jvm',
  'js\0',
  'j\u017f',
  '*',
  '',
  'all',
  'any',
  'null',
  '__proto__',
  'constructor',
  'toString',
  'js&mapkind=jvm',
  '0',
  'web',
)

const flagWords = pick('false', 'FALSE', 'False', '0', 'no', 'off', '', 'null', 'false ', 'ｆalse', 'f', 'true', '1', '[]', 'true,false')

const asOne = (name, arbitrary) => arbitrary.map(value => pairs => pairs.map(pair => (pair.name === name ? { ...pair, value } : pair)))

const more = fc
  .tuple(
    pick(
      'force',
      'reason',
      'force',
      'page[size]',
      'limit',
      'all',
      'recursive',
      'api_key',
      'q',
      'id',
      'ids',
      'service',
      'version',
      'filter',
      'filter[]',
      'filter[all]',
      'filter[service',
      'where',
      '_method',
      'state',
      'organization',
    ),
    fc.oneof(pick('true', '1', '*', 'web'), nasty),
  )
  .map(([name, value]) => pairs => [...pairs, { name, value }])

/** Hostile passages over `maps`, of which none is a canary. `filters` are the filters' names, `plan` is one of another selection. */
export function deletions({ maps, filters, plan }) {
  const planned = fc.constant(pairs => [...pairs, { name: 'plan', value: plan }])
  const edits = fc.oneof(
    { weight: 4, arbitrary: widen },
    { weight: 5, arbitrary: pairEdits },
    asOne('mapkind', kindWords),
    asOne('dry_run', flagWords),
    more,
    planned,
  )
  const passages = pick('DELETE', 'DELETE', 'DELETE', 'PATCH').chain(method =>
    fc.record({
      method: fc.constant(method),
      target: pick(...targets[method]),
      pairs: selectionOf(maps, filters, method),
      edits: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 6, arbitrary: fc.array(edits, { minLength: 1, maxLength: 3 }) }),
      join: joins,
      headers: heads,
      body: fc.option(bodies, { freq: 12 }),
      shuffle: fc.nat(5),
    }),
  )
  return fc.oneof({ weight: 12, arbitrary: passages.map(assemble) }, { weight: 1, arbitrary: undos })
}

/** A right selection: some attributes of one map, and of a second one now and then. */
function selectionOf(maps, filters, method) {
  const state = method === 'DELETE' ? 'live' : 'deleted'
  const some = maps.filter(each => each.state === state)
  return fc
    .record({
      map: pick(...some),
      other: fc.option(pick(...some), { freq: 3 }),
      chosen: fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }),
      dry: pick('true', 'false', 'false'),
    })
    .map(({ map, other, chosen, dry }) => {
      const usable = filters.filter(name => name === 'id' || valuesOf(map, name).length > 0)
      const required = releaseKinds.includes(map.kind) ? ['service', 'version'] : []
      const names = [...new Set([...required, ...chosen.map(at => usable[at % usable.length])])]
      const second = other?.kind === map.kind ? [other] : []
      const criteria = names.flatMap(name =>
        [map, ...second].flatMap(each =>
          valuesOf(each, name)
            .slice(0, 1)
            .map(value => ({ name: `filter[${name}]`, value, nameAs: 'brackets' })),
        ),
      )
      return [{ name: 'mapkind', value: map.kind }, { name: 'dry_run', value: dry }, ...criteria]
    })
}

function valuesOf({ id, attributes }, name) {
  if (name === 'id') return [id]
  if (name === 'filename') return [attributes.absolute_path, attributes.file_name].filter(Boolean)
  if (name === 'uuid') return attributes.uuids?.split(',') ?? []
  return typeof attributes[name] === 'string' ? [attributes[name]] : []
}

const heads = fc.oneof(
  { weight: 8, arbitrary: fc.constant([]) },
  { weight: 2, arbitrary: fc.constant([['Idempotency-Key', 'k-{{nonce}}']]) },
  { weight: 2, arbitrary: nasty.map(key => [['Idempotency-Key', lineOf(key)]]) },
  {
    weight: 1,
    arbitrary: pick('PATCH', 'DELETE', 'GET').map(word => [
      ['X-HTTP-Method-Override', word],
      ['X-Method-Override', word],
    ]),
  },
  {
    weight: 1,
    arbitrary: pick('/api/v2/sourcemaps?mapkind=js', '*').map(word => [
      ['X-Original-URL', word],
      ['X-Rewrite-URL', word],
    ]),
  },
)

const bodies = fc.oneof(
  nasty.map(bytesOf),
  pick('{}', '{"dry_run":false}', 'mapkind=js&dry_run=false', '{"data":{"attributes":{"filter":{}}}}', '', ' '),
)

function assemble({ method, target: path, pairs, edits, join, headers, body, shuffle }) {
  const edited = edits.reduce((each, edit) => (each.length > 0 ? edit(each) : each), pairs)
  const turned = [...edited.slice(shuffle), ...edited.slice(0, shuffle)]
  const target = `${path}${turned.length > 0 ? queryText(turned, join) : ''}`
  const text = render({ method, target, headers: [...keyLines.b, ...headers], body: body === null ? undefined : body })
  return { family: 'deletions', method, target, text, whole: true, refuse: Boolean(body) || edited.some(each => each.name === 'plan') }
}

const undos = fc
  .record({
    id: fc.oneof(
      { weight: 4, arbitrary: fc.nat(40).map(at => `op_${at}`) },
      pick('op_01', 'op_1 ', 'OP_1', 'op_-1', 'op_1e0', '1', 'op_', 'op_*', 'op_1%00', 'op_1%2fundo', 'ｏp_1'),
      pick(...numbers).map(each => `op_${each}`),
    ),
    pairs: fc.array(
      fc
        .tuple(pick('partial', 'reason', 'force', 'dry_run', 'Partial', 'partial[]'), fc.oneof(pick('true', 'false'), nasty))
        .map(([name, value]) => ({ name, value })),
      { maxLength: 2 },
    ),
    body: fc.option(bodies, { freq: 8 }),
  })
  .map(({ id, pairs, body }) => {
    const target = `/api/mapkeep/v1/operations/${bytesOf(id).replaceAll(' ', '%20').replaceAll('\0', '%00')}/undo${pairs.length > 0 ? queryText(pairs, texts => `?${texts.join('&')}`) : ''}`
    return {
      family: 'undos',
      method: 'POST',
      target,
      text: render({ method: 'POST', target, headers: keyLines.b, body: body === null ? undefined : body }),
      whole: true,
      refuse: Boolean(body),
    }
  })

// Requests with a JSON body, and bodies where none belongs.
import fc from 'fast-check'
import { jsonTexts } from './json-texts.mjs'
import { keyLines, render } from './request.mjs'
import { bytesOf, lineOf, nasty, numbers } from './words.mjs'

const pick = (...choices) => fc.constantFrom(...choices)

const odd = fc.oneof(nasty, pick(...numbers.map(Number)), pick(null, true, false, [], {}, [[]], [null], { a: 1 }, ['__proto__'], 1e308))

/** What each route takes, as paths of members with a right value. */
const rights = {
  '/api/v2/sourcemaps/service_repository_info': { data: { type: 'service_repository_info', attributes: { service: 'web', version: '1' } } },
  '/api/v2/sourcemaps/check_exists': { debug_ids: ['0f9d5e6c-7e1a-4c55-9f6f-3a9f2c1b7a10', '__proto__', 'constructor'] },
  '/api/v2/profiles/symbols/query': {
    data: { id: 'query', type: 'symbols-query-request', attributes: { buildIds: ['ab', '__proto__'], arch: 'amd64' } },
  },
  '/api/mapkeep/v1/holds': {
    data: {
      type: 'holds',
      attributes: {
        selector: { mapkind: 'js', service: 'w*', version: '*' },
        reason: 'LTS',
        owner: 'ops',
        expires_at: '2031-01-01T00:00:00Z',
      },
    },
  },
  '/api/mapkeep/v1/keys': {
    data: {
      type: 'keys',
      attributes: { type: 'application', name: 'ci', permissions: ['rum_apps_read'], expires_at: '2031-01-01T00:00:00Z' },
    },
  },
  '/api/v1/series': { series: [] },
  '/api/v2/series': { series: [] },
}

/** Every place in a value, as a list of names. */
function places(value, at = []) {
  if (typeof value !== 'object' || value === null) return [at]
  return [at, ...Object.entries(value).flatMap(([name, each]) => places(each, [...at, name]))]
}

function replaced(value, [name, ...rest], odder) {
  if (name === undefined) return odder
  const copy = Array.isArray(value) ? [...value] : { ...value }
  copy[name] = replaced(copy[name], rest, odder)
  return copy
}

const values = right =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constant(right) },
    { weight: 5, arbitrary: fc.tuple(pick(...places(right)), odd).map(([place, odder]) => replaced(right, place, odder)) },
    {
      weight: 1,
      arbitrary: fc.tuple(pick(...places(right)), pick(100, 1001, 20_000), nasty).map(([place, count, text]) =>
        replaced(
          right,
          place,
          Array.from({ length: count }, () => text.slice(0, 40)),
        ),
      ),
    },
  )

const types = pick(
  'application/json',
  'application/json',
  'application/vnd.api+json',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=X',
  '',
  'application/json; charset=utf-16',
  'a'.repeat(5000),
  '\xff',
)

const keys = fc.oneof({ weight: 8, arbitrary: fc.constant('a') }, pick('none', 'swapped', 'mixed', 'bearer', 'uploader'))

const framings = fc.oneof({ weight: 3, arbitrary: fc.constant('length') }, fc.constant([1, 7, 4000]))

/** Bodies of every kind for every route that takes JSON. */
const jsonBodies = fc.constantFrom(...Object.keys(rights)).chain(target =>
  fc.record({ body: jsonTexts(values(rights[target])), type: types, keys, framing: framings }).map(({ body, type, keys: by, framing }) => ({
    family: 'JSON bodies',
    method: 'POST',
    target,
    text: render({ method: 'POST', target, headers: [...keyLines[by], ['Content-Type', type]], body, framing }),
    whole: true,
  })),
)

/** Holds and keys under names that nobody has. */
const releases = fc.record({ list: pick('holds', 'keys'), id: nasty, keys }).map(({ list, id, keys: by }) => {
  const target = `/api/mapkeep/v1/${list}/${list === 'holds' ? 'hld_' : 'key_'}${lineOf(id).replace(/[ ?#/]/g, '_')}`
  return { family: 'JSON bodies', method: 'DELETE', target, text: render({ method: 'DELETE', target, headers: keyLines[by] }), whole: true }
})

/** A body where none is read. */
const bodiesOfReads = fc
  .record({
    target: pick('/healthz', '/api/mapkeep/v1/keys', '/api/v2/sourcemaps/list', '/openapi.json', '/api/v1/validate'),
    body: nasty.map(bytesOf),
    framing: framings,
    keys,
  })
  .map(({ target, body, framing, keys: by }) => ({
    family: 'JSON bodies',
    method: 'GET',
    target,
    text: render({ target, headers: keyLines[by], body, framing }),
    whole: true,
  }))

/** Requests with bodies. */
export const bodies = fc.oneof(
  { weight: 8, arbitrary: jsonBodies },
  { weight: 1, arbitrary: releases },
  { weight: 1, arbitrary: bodiesOfReads },
)

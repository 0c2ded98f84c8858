import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type FilterName, filter, filterNames, filterParameter } from '../../domain/filters.ts'
import { type Kind, kind, kindNames, wireKinds } from '../../domain/kinds.ts'
import { openRig, type Rig } from '../rig.fixture.ts'

const ownKinds = kindNames.filter(name => !wireKinds.some(each => each === name))

/** One door with what it demands beside the filters. */
interface Door {
  readonly name: 'delete' | 'restore' | 'list'
  readonly method: string
  readonly path: string
  readonly queries: readonly string[]
}

const previewOrReal = ['dry_run=true', 'dry_run=false']

const doors: readonly Door[] = [
  { name: 'delete', method: 'DELETE', path: '/api/v2/sourcemaps', queries: previewOrReal },
  { name: 'restore', method: 'PATCH', path: '/api/v2/sourcemaps/restore', queries: previewOrReal },
  { name: 'list', method: 'GET', path: '/api/v2/sourcemaps/list', queries: ['page[size]=10'] },
]

/** The same at mapkeep's own endpoint. */
const ownDoors = doors.map(door => ({
  ...door,
  path: door.name === 'restore' ? '/api/mapkeep/v1/sourcemaps/restore' : '/api/mapkeep/v1/sourcemaps',
}))

/** Pairs of a query; every value matches nothing, so that real runs of accepted queries find nothing to take. */
type Pairs = readonly (readonly [string, string])[]

describe('every kind × every filter × every rule, at each door', () => {
  let rig: Rig
  before(async () => {
    rig = await openRig({ logLevel: 'silent' })
  })
  after(() => rig.close())

  const checkAll = async (door: Door, name: Kind) => {
    for (const extra of door.queries) for (const each of cases(door, name)) await check(rig, { door, name, extra, ...each })
  }
  for (const door of doors) for (const name of wireKinds) test(`${door.name} of ${name}`, () => checkAll(door, name))
  for (const door of ownDoors)
    for (const name of ownKinds) test(`${door.name} of ${name}, at mapkeep's own endpoint`, () => checkAll(door, name))

  for (const door of doors) {
    test(`${door.name} at Datadog's endpoint refuses the kinds that Datadog has no name for`, async () => {
      assert.deepEqual(ownKinds, ['pe', 'ppdb', 'wasm', 'repository'])
      for (const name of ownKinds) {
        for (const extra of door.queries) {
          const query = [`mapkind=${name}`, extra, 'filter[id]=999999', 'filter[service]=a', 'filter[version]=1'].join('&')
          const answer = await rig.ask(`${door.path}?${query}`, { method: door.method, headers: rig.keys })
          assert.equal(answer.status, 400, query)
          assert.equal(answer.json().errors[0].source.parameter, 'mapkind', query)
        }
      }
    })
  }
})

interface Case {
  readonly rule: string
  readonly pairs: Pairs
  /** The parameters the refusal names, or nothing when the query is accepted. */
  readonly named?: readonly string[]
}

async function check(rig: Rig, { door, name, extra, rule, pairs, named }: Case & { door: Door; name: Kind; extra: string }): Promise<void> {
  const query = [`mapkind=${name}`, extra, ...pairs.map(pair => pair.map(encodeURIComponent).join('='))].join('&')
  const answer = await rig.ask(`${door.path}?${query}`, { method: door.method, headers: rig.keys })
  const errors: { source?: { parameter: string } }[] = answer.json().errors ?? []
  const parameters = [...new Set(errors.map(error => error.source?.parameter))].sort()
  const expected = named ? 400 : door.name === 'list' ? 200 : 404
  assert.equal(answer.status, expected, `${rule}: ${query}: ${answer.text}`)
  if (named) assert.deepEqual(parameters, [...named].sort(), `${rule}: ${query}`)
}

function cases(door: Door, name: Kind): Case[] {
  const { required, filters } = kind(name)
  const needed: Pairs = required.map(each => [filterParameter(each), 'none'])
  const strict = door.name !== 'list'
  return [
    ...filterNames.flatMap(each => (filters.includes(each) ? supportedCases(each, name) : [unsupportedCase(each, needed)])),
    ...required.map(each => ({ rule: 'missing required', pairs: without(needed, each), named: [filterParameter(each)] })),
    { rule: 'unknown filter', pairs: [...needed, ['filter[nonsense]', 'x']], named: ['filter[nonsense]'] },
    { rule: 'unknown parameter', pairs: [...needed, ...anyFilter(name), ['nonsense', 'x']], ...(strict ? { named: ['nonsense'] } : {}) },
    ...(required.length > 0 ? versionCases(needed, strict) : []),
    ...(required.length === 0 ? [unfiltered(name, strict)] : []),
  ]
}

function supportedCases(each: FilterName, name: Kind): Case[] {
  const { required, instead } = kind(name)
  const parameter = filterParameter(each)
  const others: Pairs = required.filter(other => other !== each).map(other => [filterParameter(other), 'none'])
  const alone = each === instead ? [] : required.filter(other => other !== each).map(filterParameter)
  return [
    { rule: 'alone', pairs: [[parameter, 'none']], ...(alone.length > 0 ? { named: alone } : {}) },
    { rule: 'with what is required', pairs: [...others, [parameter, 'none']] },
    { rule: 'empty', pairs: [...others, [parameter, '']], named: [parameter] },
    { rule: 'blank', pairs: [...others, [parameter, ' \t']], named: [parameter] },
    { rule: 'one of two empty', pairs: [...others, [parameter, 'none'], [parameter, '']], named: [parameter] },
    { rule: 'NUL', pairs: [...others, [parameter, 'a\0b']], named: [parameter] },
    { rule: 'repeated', pairs: [...others, [parameter, 'a'], [parameter, 'b']], ...(filter(each).many ? {} : { named: [parameter] }) },
  ]
}

function unsupportedCase(each: FilterName, needed: Pairs): Case {
  const parameter = filterParameter(each)
  return { rule: 'unsupported', pairs: [...needed, ['filter[id]', '999999'], [parameter, 'none']], named: [parameter] }
}

function versionCases(needed: Pairs, strict: boolean): Case[] {
  const versions = (count: number): Pairs => Array.from({ length: count }, (_, index) => [filterParameter('version'), `none-${index}`])
  const rest = without(needed, 'version')
  return [
    { rule: 'ten versions', pairs: [...rest, ...versions(10)] },
    { rule: 'ten versions, some twice', pairs: [...rest, ...versions(10), ...versions(10)] },
    { rule: 'eleven versions', pairs: [...rest, ...versions(11)], ...(strict ? { named: [filterParameter('version')] } : {}) },
  ]
}

function unfiltered(name: Kind, strict: boolean): Case {
  return { rule: 'unfiltered', pairs: [], ...(strict ? { named: [firstFilter(name)] } : {}) }
}

function firstFilter(name: Kind): string {
  return filterParameter(kind(name).filters.find(each => each !== 'id') ?? 'id')
}

function anyFilter(name: Kind): Pairs {
  return kind(name).required.length > 0 ? [] : [['filter[id]', '999999']]
}

function without(pairs: Pairs, name: FilterName): Pairs {
  return pairs.filter(([parameter]) => parameter !== filterParameter(name))
}

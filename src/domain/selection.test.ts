import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FilterName, filter, filterNames, filterParameter } from './filters.ts'
import { type Kind, kind, wireKinds } from './kinds.ts'
import { Problem } from './problem.ts'
import { type Query, queryValues, requiredFilters, type SelectionRules, select } from './selection.ts'

/** As a deletion asks. */
const deletion: SelectionRules = {
  kinds: wireKinds,
  parameters: ['dry_run'],
  unknown: 'refuse',
  required: requiredFilters,
  filterRequired: true,
  maxVersions: 10,
}

/** As a list asks. */
const list: SelectionRules = {
  kinds: wireKinds,
  defaultKind: 'js',
  parameters: ['page[size]'],
  unknown: 'ignore',
  required: requiredFilters,
  filterRequired: false,
}

const release: Query = [
  ['filter[service]', 'shop'],
  ['filter[version]', '1'],
]
const query = (mapkind: string, ...more: Query): Query => [['mapkind', mapkind], ...more]
const requiredOf = (name: Kind): Query => kind(name).required.map(each => [filterParameter(each), 'x'] as const)

for (const name of wireKinds) {
  const required = requiredOf(name)

  for (const each of filterNames) {
    const parameter = filterParameter(each)
    const asked = query(name, ...required.filter(([key]) => key !== parameter), [parameter, 'x'])
    if (supports(name, each)) {
      test(`${name} takes ${parameter}`, () => {
        const criteria = select(asked, deletion).criteria.map(criterion => criterion.filter)
        assert.deepEqual([...criteria].sort(), [...new Set([...kind(name).required, each])].sort())
      })
      for (const empty of ['', ' ', '\t'])
        test(`${name} refuses ${parameter} with the value ${JSON.stringify(empty)}`, () => {
          refuses([...asked, [parameter, empty]], filter(each).many ? [parameter] : [parameter, parameter])
        })
    } else
      test(`${name} refuses ${parameter} and says what it takes, for a deletion and for a list`, () => {
        const [reason] = refuses(asked, [parameter])
        for (const allowed of kind(name).filters) assert.ok(reason?.detail.includes(filterParameter(allowed)))
        refuses(asked, [parameter], list)
      })
  }

  for (const each of kind(name).required)
    test(`${name} refuses a selection without ${filterParameter(each)}, even with ids`, () => {
      const rest = required.filter(([key]) => key !== filterParameter(each))
      refuses(query(name, ...rest, ['filter[id]', '5']), [filterParameter(each)])
    })

  if (required.length === 0)
    test(`${name} refuses a selection without any filter for a deletion, not for a list`, () => {
      const [reason] = refuses(query(name), [filterParameter(kind(name).filters.find(each => each !== 'id') ?? 'id')])
      assert.match(reason?.detail ?? '', /^at least one filter is required/)
      assert.deepEqual(select(query(name), list), { kind: name, criteria: [] })
    })
}

function supports(name: Kind, each: FilterName): boolean {
  return kind(name).filters.includes(each)
}

test('the name of a kind keeps what explains it behind its plural', () => {
  const [reason] = refuses(query('jvm'), ['filter[service]', 'filter[version]'])
  assert.match(reason?.detail ?? '', / is required for JVM mapping files \(ProGuard, R8\)/)
})

test('js without service and version is told of the service first', () => {
  refuses(query('js'), ['filter[service]', 'filter[version]'])
  refuses(query('js', ['filter[id]', '5']), ['filter[service]', 'filter[version]'])
  refuses([], ['filter[service]', 'filter[version]'], list)
})

test('js with a debug id needs neither service nor version, and they narrow it when given', () => {
  const byId: Query = [['filter[debug_id]', 'd']]
  assert.deepEqual(select(query('js', ...byId), deletion).criteria, [{ filter: 'debug_id', values: ['d'] }])
  assert.equal(select(query('js', ...byId, ['filter[service]', 'a']), deletion).criteria.length, 2)
  refuses(query('react', ...byId), ['filter[service]', 'filter[version]'])
  refuses(query('js', ['filter[debug_id]', '']), ['filter[debug_id]'])
})

test('mapkind is required for a deletion and js for a list that names none', () => {
  const [reason] = refuses(release, ['mapkind'])
  for (const name of wireKinds) assert.ok(reason?.detail.includes(name))
  assert.equal(select(release, list).kind, 'js')
})

test('mapkind must be known, in lower case and given once', () => {
  for (const name of ['', 'JS', ' js', 'pe', 'repository', 'constructor']) {
    refuses(query(name, ...release), ['mapkind'])
    refuses(query(name, ...release), ['mapkind'], list)
  }
  refuses(query('js', ['mapkind', 'js'], ...release), ['mapkind'])
  refuses(query('js', ['mapkind', 'ios'], ...release), ['mapkind'], list)
})

test('a deletion refuses every unknown parameter, a list only unknown filters', () => {
  for (const name of [
    'filter[servce]',
    'filter[]',
    'filter',
    'filter[service',
    'filter%5Bid%5D',
    'Filter[id]',
    'FILTER[ID]',
    'service',
    'page[size]',
    '',
    '__proto__',
  ])
    refuses(query('js', ...release, [name, 'a']), [name])
  for (const name of ['filter[servce]', 'filter[]', 'filter', 'filter[service']) refuses(query('js', ...release, [name, 'a']), [name], list)
  for (const name of ['service', 'page[size]', 'dry_run', '']) assert.ok(select(query('js', ...release, [name, 'a']), list))
})

test('an unknown parameter is named once however often it comes, and cut when it is long', () => {
  const long = 'x'.repeat(5000)
  const reasons = refuses(query('js', ...release, ['a', '1'], ['a', '2'], [long, '']), ['a', long])
  assert.ok((reasons[1]?.detail.length ?? 0) < 500)
})

test('without a known kind unknown parameters are still named, and known filters are not blamed', () => {
  refuses([...release, ['filter[uuid]', 'a'], ['nonsense', '']], ['mapkind', 'nonsense'])
})

test('values of a filter are kept apart, in order and once each; a comma is data', () => {
  const { criteria } = select(
    query('js', ...release, ['filter[service]', 'a,b'], ['filter[service]', 'shop'], ['filter[id]', '5']),
    deletion,
  )
  assert.deepEqual(criteria, [
    { filter: 'service', values: ['shop', 'a,b'] },
    { filter: 'version', values: ['1'] },
    { filter: 'id', values: ['5'] },
  ])
})

test('a single-valued filter given twice is refused, equal values too', () => {
  for (const value of ['a', 'b'])
    refuses(query('js', ...release, ['filter[filename]', 'a'], ['filter[filename]', value]), ['filter[filename]'])
})

test('ten distinct versions are the most a deletion takes, a list takes any number', () => {
  const versions = (count: number): Query => Array.from({ length: count }, (_, at) => ['filter[version]', `v${at}`] as const)
  assert.ok(select(query('js', ['filter[service]', 'a'], ...versions(10), ...versions(10)), deletion))
  const [reason] = refuses(query('js', ['filter[service]', 'a'], ...versions(11)), ['filter[version]'])
  assert.equal(reason?.detail, 'filter[version] takes at most 10 versions; 11 were given')
  assert.ok(select(query('js', ['filter[service]', 'a'], ...versions(500)), list))
})

test('a NUL character is refused', () => {
  refuses(query('js', ['filter[service]', 'a\0'], ['filter[version]', '1']), ['filter[service]'])
})

test('every fault is found at once', () => {
  const faulty = query(
    'js',
    ['filter[uuid]', 'a'],
    ['nonsense', ''],
    ['filter[version]', ''],
    ['filter[filename]', 'a'],
    ['filter[filename]', 'b'],
  )
  refuses(faulty, ['filter[uuid]', 'nonsense', 'filter[version]', 'filter[filename]', 'filter[service]'])
})

test('the values of a parameter are given in order', () => {
  assert.deepEqual(
    queryValues(
      [
        ['a', '1'],
        ['b', '2'],
        ['a', ''],
      ],
      'a',
    ),
    ['1', ''],
  )
})

function refuses(asked: Query, parameters: readonly string[], rules: SelectionRules = deletion): Problem['reasons'] {
  try {
    select(asked, rules)
  } catch (error) {
    assert.ok(error instanceof Problem && error.code === 'bad_request', String(error))
    assert.deepEqual(
      error.reasons.map(reason => reason.source),
      parameters.map(parameter => ({ parameter })),
    )
    for (const reason of error.reasons) assert.ok(reason.detail.length > 10)
    return error.reasons
  }
  return assert.fail('the selection was not refused')
}

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Command } from 'commander'
import { filterNames } from '../domain/filters.ts'
import { kind, kindNames } from '../domain/kinds.ts'
import { mapsTable } from './maps-table.ts'
import { outlineLines } from './outline.ts'
import { ageText, mapsText, sizeText } from './quantities.ts'
import { addSelectionFlags, asFlags, selectionQuery, withFlagNames } from './selection-flags.ts'
import { tableLines } from './table.ts'

const parse = (...args: string[]) => {
  const command = addSelectionFlags(new Command(), 'required')
  return selectionQuery(command.parse(args, { from: 'user' }).opts())
}

describe('selection flags', () => {
  test('make the query of the API, each value a parameter of its own', () => {
    assert.deepEqual(parse('--kind', 'js', '--service', 'a', '--service', 'b,c', '--version', '1.0', '--debug-id', 'x'), [
      ['mapkind', 'js'],
      ['filter[service]', 'a'],
      ['filter[service]', 'b,c'],
      ['filter[version]', '1.0'],
      ['filter[debug_id]', 'x'],
    ])
  })

  test('there is one for every filter of every kind, and it comes back from its query as it was', () => {
    for (const name of kindNames) {
      const args = kind(name).filters.flatMap(each => [`--${each.replaceAll('_', '-')}`, 'v'])
      const query = parse('--kind', name, ...args)
      assert.equal(query.length, kind(name).filters.length + 1)
      assert.deepEqual(parse(...asFlags(query).split(' ')), query)
    }
    assert.equal(new Set(kindNames.flatMap(name => kind(name).filters)).size, filterNames.length)
  })

  test('are quoted for a shell where they need to be', () => {
    const query = [
      ['filter[filename]', "/a b/it's.js"],
      ['filter[version]', '1.0+2'],
      ['filter[service]', ''],
      ['force', 'true'],
      ['reason', 'too old'],
    ] as const
    assert.equal(asFlags(query), "--filename '/a b/it'\\''s.js' --version 1.0+2 --service '' --force --reason 'too old'")
  })

  test('stand in for query parameters in what the server says', () => {
    assert.equal(withFlagNames('filter[gnu_build_id] is not supported for mapkind js'), '--gnu-build-id is not supported for --kind js')
    assert.equal(withFlagNames('give force=true&reason=why, or partial=true'), 'give --force --reason why, or --partial')
    assert.equal(withFlagNames('mapkinds filter[nonsense]'), 'mapkinds filter[nonsense]')
  })
})

describe('tables', () => {
  test('align, and leave out columns in which nothing stands', () => {
    const columns = [
      { title: 'A', cell: (row: string) => row },
      { title: 'NONE', cell: () => '' },
      { title: 'N', cell: (row: string) => String(row.length), align: 'right' as const },
    ]
    assert.deepEqual(tableLines(columns, ['x', 'a long name!']), ['A              N', 'x              1', 'a long name!  12'])
  })

  test('never pass on control characters of an uploaded name', () => {
    const item = {
      id: '1',
      type: 'sourcemaps',
      attributes: { mapkind: 'js', file_name: 'a\x1b[2J\u202e\nb', size: 1, created_at: '' },
    } as const
    const text = mapsTable([item], 0)[1] ?? ''
    assert.doesNotMatch(text, /[\p{Cc}\p{Cf}]/u)
    assert.match(text, /a\ufffd\[2J/)
  })
})

test('quantities are for people', () => {
  assert.deepEqual([0, 1023, 1024, 48_211, 1_572_864, 5e13].map(sizeText), ['0 B', '1023 B', '1.0 KB', '47 KB', '1.5 MB', '45 TB'])
  assert.deepEqual([-5, 5e3, 6e5, 1e7, 3e8].map(ageText), ['0s', '5s', '10m', '2h', '3d'])
  assert.deepEqual([1, 2].map(mapsText), ['1 map', '2 maps'])
})

test('an outline shows nested data without what is not known', () => {
  const data = { id: '1', none: null, attributes: { size: 3, files: [{ part: 'a', size: 1 }, { part: 'b' }] } }
  assert.deepEqual(outlineLines(data), ['id  1', 'attributes', '  size  3', '  files', '    - part  a', '      size  1', '    - part  b'])
})

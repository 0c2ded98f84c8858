import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import { Problem } from '../domain/problem.ts'
import { describeMap } from './describe-map.ts'

const bytes = (text: string) => [new TextEncoder().encode(text)]
const show = (map: unknown, minified?: string) =>
  JSON.parse(describeMap({ sourceMap: bytes(JSON.stringify(map)), minifiedFile: minified === undefined ? undefined : bytes(minified) }))

describe('the content of a js map', () => {
  test('a bare map shows all eight attributes with their gaps filled', () => {
    assert.deepEqual(show({ version: 3 }), {
      file: '',
      mappings: '',
      minifiedLineLengths: [],
      names: [],
      sourceRoot: '',
      sources: [],
      sourcesContent: [],
      version: 3,
    })
  })

  test('nulls become empty texts and contents are padded to the length of sources', () => {
    const shown = show({
      version: 3,
      file: null,
      sourceRoot: null,
      names: null,
      mappings: 'AAAA',
      sources: ['a.js', null, 'c.js'],
      sourcesContent: ['a', null],
    })
    assert.deepEqual([shown.file, shown.sourceRoot, shown.names], ['', '', []])
    assert.deepEqual(
      [shown.sources, shown.sourcesContent],
      [
        ['a.js', '', 'c.js'],
        ['a', '', ''],
      ],
    )
  })

  test('a map without contents shows an empty list of them', () => {
    assert.deepEqual(show({ version: 3, sources: ['a.js'], mappings: 'AAAA' }).sourcesContent, [])
  })

  test('other members pass through, but never in the place of one of the eight', () => {
    const shown = show({ version: '3', mappings: '', ignoreList: [0], debugId: 'x', x_facebook_sources: [null], minifiedLineLengths: [9] })
    assert.deepEqual([shown.ignoreList, shown.debugId, shown.x_facebook_sources], [[0], 'x', [null]])
    assert.deepEqual([shown.version, shown.minifiedLineLengths], [3, []])
  })

  test('text outside ASCII survives, also unpaired halves of a character', () => {
    const names = ['größe', '変数', '😀', '\ud800']
    assert.deepEqual(show({ version: 3, names, mappings: '' }).names, names)
    const sourceMap = bytes(JSON.stringify({ version: 3, names, mappings: '' }))
    assert.match(describeMap({ sourceMap, minifiedFile: undefined }), /^[ -~]*$/)
  })

  test('a byte order mark and an anti-hijacking line are tolerated', () => {
    for (const prefix of ['\uFEFF', ")]}'\n", ')]}\n', "\uFEFF)]}'\r\n"]) {
      const sourceMap = bytes(`${prefix}{"version":3,"mappings":"AAAA"}`)
      assert.equal(JSON.parse(describeMap({ sourceMap, minifiedFile: undefined })).mappings, 'AAAA')
    }
  })

  test('line lengths come from the minified file', () => {
    assert.deepEqual(show({ version: 3 }, 'var a\nb()').minifiedLineLengths, [5, 3])
  })

  for (const [what, text] of [
    ['no JSON', 'console.log(1)'],
    ['nothing', ''],
    ['a list', '[]'],
    ['null', 'null'],
    ['any object', '{"name":"x"}'],
    ['an old version', '{"version":2,"mappings":""}'],
    ['decoded mappings', '{"version":3,"mappings":[[[0]]]}'],
    ['sections that are no list', '{"version":3,"sections":{}}'],
    ['a section without a place', '{"version":3,"sections":[{"map":{"version":3,"mappings":"AAAA"}}]}'],
    ['a section at an absurd line', '{"version":3,"sections":[{"offset":{"line":1e9,"column":0},"map":{"version":3,"mappings":"AAAA"}}]}'],
    ['a section that is elsewhere', '{"version":3,"sections":[{"offset":{"line":0,"column":0},"url":"https://example.com/a.map"}]}'],
  ] as const) {
    test(`${what} is refused as no source map`, () => {
      assert.throws(
        () => describeMap({ sourceMap: bytes(text), minifiedFile: undefined }),
        error => error instanceof Problem && error.code === 'bad_request' && /is no source map/.test(error.message),
      )
    })
  }
})

test('nesting deeper than the stack is refused', () => {
  const sourceMap = bytes(`{"version":3,"x":${'['.repeat(200_000)}${']'.repeat(200_000)}}`)
  assert.throws(
    () => describeMap({ sourceMap, minifiedFile: undefined }),
    error => error instanceof Problem && error.code === 'too_large',
  )
})

describe('a js map made of sections', () => {
  const first = { version: 3, sourceRoot: 'lib', sources: ['a.js', 'a2.js'], sourcesContent: ['A'], names: ['one'], mappings: 'AAAAA' }
  const second = { version: 3, sources: ['b.js'], sourcesContent: ['B'], names: ['two'], mappings: 'AAAAA,EAAC', x_google_ignoreList: [0] }
  const sectioned = {
    version: 3,
    file: 'out.js',
    debugId: 'd',
    sections: [
      { offset: { line: 0, column: 0 }, map: first },
      { offset: { line: 1, column: 4 }, map: { version: 3, sections: [{ offset: { line: 0, column: 0 }, map: second }] } },
    ],
  }

  test('is flattened, and contents and names stay with their sources', () => {
    const shown = show(sectioned, 'x\n    yyyy')
    assert.equal('sections' in shown, false)
    assert.deepEqual(shown.sources, ['lib/a.js', 'lib/a2.js', 'b.js'])
    assert.deepEqual(shown.sourcesContent, ['A', '', 'B'])
    assert.deepEqual([shown.names, shown.file, shown.debugId, shown.version], [['one', 'two'], 'out.js', 'd', 3])
    assert.deepEqual([shown.ignoreList, shown.minifiedLineLengths], [[2], [1, 8]])
  })

  test('traces to the same places as before', () => {
    const flat = new TraceMap(show(sectioned))
    assert.deepEqual(originalPositionFor(flat, { line: 2, column: 4 }), { source: 'b.js', line: 1, column: 0, name: 'two' })
    assert.deepEqual(originalPositionFor(flat, { line: 1, column: 0 }), { source: 'lib/a.js', line: 1, column: 0, name: 'one' })
  })

  test('without sections at all is an empty map', () => {
    assert.deepEqual(show({ version: 3, sections: [] }).sources, [])
  })
})

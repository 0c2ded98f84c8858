import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { jsEvent, openRig, type Rig, smallMap } from '../rig.fixture.ts'

describe('GET /api/v2/sourcemaps', () => {
  const debugId = '0f9d5e6c-7e1a-4c55-9f6f-3a9f2c1b7a10'
  let rig: Rig
  before(async () => {
    rig = await openRig()
    await rig.upload(jsEvent())
    await rig.upload({ type: 'js_sourcemap', debug_id: debugId, minified_url: 'static/x.js' })
  })
  after(() => rig.close())
  const get = (query: string, headers = rig.keys) => rig.ask(`/api/v2/sourcemaps?${query}`, { headers })

  test('answers all eight attributes, with the lengths of the minified lines', async () => {
    const answer = await get('filename=%2Fjs%2Fbundle.min.js.map&service=web&version=1.0.0')
    assert.equal(answer.status, 200)
    const { id, type, attributes } = answer.json().data
    assert.equal(id, 'js/bundle.min.js')
    assert.equal(type, 'sourcemap_files')
    const { file, sources, names, mappings } = JSON.parse(smallMap)
    assert.deepEqual(
      { ...attributes, names: attributes.names },
      { file, mappings, minifiedLineLengths: [3, 4], names, sourceRoot: '', sources, sourcesContent: [], version: 3 },
    )
  })

  test('finds by debug id instead', async () => {
    assert.equal((await get(`debug_id=${debugId.toUpperCase()}`)).json().data.id, 'static/x.js')
  })

  test('answers a large map whole, with its length, and only that length to HEAD', async () => {
    const sourcesContent = ['x\u00e9'.repeat(500_000)]
    const map = JSON.stringify({ version: 3, sources: ['a.js'], sourcesContent, names: [], mappings: 'AAAA' })
    await rig.upload(jsEvent({ version: 'large' }), { source_map: map, minified_file: 'a()' })
    const answer = await get('filename=bundle.min.js&service=web&version=large')
    assert.deepEqual(answer.json().data.attributes.sourcesContent, sourcesContent)
    assert.equal(answer.headers['content-length'], String(answer.bytes.length))
    assert.equal(answer.headers['content-type'], 'application/json')
    const head = await rig.ask('/api/v2/sourcemaps?filename=bundle.min.js&service=web&version=large', { method: 'HEAD', headers: rig.keys })
    assert.deepEqual([head.status, head.headers['content-length'], head.bytes.length], [200, String(answer.bytes.length), 0])
  })

  test('finds a map that was uploaded under a name ending in .map, asked for with or without that end', async () => {
    const old = await rig.upload(jsEvent({ version: 'named', minified_url: 'https://example.com/js/x.js.map' }))
    for (const name of ['x.js.map', 'x.js', '/js/x.js.map', 'https://example.com/js/x.js'])
      assert.equal((await get(`filename=${encodeURIComponent(name)}&service=web&version=named`)).json().data?.id, 'js/x.js.map', name)
    const newer = await rig.upload(jsEvent({ version: 'named', minified_url: 'https://example.com/js/x.js' }))
    assert.ok(Number(newer) > Number(old))
    assert.equal((await get('filename=x.js.map&service=web&version=named')).json().data.id, 'js/x.js', 'the newest wins')
  })

  test('answers 404 for what is not there', async () => {
    assert.equal((await get('filename=none.js&service=web&version=1.0.0')).status, 404)
    assert.equal((await get('debug_id=00000000-0000-4000-8000-000000000000')).status, 404)
  })

  const refusals: readonly (readonly [string, readonly string[]])[] = [
    ['', ['filename', 'service', 'version']],
    ['filename=a&service=b', ['version']],
    ['filename=a&service=b&version=', ['version']],
    ['filename=a&filename=b&service=b&version=1', ['filename']],
    ['debug_id=x', ['debug_id']],
    [`debug_id=${debugId}&service=web`, ['service']],
  ]
  for (const [query, parameters] of refusals) {
    test(`refuses ${query || 'a bare request'} and names ${parameters.join(', ')}`, async () => {
      const answer = await get(query)
      assert.equal(answer.status, 400)
      assert.deepEqual(
        answer.json().errors.map((error: { source: { parameter: string } }) => error.source.parameter),
        parameters,
      )
    })
  }

  test('needs keys', async () => {
    assert.equal((await get('filename=a&service=b&version=1', {})).status, 401)
  })
})

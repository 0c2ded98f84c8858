import assert from 'node:assert/strict'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { mapkeep } from './mapkeep.fixture.ts'
import { namedMaps } from './summarize-maps.ts'

/** A server that knows `count` maps and writes down what it is asked. */
let count = 0
const asked: URLSearchParams[] = []
const server = http.createServer({ maxHeaderSize: 128 * 1024 }, (request, response) => {
  const query = new URL(request.url ?? '', 'http://host').searchParams
  asked.push(query)
  const attributes = { mapkind: 'ios', size: 3, created_at: '2026-01-01T00:00:00.000Z' }
  const data = Array.from({ length: count }, (_, at) => ({ id: String(at + 1), type: 'sourcemaps', attributes }))
  response.end(JSON.stringify({ data, meta: { dry_run: query.get('dry_run') === 'true' } }))
})

const remove = async (maps: number) => {
  count = maps
  asked.length = 0
  const environment = { MAPKEEP_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, DD_API_KEY: 'a', DD_APP_KEY: 'b' }
  return mapkeep(['delete', '--kind', 'ios', '--uuid', 'ab', '--yes'], environment)
}

describe('the request after a preview', () => {
  before(() => new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve)))
  after(() => server.close())

  test('names every map that was previewed beside the selection, as many as one request can name', async () => {
    await remove(namedMaps)
    const [preview, change] = asked
    assert.deepEqual(preview?.getAll('filter[id]'), [])
    assert.deepEqual(
      change?.getAll('filter[id]'),
      Array.from({ length: namedMaps }, (_, at) => String(at + 1)),
    )
    assert.deepEqual(change?.getAll('filter[uuid]'), ['ab'])
  })

  test('is the selection as it was when the maps are too many to name', async () => {
    await remove(namedMaps + 1)
    assert.deepEqual(asked[1]?.getAll('filter[id]'), [])
    assert.deepEqual(asked[1]?.getAll('filter[uuid]'), ['ab'])
  })

  test('is not sent when nothing was previewed', async () => {
    const { exitCode, errors } = await remove(0)
    assert.equal(asked.length, 1)
    assert.equal(exitCode, 1)
    assert.match(errors, /nothing matches/)
  })
})

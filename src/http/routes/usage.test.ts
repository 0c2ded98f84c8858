import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { jsEvent, openRig, type Rig } from '../rig.fixture.ts'

describe('GET /api/mapkeep/v1/usage', () => {
  let rig: Rig
  before(async () => {
    rig = await openRig()
    // The same minified file everywhere; the maps differ, and are longer from service to service
    for (const [service, count] of [
      ['shop', 1],
      ['web', 2],
    ] as const)
      for (let number = 0; number < count; number++)
        await rig.upload(jsEvent({ service, minified_url: `/js/${number}.js` }), files(`${service} ${number} ${'-'.repeat(50 * count)}`))
    await rig.upload({ type: 'il2cpp_mapping_file', build_id: 'b1' })
  })
  after(() => rig.close())
  const usage = (query = '', headers: Record<string, string> = rig.keys) => rig.ask(`/api/mapkeep/v1/usage${query}`, { headers })

  test('groups by service, the one that stores most first, and adds up to what is stored', async () => {
    const answer = await usage()
    assert.equal(answer.status, 200)
    const { data, meta } = answer.json()
    assert.deepEqual(
      data.map((each: { id: string }) => each.id),
      ['service=web', 'service=shop', 'service'],
    )
    assert.deepEqual(data[0].attributes.service, 'web')
    assert.equal(data[0].type, 'usage')
    assert.equal('service' in data[2].attributes, false)
    assert.deepEqual(
      data.map((each: { attributes: { maps: number } }) => each.attributes.maps),
      [2, 1, 1],
    )
    const stored = (await rig.catalog.storedBytes(0)).storedSize
    assert.ok(stored > 0)
    assert.equal(sum(data, 'stored_size'), stored)
    assert.equal(meta.totals.stored_size, stored)
    for (const name of ['maps', 'size', 'deleted_maps', 'waiting_size']) assert.equal(sum(data, name), meta.totals[name], name)
    assert.equal(meta.totals.growth_per_day, stored, 'of a store that is not a day old, the first day')
  })

  test('groups by several at once in the order asked, and shows a key by id and name', async () => {
    const { data } = (await usage('?by=mapkind,uploader')).json()
    assert.deepEqual(Object.keys(data[0].attributes).slice(0, 2).sort(), ['mapkind', 'uploader'])
    const { uploader } = data[0].attributes
    assert.match(uploader.id, /^key_/)
    assert.equal(uploader.name, (await rig.catalog.listKeys('default')).find(key => key.id === uploader.id)?.name)
    assert.deepEqual(
      data.map((each: { id: string }) => each.id),
      [`mapkind=js&uploader=${uploader.id}`, `mapkind=il2cpp&uploader=${uploader.id}`],
    )
  })

  test('moves deleted maps from maps to deleted_maps, and their bytes to waiting_size, but stores as much', async () => {
    const earlier = (await usage('?by=mapkind')).json().meta.totals
    const target = '/api/mapkeep/v1/sourcemaps?mapkind=il2cpp&filter[build_id]=b1&dry_run=false'
    assert.equal((await rig.ask(target, { method: 'DELETE', headers: rig.keys })).status, 200)
    const { data, meta } = (await usage('?by=mapkind')).json()
    const il2cpp = data.find((each: { id: string }) => each.id === 'mapkind=il2cpp').attributes
    assert.deepEqual([il2cpp.maps, il2cpp.size, il2cpp.deleted_maps], [0, 0, 1])
    assert.equal(il2cpp.waiting_size, il2cpp.stored_size)
    assert.equal(meta.totals.stored_size, earlier.stored_size)
    assert.equal(meta.totals.waiting_size, il2cpp.stored_size)
  })

  const refusals: readonly (readonly [query: string, parameter: string, detail: RegExp])[] = [
    ['?by=origin', 'by', /^by must name service, version, mapkind, uploader, .*"origin" is none of these$/],
    ['?by=service,', 'by', /"" is none of these/],
    ['?by=Service', 'by', /"Service"/],
    ['?by=service,service', 'by', /by names service more than once/],
    ['?by=', 'by', /by must not be empty/],
    ['?by=service&by=version', 'by', /by must be given once/],
    ['?group=service', 'group', /^unknown parameter "group"; allowed is by$/],
    ['?filter[service]=shop', 'filter[service]', /unknown parameter/],
  ]
  for (const [query, parameter, detail] of refusals)
    test(`refuses ${query} and names what is allowed`, async () => {
      const answer = await usage(query)
      assert.equal(answer.status, 400)
      assert.deepEqual(answer.json().errors[0].source, { parameter })
      assert.match(answer.json().errors[0].detail, detail)
    })

  test('names every fault at once', async () => {
    const { errors } = (await usage('?group=service&by=a,b')).json()
    assert.deepEqual(
      errors.map((each: { source: { parameter: string } }) => each.source.parameter),
      ['group', 'by', 'by'],
    )
  })

  test('needs the permission to read', async () => {
    const eraser = await rig.makeKey('application', ['rum_delete_data', 'mapkeep_admin'])
    assert.equal((await usage('', { authorization: `Bearer ${eraser}` })).status, 403)
    assert.equal((await usage('', {})).status, 401)
  })

  test('tells another organization nothing', async () => {
    const stranger = { authorization: `Bearer ${await rig.makeKey('application', ['rum_apps_read'], 'stranger')}` }
    const { data, meta } = (await usage('?by=service,version,mapkind,uploader', stranger)).json()
    assert.deepEqual(data, [])
    assert.deepEqual(meta.totals, { maps: 0, size: 0, stored_size: 0, deleted_maps: 0, waiting_size: 0, growth_per_day: 0 })
  })
})

function files(text: string): Record<string, string> {
  return { source_map: JSON.stringify({ version: 3, sources: [text], names: [], mappings: 'AAAA' }), minified_file: 'shared()' }
}

function sum(data: readonly { readonly attributes: Record<string, number> }[], name: string): number {
  return data.reduce((total, each) => total + (each.attributes[name] ?? Number.NaN), 0)
}

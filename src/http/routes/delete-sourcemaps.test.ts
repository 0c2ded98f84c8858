import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { jsEvent, openRig, type Rig } from '../rig.fixture.ts'

describe('DELETE /api/v2/sourcemaps', () => {
  let rig: Rig
  before(async () => {
    rig = await openRig()
  })
  after(() => rig.close())
  const path = '/api/v2/sourcemaps'
  const remove = (query: string, headers = rig.keys) => rig.ask(`${path}?${query}`, { method: 'DELETE', headers })
  const restore = (query: string) => rig.ask(`${path}/restore?${query}`, { method: 'PATCH', headers: rig.keys })
  const release = (service: string) => `mapkind=js&filter%5Bservice%5D=${service}&filter[version]=1.0.0`

  test('a dry run shows exactly what the real run takes, and changes nothing', async () => {
    const ids = [await rig.upload(jsEvent({ service: 'one' })), await rig.upload(jsEvent({ service: 'one', minified_url: '/b.js' }))]
    const dry = await remove(`${release('one')}&dry_run=true`)
    assert.equal(dry.status, 200)
    assert.equal(dry.headers['content-type'], 'application/json')
    assert.equal(Number(dry.headers['content-length']), dry.bytes.length)
    assert.equal(dry.json().meta.dry_run, true)
    assert.equal(dry.json().meta.totals.count, 2)
    assert.equal(dry.json().meta.operation, undefined)
    const real = await remove(`${release('one')}&dry_run=false`)
    assert.deepEqual(real.json().data, dry.json().data)
    assert.deepEqual(
      real
        .json()
        .data.map((item: { id: string }) => item.id)
        .sort(),
      ids.sort(),
    )
    assert.deepEqual(real.json().meta.totals, dry.json().meta.totals)
    assert.match(real.json().meta.operation.id, /^op_\d+$/)
    assert.ok(Date.parse(real.json().meta.operation.undo_until) > Date.now())
    assert.equal((await remove(`${release('one')}&dry_run=false`)).status, 404)
  })

  test('a restoration brings the deleted maps back under their ids', async () => {
    const id = await rig.upload(jsEvent({ service: 'two' }))
    assert.equal((await restore(`${release('two')}&dry_run=false`)).status, 404)
    await remove(`${release('two')}&dry_run=false`)
    assert.equal((await restore(`${release('two')}&dry_run=true`)).json().data[0].id, id)
    const real = await restore(`${release('two')}&dry_run=false`)
    assert.equal(real.status, 200)
    assert.equal(real.json().data[0].id, id)
    assert.equal((await remove(`${release('two')}&dry_run=true`)).json().data[0].id, id)
  })

  test('a blank may be sent as plus or %20, and plus, comma and ampersand are data when encoded', async () => {
    const id = await rig.upload(jsEvent({ service: 'my web,svc&x', version: '1.0+b' }))
    const answer = await remove('mapkind=js&dry_run=true&filter%5Bservice%5D=my+web%2Csvc%26x&filter%5Bversion%5D=1.0%2Bb')
    assert.equal(answer.json().data[0].id, id)
    assert.equal((await remove('mapkind=js&dry_run=true&filter[service]=my%20web,svc%26x&filter[version]=1.0%2Bb')).status, 200)
  })

  test('ids that match nothing are named', async () => {
    const id = await rig.upload(jsEvent({ service: 'three' }))
    const answer = await remove(`${release('three')}&dry_run=true&filter[id]=${id}&filter[id]=999999&filter[id]=abc`)
    assert.deepEqual(answer.json().meta.unmatched.sort(), ['999999', 'abc'])
    assert.equal((await remove(`${release('three')}&dry_run=true&filter[id]=${id}`)).json().meta.unmatched, undefined)
  })

  test('a deletion or restoration with a body is refused, since filters in it would not be read', async () => {
    const id = await rig.upload(jsEvent({ service: 'body' }))
    const body = JSON.stringify({ filter: { id: [id] } })
    const doors = [
      ['DELETE', path],
      ['PATCH', `${path}/restore`],
      ['DELETE', '/api/mapkeep/v1/sourcemaps'],
      ['PATCH', '/api/mapkeep/v1/sourcemaps/restore'],
    ] as const
    for (const [method, door] of doors) {
      for (const headers of [{ 'content-length': String(body.length) }, { 'transfer-encoding': 'chunked' }]) {
        const answer = await rig.ask(`${door}?${release('body')}&dry_run=false`, { method, headers: { ...rig.keys, ...headers }, body })
        assert.equal(answer.status, 400, `${method} ${door}`)
        assert.deepEqual(answer.json().errors[0].source, { pointer: '' })
      }
    }
    for (const headers of [{ 'content-length': '0' }, { 'transfer-encoding': 'chunked' }]) {
      const answer = await rig.ask(`${path}?${release('body')}&dry_run=true`, { method: 'DELETE', headers: { ...rig.keys, ...headers } })
      assert.equal(answer.json().data[0].id, id)
    }
  })

  const refusals: readonly (readonly [string, string, string])[] = [
    ['without dry_run', 'mapkind=il2cpp&filter[id]=1', 'dry_run'],
    ['with an empty dry_run', 'mapkind=il2cpp&filter[id]=1&dry_run=', 'dry_run'],
    ['with dry_run=1', 'mapkind=il2cpp&filter[id]=1&dry_run=1', 'dry_run'],
    ['with dry_run=True', 'mapkind=il2cpp&filter[id]=1&dry_run=True', 'dry_run'],
    ['with dry_run twice', 'mapkind=il2cpp&filter[id]=1&dry_run=true&dry_run=false', 'dry_run'],
    ['without mapkind', 'dry_run=true&filter[id]=1', 'mapkind'],
    ['with mapkind in upper case', 'mapkind=JS&dry_run=true', 'mapkind'],
    ['with mapkind twice', 'mapkind=js&mapkind=js&dry_run=true', 'mapkind'],
    ['of a kind Datadog has no name for', 'mapkind=pe&dry_run=true&filter[id]=1', 'mapkind'],
    ['with a plan', 'mapkind=il2cpp&dry_run=true&filter[id]=1&plan=pln_1', 'plan'],
    ['with a force that is no boolean', 'mapkind=il2cpp&dry_run=true&filter[id]=1&force=yes', 'force'],
    ['with an empty reason', 'mapkind=il2cpp&dry_run=true&filter[id]=1&reason=', 'reason'],
    ['with a broken percent-encoding', 'mapkind=il2cpp&dry_run=true&filter[id]=%zz', 'filter[id]'],
    ['with an encoding that is no UTF-8', 'mapkind=il2cpp&dry_run=true&filter[id]=%ff', 'filter[id]'],
    ['with a misspelt filter', 'mapkind=il2cpp&dry_run=true&filter[id]=1&filter[buildid]=x', 'filter[buildid]'],
    ['with a comma-joined filter name', 'mapkind=il2cpp&dry_run=true&filter[id]=1&filter=x', 'filter'],
  ]
  for (const [title, query, parameter] of refusals) {
    test(`is refused ${title}, and the answer names ${parameter}`, async () => {
      const answer = await remove(query)
      assert.equal(answer.status, 400)
      const [error] = answer.json().errors
      assert.deepEqual(
        { status: error.status, title: error.title, source: error.source },
        {
          status: '400',
          title: 'Bad Request',
          source: { parameter },
        },
      )
    })
  }

  test('all faults of a request are answered at once', async () => {
    const answer = await remove('mapkind=js&filter[variant]=x&nonsense=1')
    const named = answer.json().errors.map((error: { source: { parameter: string } }) => error.source.parameter)
    assert.deepEqual(named.sort(), ['dry_run', 'filter[service]', 'filter[variant]', 'filter[version]', 'nonsense'])
  })

  test('needs valid keys and the permission', async () => {
    const query = `${release('one')}&dry_run=true`
    const none = await remove(query, {})
    assert.equal(none.status, 401)
    assert.equal(none.json().errors[0].status, '401')
    assert.equal(none.json().errors[0].title, 'Unauthorized')
    assert.equal((await remove(query, { ...rig.keys, 'dd-application-key': 'wrong' })).status, 401)
    const reader = await rig.makeKey('application', ['rum_apps_read'])
    const forbidden = await remove(query, { ...rig.keys, 'dd-application-key': reader })
    assert.equal(forbidden.status, 403)
    assert.match(forbidden.json().errors[0].detail, /needs rum_delete_data/)
    assert.equal((await remove(query, { authorization: `Bearer ${rig.applicationKey}` })).status, 404)
    assert.equal((await remove(query, { authorization: `Bearer ${rig.apiKey}` })).status, 401)
  })

  test('maps of another organization are neither seen nor counted', async () => {
    const id = await rig.upload(jsEvent({ service: 'sealed' }))
    const stranger = await rig.makeKey('application', ['rum_delete_data', 'rum_apps_read'], 'stranger')
    const bearer = { authorization: `Bearer ${stranger}` }
    assert.equal((await remove(`${release('sealed')}&dry_run=false`, bearer)).status, 404)
    const answer = await rig.ask(`/api/mapkeep/v1/sourcemaps/${id}`, { headers: bearer })
    assert.equal(answer.status, 404)
  })

  test('kinds without a name at Datadog are deleted and restored at our own endpoint', async () => {
    const id = await rig.upload({ type: 'pe_symbol_file', arch: 'x64', pdb_sig: '0F9D5E6C-7E1A-4C55-9F6F-3A9F2C1B7A10', pdb_age: 1 })
    const own = '/api/mapkeep/v1/sourcemaps'
    const query = `mapkind=pe&filter[arch]=x64&dry_run=false`
    const deleted = await rig.ask(`${own}?${query}`, { method: 'DELETE', headers: rig.keys })
    assert.equal(deleted.json().data[0].id, id)
    assert.deepEqual((await rig.ask(`${own}?mapkind=pe`, { headers: rig.keys })).json().data, [])
    assert.equal((await rig.ask(`${own}/restore?${query}`, { method: 'PATCH', headers: rig.keys })).status, 200)
    assert.equal((await rig.ask(`${own}?mapkind=pe`, { headers: rig.keys })).json().data[0].attributes.pdb_age, '1')
  })
})

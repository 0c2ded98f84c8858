import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { jsEvent, jsFiles, openRig, type Question, type Rig } from '../rig.fixture.ts'

const release = (service: string) => `mapkind=js&filter[service]=${service}&filter[version]=1.0.0`

describe('POST /api/mapkeep/v1/operations/{id}/undo', () => {
  let rig: Rig
  before(async () => {
    rig = await openRig({ deleteLimit: 3 })
  })
  after(() => rig.close())
  const undo = (id: string, query = '', question: Question = {}) =>
    rig.ask(`/api/mapkeep/v1/operations/${id}/undo?${query}`, {
      method: 'POST',
      ...question,
      headers: { ...rig.keys, ...question.headers },
    })
  const change = (method: string, door: string, query: string) =>
    rig.ask(`/api/v2/sourcemaps${door}?${query}&dry_run=false`, { method, headers: rig.keys })
  const put = async (service: string, names: readonly string[]) => {
    const ids: string[] = []
    for (const name of names) ids.push(await rig.upload(jsEvent({ service, minified_url: `/${name}.js` }), jsFiles(name)))
    return ids
  }
  const remove = async (service: string) => (await change('DELETE', '', release(service))).json().meta.operation.id
  const list = async (service: string) =>
    (await rig.ask(`/api/v2/sourcemaps/list?${release(service)}`, { headers: rig.keys })).json().data.map((item: { id: string }) => item.id)

  test('brings back exactly what a deletion took, also beside a newer upload of the same file', async () => {
    const ids = await put('one', ['a', 'b'])
    const operation = await remove('one')
    const [newer] = await put('one', ['a'])
    const answer = await undo(operation)
    assert.equal(answer.status, 200, answer.text)
    const { meta, data } = answer.json()
    assert.deepEqual(
      data.map((item: { id: string }) => item.id),
      ids,
    )
    assert.deepEqual([meta.dry_run, meta.totals.count, meta.operation.undoes, meta.operation.undo_until], [false, 2, operation, undefined])
    assert.equal(meta.left, undefined)
    assert.deepEqual((await list('one')).sort(), [...ids, newer].sort())
  })

  test('can be undone itself, and that can be undone until a time, too', async () => {
    await put('two', ['a'])
    const undone = (await undo(await remove('two'))).json().meta.operation.id
    const again = await undo(undone, 'reason=changed+my+mind')
    assert.ok(Date.parse(again.json().meta.operation.undo_until) > Date.now())
    assert.deepEqual(await list('two'), [])
    const shown = (await rig.ask(`/api/mapkeep/v1/operations/${undone}`, { headers: rig.keys })).json().data.attributes
    assert.deepEqual([shown.kind, shown.undone_by], ['undo', again.json().meta.operation.id])
  })

  test('is refused with counts when members have moved on, unless it may be partial', async () => {
    const [first = '', ...rest] = await put('three', ['a', 'b', 'c'])
    const operation = await remove('three')
    await change('PATCH', '/restore', `${release('three')}&filter[id]=${first}`)
    const refused = await undo(operation)
    assert.equal(refused.status, 409)
    const [error] = refused.json().errors
    assert.deepEqual([error.title, error.meta], ['Conflict', { undoable: 2, purged: 0, moved_on: 1, held: 0 }])
    assert.deepEqual(await list('three'), [first])
    const partial = await undo(operation, 'partial=true')
    assert.deepEqual(partial.json().meta.left, { purged: 0, moved_on: 1, held: 0 })
    assert.deepEqual(
      partial.json().data.map((item: { id: string }) => item.id),
      rest,
    )
    const twice = (await undo(operation)).json().errors[0]
    assert.equal(twice.meta.undone_by, partial.json().meta.operation.id)
  })

  test('repeats its answer for the same Idempotency-Key', async () => {
    await put('four', ['a'])
    const operation = await remove('four')
    const first = await undo(operation, '', { headers: { 'idempotency-key': 'once' } })
    const second = await undo(operation, '', { headers: { 'idempotency-key': 'once' } })
    assert.equal(first.status, 200)
    assert.deepEqual(second.json(), first.json())
  })

  test('obeys the limit when it deletes', async () => {
    const ids = await put('five', ['a', 'b', 'c', 'd'])
    const deleted = await change('DELETE', '', `${release('five')}&force=true&reason=test`)
    const undone = (await undo(deleted.json().meta.operation.id)).json().meta.operation.id
    const refused = await undo(undone)
    assert.equal(refused.status, 400)
    assert.deepEqual(refused.json().errors[0].meta, { count: 4, limit: 3 })
    assert.equal((await list('five')).length, ids.length)
    assert.equal((await undo(undone, 'force=true&reason=sure')).status, 200)
  })

  test('refuses parameters it does not know, faulty ones and a body', async () => {
    await put('six', ['a'])
    const operation = await remove('six')
    const refused: readonly (readonly [string, string])[] = [
      ['dry_run=true', 'dry_run'],
      ['filter[service]=six', 'filter[service]'],
      ['plan=pln_1', 'plan'],
      ['partial=yes', 'partial'],
      ['force=1', 'force'],
      ['reason=', 'reason'],
    ]
    for (const [query, parameter] of refused) {
      const answer = await undo(operation, query)
      assert.equal(answer.status, 400, query)
      assert.deepEqual(answer.json().errors[0].source, { parameter })
    }
    const body = await undo(operation, '', { body: '{"partial":true}', headers: { 'content-length': '16' } })
    assert.equal(body.status, 400)
    assert.deepEqual(body.json().errors[0].source, { pointer: '' })
    assert.deepEqual(await list('six'), [])
  })

  test('does not find operations that are not there or of another organization', async () => {
    await put('seven', ['a'])
    const operation = await remove('seven')
    for (const id of ['op_9999', 'op_0', 'seven']) assert.equal((await undo(id)).status, 404, id)
    const stranger = { authorization: `Bearer ${await rig.makeKey('application', ['rum_delete_data'], 'stranger')}` }
    const strange = await rig.ask(`/api/mapkeep/v1/operations/${operation}/undo`, { method: 'POST', headers: stranger })
    assert.equal(strange.status, 404)
    assert.deepEqual(await list('seven'), [])
  })

  test('needs keys and the permission to delete', async () => {
    const ask = (headers: Record<string, string>) => rig.ask('/api/mapkeep/v1/operations/op_1/undo', { method: 'POST', headers })
    assert.equal((await ask({})).status, 401)
    assert.equal((await ask({ authorization: `Bearer ${await rig.makeKey('application', ['rum_apps_read'])}` })).status, 403)
  })
})

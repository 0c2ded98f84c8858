import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { jsEvent, jsFiles, openRig, type Rig } from '../rig.fixture.ts'

const release = (service: string) => `mapkind=js&filter[service]=${service}&filter[version]=1.0.0`
const path = '/api/mapkeep/v1/operations'

describe('the operations', () => {
  let rig: Rig
  const ids: string[] = []
  before(async () => {
    rig = await openRig()
    for (const name of ['a', 'b', 'c']) ids.push(await rig.upload(jsEvent({ minified_url: `/${name}.js` }), jsFiles(name)))
    await move('DELETE', 'sourcemaps', `${release('web')}&dry_run=false&reason=end+of+life`)
    await move('PATCH', 'sourcemaps/restore', `${release('web')}&filter[id]=${ids[1]}&dry_run=false`)
  })
  after(() => rig.close())
  const move = (method: string, door: string, query: string) => rig.ask(`/api/v2/${door}?${query}`, { method, headers: rig.keys })
  const get = (target: string, headers = rig.keys) => rig.ask(target, { headers })

  test('are listed newest first, with who, when, why, from where and until when', async () => {
    const answer = await get(path)
    assert.equal(answer.status, 200)
    assert.deepEqual(answer.json().meta, { page: { has_more_results: false } })
    const [restoration, deletion] = answer.json().data
    assert.deepEqual([restoration.id, deletion.id], ['op_2', 'op_1'])
    const { actor, at, undo_until, totals, ...rest } = deletion.attributes
    assert.deepEqual(rest, {
      kind: 'deletion',
      to: 'deleted',
      address: '127.0.0.1',
      reason: 'end of life',
      forced: false,
      selection: { mapkind: 'js', 'filter[service]': ['web'], 'filter[version]': ['1.0.0'] },
    })
    assert.deepEqual([actor.name, totals.count], ['first application key', 3])
    assert.ok(Date.parse(undo_until) > Date.parse(at))
    assert.equal(restoration.attributes.undo_until, undefined)
  })

  test('are paged by cursor', async () => {
    const first = await get(`${path}?page[size]=1`)
    assert.equal(first.json().meta.page.has_more_results, true)
    const second = await get(`${path}?page[size]=1&page[after]=${first.json().meta.page.next_cursor}`)
    assert.deepEqual([second.json().data[0].id, second.json().meta], ['op_1', { page: { has_more_results: false } }])
  })

  test('are shown one by one with their maps as they are now, a page at a time', async () => {
    const first = await get(`${path}/op_1?page[size]=2`)
    assert.equal(first.json().data.id, 'op_1')
    const shown = (answer: typeof first) =>
      answer
        .json()
        .included.map((item: { id: string; attributes: Record<string, unknown> }) => [
          item.id,
          item.attributes.state,
          item.attributes.operation,
        ])
    assert.deepEqual(shown(first), [
      [ids[0], 'deleted', 'op_1'],
      [ids[1], 'live', 'op_2'],
    ])
    const { next_cursor } = first.json().meta.page
    const second = await get(`${path}/op_1?page[size]=2&page[after]=${next_cursor}`)
    assert.deepEqual(shown(second), [[ids[2], 'deleted', 'op_1']])
    assert.equal(second.json().meta.page.next_cursor, undefined)
  })

  test('take no cursor of another list, and no parameter they do not know', async () => {
    const cursors = [
      (await get(`${path}?page[size]=1`)).json().meta.page.next_cursor,
      (await get(`${path}/op_1?page[size]=1`)).json().meta.page.next_cursor,
    ]
    const refused: readonly (readonly [string, string])[] = [
      [`${path}?page[after]=${cursors[1]}`, 'page[after]'],
      [`${path}/op_1?page[after]=${cursors[0]}`, 'page[after]'],
      [`${path}/op_2?page[after]=${cursors[1]}`, 'page[after]'],
      [`${path}?page[after]=nonsense`, 'page[after]'],
      [`${path}?page[size]=0`, 'page[size]'],
      [`${path}?page[number]=2`, 'page[number]'],
      [`${path}/op_1?nonsense=1`, 'nonsense'],
    ]
    for (const [target, parameter] of refused) {
      const answer = await get(target)
      assert.equal(answer.status, 400, target)
      assert.deepEqual(answer.json().errors[0].source, { parameter })
    }
  })

  test('that do not exist are not found', async () => {
    for (const id of ['op_99', 'op_0', 'op_x', '1', 'op_1e3']) assert.equal((await get(`${path}/${id}`)).status, 404, id)
  })

  test('of another organization are neither seen nor found', async () => {
    const bearer = { authorization: `Bearer ${await rig.makeKey('application', ['rum_apps_read'], 'stranger')}` }
    assert.deepEqual((await get(path, bearer)).json().data, [])
    assert.equal((await get(`${path}/op_1`, bearer)).status, 404)
    const { next_cursor } = (await get(`${path}?page[size]=1`)).json().meta.page
    assert.equal((await get(`${path}?page[after]=${next_cursor}`, bearer)).status, 400)
  })

  test('need keys and the permission to read', async () => {
    for (const target of [path, `${path}/op_1`]) {
      assert.equal((await get(target, {})).status, 401)
      const bearer = { authorization: `Bearer ${await rig.makeKey('application', ['rum_delete_data'])}` }
      assert.equal((await get(target, bearer)).status, 403)
    }
  })
})

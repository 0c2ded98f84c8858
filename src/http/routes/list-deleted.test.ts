import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { jsEvent, jsFiles, openRig, type Rig } from '../rig.fixture.ts'

const release = 'mapkind=js&filter[service]=web&filter[version]=1.0.0'
const path = '/api/mapkeep/v1/deleted'

describe('GET /api/mapkeep/v1/deleted', () => {
  let rig: Rig
  const ids: string[] = []
  before(async () => {
    rig = await openRig()
    for (const name of ['a', 'b', 'c', 'live']) ids.push(await rig.upload(jsEvent({ minified_url: `/${name}.js` }), jsFiles(name)))
    const pe = await rig.upload({ type: 'pe_symbol_file', arch: 'x64', pdb_sig: '0F9D5E6C-7E1A-4C55-9F6F-3A9F2C1B7A10', pdb_age: 1 })
    await remove(`${release}&filter[id]=${ids[0]}&filter[id]=${ids[2]}`)
    await remove(`${release}&filter[id]=${ids[1]}`)
    await remove(`mapkind=pe&filter[id]=${pe}`)
  })
  after(() => rig.close())
  const remove = async (query: string) => {
    const answer = await rig.ask(`/api/mapkeep/v1/sourcemaps?${query}&dry_run=false`, { method: 'DELETE', headers: rig.keys })
    assert.equal(answer.status, 200, answer.text)
  }
  const list = (query: string, headers = rig.keys) => rig.ask(`${path}?${query}`, { headers })
  const idsOf = (answer: { json(): { data: { id: string }[] } }) => answer.json().data.map(item => item.id)

  test('shows what is deleted, newest upload first, with when, by which operation and until when it can be undone', async () => {
    const answer = await list(release.replace('mapkind=js&', ''))
    assert.deepEqual(idsOf(answer), [ids[2], ids[1], ids[0]])
    assert.deepEqual(answer.json().meta, { page: { has_more_results: false } })
    const [{ attributes }] = answer.json().data
    assert.equal(attributes.operation, 'op_1')
    assert.equal(Date.parse(attributes.undo_until) - Date.parse(attributes.deleted_at), 86_400_000)
    assert.deepEqual([attributes.mapkind, attributes.service], ['js', 'web'])
  })

  test('is paged by cursor and takes the filters of a list, for every kind', async () => {
    const first = await list(`${release}&page[size]=2`)
    const { next_cursor } = first.json().meta.page
    assert.deepEqual(idsOf(await list(`${release}&page[size]=2&page[after]=${next_cursor}`)), [ids[0]])
    assert.deepEqual(idsOf(await list(`${release}&filter[id]=${ids[1]}&filter[id]=${ids[3]}`)), [ids[1]])
    assert.equal((await list('mapkind=pe')).json().data.length, 1)
    assert.deepEqual((await list('mapkind=elf')).json().data, [])
  })

  test('refuses cursors of other lists, unknown parameters and missing filters', async () => {
    const deleted = (await list(`${release}&page[size]=1`)).json().meta.page.next_cursor
    const live = await rig.upload(jsEvent({ minified_url: '/late.js' }))
    assert.ok(live)
    const lists = await rig.ask(`/api/mapkeep/v1/sourcemaps?${release}&page[size]=1`, { headers: rig.keys })
    const refused: readonly (readonly [string, string])[] = [
      [`${release}&page[after]=${lists.json().meta.page.next_cursor}`, 'page[after]'],
      [`${release}&filter[id]=1&page[after]=${deleted}`, 'page[after]'],
      [`${release}&page[number]=2`, 'page[number]'],
      [`${release}&filter[variant]=x`, 'filter[variant]'],
      ['mapkind=js&filter[service]=web', 'filter[version]'],
    ]
    for (const [query, parameter] of refused) {
      const answer = await list(query)
      assert.equal(answer.status, 400, query)
      assert.deepEqual(answer.json().errors[0].source, { parameter })
    }
  })

  test('shows nothing of another organization, and needs keys and the permission to read', async () => {
    const stranger = { authorization: `Bearer ${await rig.makeKey('application', ['rum_apps_read'], 'stranger')}` }
    assert.deepEqual((await list(release, stranger)).json().data, [])
    assert.equal((await list(release, {})).status, 401)
    const deleter = { authorization: `Bearer ${await rig.makeKey('application', ['rum_delete_data'])}` }
    assert.equal((await list(release, deleter)).status, 403)
  })
})

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { jsEvent, openRig, type Rig } from '../rig.fixture.ts'

describe('GET /api/v2/sourcemaps/list', () => {
  const debugId = '0f9d5e6c-7e1a-4c55-9f6f-3a9f2c1b7a10'
  const ids: string[] = []
  let rig: Rig
  before(async () => {
    rig = await openRig()
    for (let number = 0; number < 5; number++) ids.unshift(await rig.upload(jsEvent({ minified_url: `/js/${number}.js` })))
    await rig.upload({ type: 'js_sourcemap', debug_id: debugId, minified_url: 'x.js' })
    await rig.upload(
      { type: 'js_sourcemap', debug_id: debugId.toUpperCase(), minified_url: 'x.js' },
      { source_map: '{}', minified_file: 'b' },
    )
    for (const build_id of ['b1', 'b2', 'b3']) await rig.upload({ type: 'il2cpp_mapping_file', build_id })
  })
  after(() => rig.close())
  const list = (query: string, headers = rig.keys) => rig.ask(`/api/v2/sourcemaps/list?${query}`, { headers })
  const release = 'filter[service]=web&filter[version]=1.0.0'
  const idsOf = (answer: { json(): { data: { id: string }[] } }) => answer.json().data.map(item => item.id)

  test('without page parameters gives js maps newest first with the true count', async () => {
    const answer = await list(release)
    assert.equal(answer.status, 200)
    assert.deepEqual(idsOf(answer), ids)
    assert.deepEqual(answer.json().meta, { page: { has_more_results: false, total_filtered_count: 5 } })
  })

  test('pages js maps by cursor until nothing is left', async () => {
    const seen: string[] = []
    let query = `${release}&page[size]=2`
    for (let page = 0; page < 3; page++) {
      const answer = await list(query)
      seen.push(...idsOf(answer))
      const { has_more_results, next_cursor, total_filtered_count } = answer.json().meta.page
      assert.equal(has_more_results, page < 2)
      assert.equal(total_filtered_count, 5)
      assert.equal(next_cursor === undefined, page === 2)
      query = `${release}&page[size]=2&page[after]=${next_cursor}`
    }
    assert.deepEqual(seen, ids)
  })

  test('pages js maps by number with the true count, too', async () => {
    const second = await list(`${release}&page[size]=2&page[number]=2`)
    assert.deepEqual(idsOf(second), ids.slice(2, 4))
    assert.deepEqual(second.json().meta.page, { has_more_results: true, total_filtered_count: 5 })
    const beyond = await list(`${release}&page[size]=2&page[number]=9000000000000000000`)
    assert.deepEqual(beyond.json().data, [])
    assert.deepEqual(beyond.json().meta.page, { has_more_results: false, total_filtered_count: 5 })
  })

  test('pages other kinds by number', async () => {
    const first = await list('mapkind=il2cpp&page[size]=2')
    assert.equal(first.json().data.length, 2)
    assert.deepEqual(first.json().meta.page, { has_more_results: true, total_filtered_count: 3 })
    assert.equal((await list('mapkind=il2cpp&page[size]=2&page[number]=2')).json().data.length, 1)
  })

  test('finds the newest map of one debug id without service and version, whatever its case', async () => {
    const answer = await list(`filter[debug_id]=${debugId}`)
    assert.equal(answer.json().data.length, 1)
    assert.equal(answer.json().data[0].attributes.debug_id, debugId.toUpperCase())
    assert.deepEqual(answer.json().meta.page, { has_more_results: false, total_filtered_count: 1 })
    const second = await list(`filter[debug_id]=${debugId}&page[number]=2`)
    assert.deepEqual(second.json().data, [])
    assert.deepEqual(second.json().meta.page, { has_more_results: false, total_filtered_count: 1 })
  })

  test('browses all maps that have a debug id', async () => {
    const first = await list('search_by=debug_id&page[size]=1')
    assert.equal(first.json().data.length, 1)
    assert.equal(first.json().meta.page.total_filtered_count, 0)
    const next = await list(`search_by=debug_id&page[size]=1&page[after]=${first.json().meta.page.next_cursor}`)
    assert.equal(next.json().data.length, 1)
    assert.equal(next.json().meta.page.has_more_results, false)
    assert.equal((await list(`search_by=debug_id&filter[debug_id]=${debugId}`)).json().data.length, 2)
  })

  test('refuses a cursor that is broken or belongs to other filters', async () => {
    const cursor = (await list(`${release}&page[size]=2`)).json().meta.page.next_cursor
    const queries = [
      `${release}&page[after]=nonsense`,
      `${release}&filter[version]=2&page[after]=${cursor}`,
      `search_by=debug_id&page[after]=${cursor}`,
      `${release}&page[number]=1&page[after]=${cursor}`,
      `mapkind=il2cpp&page[after]=${cursor}`,
      `filter[debug_id]=${debugId}&page[after]=${cursor}`,
    ]
    for (const query of queries) {
      const answer = await list(query)
      assert.equal(answer.status, 400, query)
      assert.equal(answer.json().errors[0].source.parameter, 'page[after]', query)
    }
  })

  test('a cursor of another organization is refused', async () => {
    const eventOf = (number: number) => jsEvent({ minified_url: `/js/${number}.js` })
    const apiKey = await rig.makeKey('api', [], 'stranger')
    const stranger = { authorization: `Bearer ${await rig.makeKey('application', ['rum_apps_read'], 'stranger')}` }
    for (const number of [1, 2]) await rig.upload(eventOf(number), undefined, apiKey)
    const theirs = (await list(`${release}&page[size]=1`, stranger)).json().meta.page.next_cursor
    assert.equal((await list(`${release}&page[after]=${theirs}`, stranger)).status, 200)
    assert.equal((await list(`${release}&page[after]=${theirs}`)).status, 400)
  })

  test('a cursor does not let on which number its organization has', async () => {
    const twin = await openRig()
    for (let number = 0; number < 5; number++) await twin.upload(jsEvent({ minified_url: `/js/${number}.js` }))
    const query = `/api/v2/sourcemaps/list?${release}&page[size]=2`
    const [here, there] = [await list(`${release}&page[size]=2`), await twin.ask(query, { headers: twin.keys })]
    await twin.close()
    const cursorOf = (answer: typeof here) => Buffer.from(answer.json().meta.page.next_cursor, 'base64url').toString()
    const [place, seal] = cursorOf(here).split('.')
    const [samePlace, otherSeal] = cursorOf(there).split('.')
    assert.equal(place, samePlace)
    assert.notEqual(seal, otherSeal, 'equal numbers, maps and filters; only the secret half of the identity differs')
  })

  const refusals: readonly (readonly [string, string])[] = [
    ['', 'filter[service]'],
    ['mapkind=', 'mapkind'],
    [`${release}&page[size]=0`, 'page[size]'],
    [`${release}&page[size]=ten`, 'page[size]'],
    [`${release}&page[number]=0`, 'page[number]'],
    [`${release}&page[number]=-1`, 'page[number]'],
    [`${release}&page[size]=1&page[size]=2`, 'page[size]'],
    ['search_by=name', 'search_by'],
    ['mapkind=react&search_by=debug_id', 'search_by'],
    ['search_by=debug_id&filter[service]=web', 'filter[service]'],
    ['search_by=debug_id&filter[filename]=a.js', 'filter[filename]'],
    ['search_by=debug_id&page[number]=1', 'page[number]'],
    [`${release}&filter[nonsense]=1`, 'filter[nonsense]'],
  ]
  for (const [query, parameter] of refusals) {
    test(`refuses ${query || 'a bare request'} and names ${parameter}`, async () => {
      const answer = await list(query)
      assert.equal(answer.status, 400)
      assert.equal(answer.json().errors[0].source.parameter, parameter)
    })
  }

  test('ignores other unknown parameters and answers nothing found with an empty list', async () => {
    const answer = await list('filter[service]=none&filter[version]=1&utm=1')
    assert.equal(answer.status, 200)
    assert.deepEqual(answer.json(), { data: [], meta: { page: { has_more_results: false, total_filtered_count: 0 } } })
  })

  test('cuts a page to 1000 maps and refuses more values than it combines', async () => {
    assert.equal((await list(`${release}&page[size]=99999`)).status, 200)
    const many = Array.from({ length: 2001 }, (_, id) => `filter[id]=${id}`).join('&')
    const answer = await list(`${release}&${many}`)
    assert.equal(answer.status, 413)
    assert.equal(answer.json().errors[0].status, '413')
  })

  test('needs the permission to read', async () => {
    const eraser = await rig.makeKey('application', ['rum_delete_data'])
    assert.equal((await list(release, { authorization: `Bearer ${eraser}` })).status, 403)
    assert.equal((await list(release, {})).status, 401)
  })
})

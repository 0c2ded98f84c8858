import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { jsEvent, openRig, type Rig } from '../rig.fixture.ts'

interface Event {
  readonly id: string
  readonly type: string
  readonly attributes: Readonly<Record<string, unknown>> & { readonly at: string; readonly subject?: string }
}

const path = '/api/mapkeep/v1/audit'

describe('the audit trail over HTTP', () => {
  let rig: Rig
  let otherKeys: Record<string, string>
  let admin: string
  before(async () => {
    rig = await openRig()
    admin = await rig.makeKey('application', ['mapkeep_admin'])
    const otherApi = await rig.makeKey('api', [], 'other')
    otherKeys = { 'dd-api-key': otherApi, 'dd-application-key': await rig.makeKey('application', ['mapkeep_admin'], 'other') }
    for (const version of ['1', '2', '2']) await rig.upload(jsEvent({ version }))
    await rig.upload(jsEvent({ service: 'secret of other' }), undefined, otherApi)
  })
  after(() => rig.close())
  const ask = (query = '', headers = rig.keys) => rig.ask(`${path}?${query}`, { headers })
  const events = async (query = '', headers = rig.keys): Promise<Event[]> => (await ask(query, headers)).json().data
  const reasonsOf = async (query: string) => {
    const answer = await ask(query)
    assert.equal(answer.status, 400, answer.text)
    return answer.json().errors.map(({ source, detail }: { source: { parameter: string }; detail: string }) => [source.parameter, detail])
  }

  test('tells of uploads: who, when, what and from where', async () => {
    const uploads = await events('filter[action]=upload')
    assert.deepEqual(
      uploads.map(({ attributes }) => attributes.detail),
      [
        { kind: 'js', repeat: true, service: 'web', version: '2' },
        { kind: 'js', repeat: false, service: 'web', version: '2' },
        { kind: 'js', repeat: false, service: 'web', version: '1' },
      ],
    )
    const [{ id, type, attributes } = assert.fail()] = uploads
    const { at, actor, address, subject, action } = attributes
    assert.match(id, /^evt_/)
    assert.deepEqual([type, action, address, subject], ['audit_events', 'upload', '127.0.0.1', '2'])
    assert.equal((actor as { name: string }).name, 'first api key')
    assert.equal(new Date(at).toISOString(), at)
  })

  test('begins with the first keys and the organization', async () => {
    const oldest = (await events('filter[actor]=mapkeep')).map(({ attributes }) => attributes.action)
    assert.deepEqual(oldest.sort(), ['key.created', 'key.created', 'organization.created'])
  })

  test('is paged newest first by an opaque cursor', async () => {
    const all = await events('page[size]=1000')
    const walked: Event[] = []
    let query = 'page[size]=2'
    for (let more = true; more; ) {
      const { data, meta } = (await ask(query)).json()
      assert.ok(data.length <= 2)
      walked.push(...data)
      more = meta.page.has_more_results
      assert.equal('next_cursor' in meta.page, more)
      query = `page[size]=2&page[after]=${meta.page.next_cursor}`
    }
    assert.deepEqual(walked, all)
    const times = all.map(({ attributes }) => attributes.at)
    assert.deepEqual(times, times.toSorted().reverse())
  })

  test('is filtered by subject and by time', async () => {
    const [, newer, older] = await events('filter[action]=upload')
    assert.ok(newer && older)
    assert.equal((await events('filter[subject]=2')).length, 2)
    const until = await events(`filter[until]=${newer.attributes.at}`)
    assert.ok(until.every(({ id }) => id !== newer.id))
    const since = await events(`filter[since]=${newer.attributes.at}&filter[action]=upload&filter[action]=key.created`)
    assert.ok(since.some(({ id }) => id === newer.id))
    assert.deepEqual(await events('filter[since]=2100-01-01T00:00:00Z'), [])
  })

  test('is exported whole, one event on each line, across many pages', async () => {
    const own = { organization: 1, action: 'undo.refused', actor: 'key_1', address: undefined, subject: undefined, detail: {} } as const
    await Promise.all(Array.from({ length: 1001 }, (_, at) => rig.catalog.recordRefusal({ ...own, at })))
    const answer = await ask('format=jsonl')
    assert.equal(answer.headers['content-type'], 'application/jsonl')
    const lines = answer.text.trimEnd().split('\n')
    const exported: Event[] = lines.map(line => JSON.parse(line))
    assert.equal(new Set(exported.map(({ id }) => id)).size, lines.length)
    const times = exported.map(({ attributes }) => attributes.at)
    assert.deepEqual(times, times.toSorted().reverse())
    const refused = exported.filter(({ attributes }) => attributes.action === 'undo.refused')
    assert.equal(refused.length, 1001)
    assert.deepEqual(exported.slice(0, -1001), (await events('page[size]=1000')).slice(0, lines.length - 1001))
    assert.equal((await ask('format=jsonl&filter[actor]=nobody')).text, '')
  })

  test('refuses what it does not know, all at once and by name', async () => {
    const faults = await reasonsOf(
      'filter[acton]=x&filter[action]=delete&filter[since]=yesterday&filter[until]=2026-02-30T00:00:00Z&page[size]=0',
    )
    assert.deepEqual(
      faults.map(([parameter]: [string]) => parameter).sort(),
      ['filter[acton]', 'filter[action]', 'filter[since]', 'filter[until]', 'page[size]'].sort(),
    )
    assert.match(String(faults), /upload, deletion, .*ISO 8601/)
    assert.deepEqual(
      (await reasonsOf('format=jsonl&page[size]=5&page[after]=x')).map(([parameter]: [string]) => parameter),
      ['page[size]', 'page[after]'],
    )
    assert.deepEqual((await reasonsOf('format=csv'))[0]?.[1], 'format must be json or jsonl')
  })

  test('takes a cursor in its own walk alone', async () => {
    const { next_cursor: cursor } = (await ask('page[size]=1')).json().meta.page
    assert.equal((await ask(`page[after]=${cursor}`)).status, 200)
    assert.match((await reasonsOf(`filter[actor]=mapkeep&page[after]=${cursor}`))[0]?.[1] ?? '', /with the same filters/)
    assert.equal((await ask(`page[after]=${cursor}`, otherKeys)).status, 400)
    assert.equal((await ask('page[after]=nonsense')).status, 400)
  })

  test('is for those who may administer', async () => {
    const withKey = async (key: string) => (await ask('', { 'dd-api-key': rig.apiKey, 'dd-application-key': key })).status
    const reader = await rig.makeKey('application', ['rum_apps_read', 'rum_delete_data'])
    assert.deepEqual([await withKey(admin), await withKey(reader), await withKey('wrong')], [200, 403, 401])
    assert.equal((await ask('', {})).status, 401)
  })

  test('shows nobody the trail of another organization', async () => {
    const own = (await ask('page[size]=1000')).text
    assert.doesNotMatch(own, /secret of other/)
    const other = await events('page[size]=1000', otherKeys)
    assert.deepEqual(
      other.map(({ attributes }) => attributes.action),
      ['upload', 'key.created', 'key.created', 'organization.created'],
    )
    assert.deepEqual(await events('filter[subject]=2', otherKeys), [])
    const lines = (await ask('format=jsonl', otherKeys)).text.trimEnd().split('\n')
    assert.deepEqual(
      lines.map(line => JSON.parse(line)),
      other,
    )
  })
})

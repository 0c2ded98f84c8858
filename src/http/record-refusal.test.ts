import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { openLocal } from '../catalog/sqlite/open-local.ts'
import { openRig, type Rig } from './rig.fixture.ts'

const maps = '/api/mapkeep/v1/sourcemaps'
const release = 'mapkind=js&filter[service]=web&filter[version]=1.0.0'

interface Told {
  readonly action: string
  readonly actor: { readonly id: string }
  readonly address: string
  readonly subject?: string
  readonly detail: {
    readonly status: number
    readonly title: string
    readonly details: readonly string[]
    readonly method: string
    readonly path: string
    readonly query: readonly (readonly string[])[]
    readonly shortened?: boolean
  }
}

describe('a refused attempt on deletion', () => {
  let rig: Rig
  let reader: string
  before(async () => {
    rig = await openRig()
    reader = await rig.makeKey('application', ['rum_apps_read'])
  })
  after(() => rig.close())
  const remove = (query: string, headers = rig.keys) => rig.ask(`${maps}?${query}`, { method: 'DELETE', headers })
  const told = async (): Promise<Told[]> => {
    const query = 'filter[action]=deletion.refused&filter[action]=restoration.refused'
    const { data } = (await rig.ask(`/api/mapkeep/v1/audit?${query}&page[size]=1000`, { headers: rig.keys })).json()
    return data.map((event: { attributes: Told }) => event.attributes)
  }
  const newest = async () => (await told())[0] ?? assert.fail('nothing was kept')

  test('is kept with who, from where, what was asked and why not', async () => {
    assert.equal((await remove(`${release}&dry_run=false`)).status, 404)
    const { action, actor, address, detail, subject } = await newest()
    assert.deepEqual([action, address, subject], ['deletion.refused', '127.0.0.1', undefined])
    assert.match(actor.id, /^key_/)
    const { details, ...rest } = detail
    assert.equal(details.length, 1)
    assert.deepEqual(rest, {
      status: 404,
      title: 'Not Found',
      method: 'DELETE',
      path: maps,
      query: [
        ['mapkind', 'js'],
        ['filter[service]', 'web'],
        ['filter[version]', '1.0.0'],
        ['dry_run', 'false'],
      ],
    })
  })

  test('is kept for a missing permission and for a fault in the request, and by its verb', async () => {
    const headers = { 'dd-api-key': rig.apiKey, 'dd-application-key': reader }
    assert.equal((await remove(`${release}&dry_run=false`, headers)).status, 403)
    assert.equal((await newest()).detail.status, 403)
    assert.equal((await remove(`${release}&dry_run=false&filter[servce]=x`)).status, 400)
    const { detail } = await newest()
    assert.deepEqual([detail.status, detail.query.at(-1)], [400, ['filter[servce]', 'x']])
    assert.match(detail.details[0] ?? '', /filter\[servce\]/)
    const restored = await rig.ask(`${maps}/restore?${release}&dry_run=false`, { method: 'PATCH', headers: rig.keys })
    assert.equal(restored.status, 404)
    assert.equal((await newest()).action, 'restoration.refused')
  })

  test('of nobody is not kept, nor is a refusal elsewhere', async () => {
    const before = (await told()).length
    assert.equal((await remove(`${release}&dry_run=false`, {})).status, 401)
    assert.equal((await remove(`${release}&dry_run=false`, { ...rig.keys, 'dd-application-key': 'wrong' })).status, 401)
    assert.equal((await rig.ask(`${maps}?mapkind=nothing`, { headers: rig.keys })).status, 400)
    assert.equal((await told()).length, before)
  })

  test('is kept without any key that somebody put into the query', async () => {
    const { 'dd-api-key': apiKey = '', 'dd-application-key': applicationKey = '' } = rig.keys
    const foreign = 'mkp_0123456789abcdefghijklmnopqrstuvwxyz-_01234'
    const query = [
      `api_key=${apiKey}`,
      `${applicationKey}=1`,
      `filter[service]=${foreign}`,
      `filter[${foreign}]=x`,
      `reason=because%20${encodeURIComponent(apiKey)}`,
      'token=hush',
    ]
    assert.equal((await remove(`${release}&dry_run=false&${query.join('&')}`)).status, 400)
    const { detail } = await newest()
    const text = JSON.stringify(detail)
    for (const secret of [apiKey, applicationKey, foreign, 'hush']) assert.ok(!text.includes(secret), text)
    assert.ok(detail.query.some(([name, value]) => name === 'token' && value === undefined))
    assert.ok(detail.query.some(([name, value]) => name === 'reason' && value === 'because (a key)'))
    const log = rig.log.join('')
    for (const secret of [apiKey, applicationKey, foreign, 'hush']) assert.ok(!log.includes(secret))
  })

  test('is kept short, however long the request was', async () => {
    const ids = Array.from({ length: 1500 }, (_, at) => `filter[id]=${at + 1_000_000}`)
    await remove(`mapkind=js&dry_run=false&${ids.slice(0, 500).join('&')}`)
    const many = await newest()
    assert.ok(JSON.stringify(many.detail.query).length < 6000)
    assert.equal(many.detail.shortened, true)
    await remove(`${release}&dry_run=false&${'x'.repeat(9000)}=1&reason=%zz`)
    const { detail } = await newest()
    assert.deepEqual([detail.status, detail.query], [400, []])
    assert.ok(JSON.stringify(detail).length < 3000)
  })
})

describe('a refusal that cannot be kept', () => {
  test('is answered like any other, and the log tells of it', async () => {
    const rig = await openRig()
    try {
      const { db } = openLocal(path.join(rig.folder, 'catalog.db'), 'write')
      await db.schema.dropTable('audit_event').execute()
      await db.destroy()
      const answer = await rig.ask(`${maps}?${release}&dry_run=true`, { method: 'DELETE', headers: rig.keys })
      assert.equal(answer.status, 404, answer.text)
      assert.match(rig.log.join(''), /a refusal is missing in the audit trail/)
    } finally {
      await rig.close()
    }
  })
})

describe('a flood of requests', () => {
  test('is not kept: only what was looked at is', async () => {
    const rig = await openRig({ rateLimits: { delete: { limit: 2, period: 3600 } } })
    try {
      const remove = () => rig.ask(`${maps}?${release}&dry_run=false`, { method: 'DELETE', headers: rig.keys })
      const statuses = [(await remove()).status, (await remove()).status, (await remove()).status, (await remove()).status]
      assert.deepEqual(statuses, [404, 404, 429, 429])
      const { data } = (await rig.ask('/api/mapkeep/v1/audit?filter[action]=deletion.refused', { headers: rig.keys })).json()
      assert.equal(data.length, 2)
    } finally {
      await rig.close()
    }
  })
})

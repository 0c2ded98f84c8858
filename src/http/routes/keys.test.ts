import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { jsEvent, openRig, type Rig } from '../rig.fixture.ts'

const path = '/api/mapkeep/v1/keys'

describe('keys over HTTP', () => {
  let rig: Rig
  let otherKeys: Record<string, string>
  const secrets: string[] = []
  before(async () => {
    rig = await openRig()
    otherKeys = {
      'dd-api-key': await rig.makeKey('api', [], 'other'),
      'dd-application-key': await rig.makeKey('application', ['mapkeep_admin'], 'other'),
    }
    secrets.push(rig.apiKey, rig.applicationKey, ...Object.values(otherKeys))
  })
  after(() => rig.close())
  const order = (attributes: unknown, headers = rig.keys) =>
    rig.ask(path, { method: 'POST', headers, body: JSON.stringify({ data: { type: 'keys', attributes } }) })
  const make = async (attributes: unknown) => {
    const answer = await order(attributes)
    assert.equal(answer.status, 201, answer.text)
    secrets.push(answer.json().data.attributes.secret)
    return answer.json().data
  }
  const list = async (headers = rig.keys) => (await rig.ask(path, { headers })).json().data
  const revoke = (id: string, headers = rig.keys) => rig.ask(`${path}/${id}`, { method: 'DELETE', headers })
  const adminStatus = async (secret: string) =>
    (await rig.ask(path, { headers: { 'dd-api-key': rig.apiKey, 'dd-application-key': secret } })).status

  test('a key is made, works at once, and shows its secret this once', async () => {
    const expires = new Date(Date.now() + 3_600_000).toISOString()
    const made = await make({ type: 'application', name: ' ops ', permissions: ['mapkeep_admin'], expires_at: expires })
    const { secret, created_at: created, creator, ...rest } = made.attributes
    assert.deepEqual(rest, { type: 'application', name: 'ops', permissions: ['mapkeep_admin'], expires_at: expires })
    assert.match(secret, /^mkp_/)
    assert.match(creator, /^key_/)
    assert.equal(await adminStatus(secret), 200)
    const listed = (await list()).find((key: { id: string }) => key.id === made.id)
    const { last_used_at: _, ...shown } = listed.attributes
    assert.deepEqual(shown, { ...rest, created_at: created, creator })
    for (const each of secrets) {
      const text = JSON.stringify(await list())
      assert.ok(!text.includes(each) && !text.includes(hashOf(each)))
    }
  })

  test('an API key uploads, and an application key may read unless more is asked for', async () => {
    const uploader = await make({ type: 'api', name: 'CI' })
    assert.deepEqual(uploader.attributes.permissions, [])
    assert.ok(await rig.upload(jsEvent(), undefined, uploader.attributes.secret))
    assert.deepEqual((await make({ type: 'application', name: 'reader' })).attributes.permissions, ['rum_apps_read'])
  })

  test('a revoked key ends at once; revoking it again changes nothing', async () => {
    const { id, attributes } = await make({ type: 'application', name: 'gone', permissions: ['mapkeep_admin'] })
    const answer = await revoke(id)
    assert.deepEqual([answer.status, answer.text, answer.headers['content-length']], [204, '', undefined])
    assert.equal(await adminStatus(attributes.secret), 401)
    const revokedAt = async () => (await list()).find((key: { id: string }) => key.id === id).attributes.revoked_at
    const first = await revokedAt()
    assert.equal((await revoke(id)).status, 204)
    assert.equal(await revokedAt(), first)
  })

  test('an order is refused with every fault of it by name, and no key is made', async () => {
    const before = await list()
    const pointers = async (body: unknown) => {
      const answer = await rig.ask(path, { method: 'POST', headers: rig.keys, body: JSON.stringify(body) })
      assert.equal(answer.status, 400, answer.text)
      return answer.json().errors.map((error: { source: { pointer: string } }) => error.source.pointer)
    }
    const inAttributes = (attributes: unknown) => pointers({ data: { type: 'keys', attributes } })
    const good = { type: 'application', name: 'x' }
    assert.deepEqual(await inAttributes({ ...good, organization: 'other', secret: 'mkp_mine' }), [
      '/data/attributes/organization',
      '/data/attributes/secret',
    ])
    const wrong = { type: 'root', name: ' ', permissions: ['all'], expires_at: '2020-01-01T00:00:00Z' }
    const names = ['type', 'name', 'permissions', 'expires_at'].map(name => `/data/attributes/${name}`)
    assert.deepEqual(await inAttributes(wrong), names)
    assert.deepEqual(await inAttributes({ type: 'api', name: 'x', permissions: ['mapkeep_admin'] }), ['/data/attributes/permissions'])
    assert.deepEqual(await inAttributes({ ...good, permissions: 'mapkeep_admin' }), ['/data/attributes/permissions'])
    assert.deepEqual(await inAttributes({ ...good, expires_at: 'tomorrow' }), ['/data/attributes/expires_at'])
    assert.deepEqual(await inAttributes({ ...good, name: 'x'.repeat(201) }), ['/data/attributes/name'])
    assert.deepEqual(await pointers({ data: { type: 'key', id: 'key_mine', attributes: good } }), ['/data/id', '/data/type'])
    assert.deepEqual(await pointers([]), [''])
    const query = await rig.ask(`${path}?org=other`, { method: 'POST', headers: rig.keys, body: '{}' })
    assert.match(query.json().errors[0].detail, /unknown parameter "org"; this request takes none/)
    assert.equal((await rig.ask(`${path}?org=other`, { headers: rig.keys })).status, 400)
    assert.equal((await rig.ask(path, { method: 'POST', headers: rig.keys, body: '{' })).status, 400)
    assert.equal((await list()).length, before.length)
  })

  test('an unknown key cannot be revoked, nor one with words beside it', async () => {
    assert.equal((await revoke('key_unknown')).status, 404)
    const { id } = await make({ type: 'api', name: 'stays' })
    assert.equal((await revoke(`${id}?force=true`)).status, 400)
    const headers = { ...rig.keys, 'content-length': 2 }
    assert.equal((await rig.ask(`${path}/${id}`, { method: 'DELETE', headers, body: '{}' })).status, 400)
    assert.equal((await list()).find((key: { id: string }) => key.id === id).attributes.revoked_at, undefined)
  })

  test('keys are for those who may administer', async () => {
    const { secret } = (await make({ type: 'application', name: 'no admin', permissions: ['rum_apps_read', 'rum_delete_data'] })).attributes
    const headers = { 'dd-api-key': rig.apiKey, 'dd-application-key': secret }
    const statuses = async (as: Record<string, string>) => [
      (await rig.ask(path, { headers: as })).status,
      (await order({ type: 'application', name: 'x', permissions: ['mapkeep_admin'] }, as)).status,
      (await revoke('key_x', as)).status,
    ]
    assert.deepEqual(await statuses(headers), [403, 403, 403])
    assert.deepEqual(await statuses({}), [401, 401, 401])
  })

  test('another organization sees, makes and ends none of them', async () => {
    const { id, attributes } = await make({ type: 'application', name: 'ours', permissions: ['mapkeep_admin'] })
    const theirs = await list(otherKeys)
    assert.equal(theirs.length, 2)
    assert.ok(!JSON.stringify(theirs).includes(id))
    const [refused, unknown] = [await revoke(id, otherKeys), await revoke('key_unknown', otherKeys)]
    assert.deepEqual([refused.status, refused.json()], [404, unknown.json()])
    assert.equal(await adminStatus(attributes.secret), 200)
    const made = (await order({ type: 'application', name: 'theirs', permissions: ['mapkeep_admin'] }, otherKeys)).json().data
    secrets.push(made.attributes.secret)
    assert.ok(!JSON.stringify(await list()).includes(made.id))
    assert.equal(await adminStatus(made.attributes.secret), 401)
  })

  test('the trail tells who made and ended which key, and holds no secret', async () => {
    const { id, attributes } = await make({ type: 'application', name: 'told', permissions: ['mapkeep_admin'] })
    await revoke(id)
    const about = await rig.ask(`/api/mapkeep/v1/audit?filter[subject]=${id}`, { headers: rig.keys })
    const told = about.json().data.map((event: { attributes: Record<string, unknown> }) => event.attributes)
    assert.deepEqual(
      told.map(({ action, address }: Record<string, unknown>) => [action, address]),
      [
        ['key.revoked', '127.0.0.1'],
        ['key.created', '127.0.0.1'],
      ],
    )
    assert.deepEqual(
      told.map(({ actor }: { actor: { id: string } }) => actor.id),
      [attributes.creator, attributes.creator],
    )
    const trail = (await rig.ask('/api/mapkeep/v1/audit?format=jsonl', { headers: rig.keys })).text + rig.log.join('')
    assert.ok(trail.includes('"told"'))
    for (const secret of secrets) assert.ok(!trail.includes(secret) && !trail.includes(hashOf(secret)))
  })
})

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

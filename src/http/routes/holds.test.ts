import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { jsEvent, jsFiles, openRig, type Rig } from '../rig.fixture.ts'

const path = '/api/mapkeep/v1/holds'
const release = (service: string, version = '1.0.0') => `mapkind=js&filter[service]=${service}&filter[version]=${version}`

describe('holds', () => {
  let rig: Rig
  before(async () => {
    rig = await openRig()
  })
  after(() => rig.close())
  const send = (body: unknown, headers: Record<string, string> = rig.keys) =>
    rig.ask(path, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) })
  const hold = (attributes: object) =>
    send({ data: { type: 'holds', attributes: { reason: 'LTS', owner: 'release team', ...attributes } } })
  const drop = (id: string, headers = rig.keys) => rig.ask(`${path}/${id}`, { method: 'DELETE', headers })
  const remove = (query: string) => rig.ask(`/api/v2/sourcemaps?${query}`, { method: 'DELETE', headers: rig.keys })
  const upload = (service: string, name: string, facts: object = {}) =>
    rig.upload(jsEvent({ service, minified_url: `/${name}.js`, ...facts }), jsFiles(name))
  const listed = async (query = '', headers = rig.keys) =>
    (await rig.ask(`${path}?${query}`, { headers })).json().data.map((each: { id: string }) => each.id)

  test('are placed, listed and released', async () => {
    const placed = await hold({ selector: { mapkind: 'js', service: 'lts', version: '4.*' }, expires_at: '2999-01-01T00:00:00+01:00' })
    assert.equal(placed.status, 201, placed.text)
    const { id, type, attributes } = placed.json().data
    assert.match(id, /^hld_/)
    assert.equal(type, 'holds')
    assert.deepEqual(attributes.selector, { mapkind: 'js', service: 'lts', version: '4.*' })
    assert.deepEqual([attributes.reason, attributes.owner], ['LTS', 'release team'])
    assert.equal(attributes.expires_at, '2998-12-31T23:00:00.000Z')
    const found = (await rig.ask(path, { headers: rig.keys })).json().data.find((each: { id: string }) => each.id === id)
    assert.deepEqual(found, placed.json().data)
    const released = await drop(id)
    assert.deepEqual([released.status, released.text, released.headers['content-length']], [204, '', undefined])
    assert.equal((await drop(id)).status, 404)
    assert.ok(!(await listed()).includes(id))
    assert.ok((await listed('all=true')).includes(id))
  })

  test('keep what they match through a deletion that matches it, and the answer names it', async () => {
    const kept = await upload('line', 'kept')
    const gone = await upload('line', 'gone')
    const { id } = (await hold({ selector: { ids: [kept] } })).json().data
    const preview = await remove(`${release('line')}&dry_run=true`)
    assert.deepEqual(preview.json().meta.held, [{ id: kept, hold: id, reason: 'LTS' }])
    const done = await remove(`${release('line')}&dry_run=false&plan=${preview.json().meta.plan.id}`)
    assert.deepEqual(
      done.json().data.map((item: { id: string }) => item.id),
      [gone],
    )
    assert.deepEqual(done.json().meta.held, preview.json().meta.held)
    for (const dry of [true, false]) {
      const all = await remove(`${release('line')}&dry_run=${dry}`)
      assert.equal(all.status, 409)
      const [error] = all.json().errors
      assert.deepEqual([error.title, error.meta], ['Held', { held: [{ id: kept, hold: id, reason: 'LTS' }], held_count: 1 }])
    }
    await drop(id)
    assert.equal((await remove(`${release('line')}&dry_run=false`)).status, 200)
  })

  test('keep uploads of later, too, and make a plan stale whose maps they touch', async () => {
    await upload('later', 'a')
    const { plan } = (await remove(`${release('later')}&dry_run=true`)).json().meta
    const { id } = (await hold({ selector: { service: 'lat*' } })).json().data
    assert.equal((await remove(`${release('later')}&dry_run=false&plan=${plan.id}`)).json().errors[0].title, 'Plan is stale')
    await upload('later', 'b')
    assert.equal((await remove(`${release('later')}&dry_run=false`)).json().errors[0].meta.held_count, 2)
    await drop(id)
  })

  test('name every held map of an answer, however many there are', async () => {
    const held: string[] = []
    for (let number = 0; number < 501; number++) held.push(await upload('many', `map${number}`, { version: '1.0.0' }))
    const free = await upload('many', 'free', { version: '2.0.0' })
    const { id } = (await hold({ selector: { service: 'many', version: '1.*' }, reason: 'a "quoted" reason' })).json().data
    const answer = await remove(`${release('many')}&filter[version]=2.0.0&dry_run=true`)
    assert.equal(answer.headers['content-length'], undefined)
    assert.deepEqual(
      answer.json().data.map((item: { id: string }) => item.id),
      [free],
    )
    assert.deepEqual(
      answer.json().meta.held,
      held.map(each => ({ id: each, hold: id, reason: 'a "quoted" reason' })),
    )
    await drop(id)
  })

  const refusals: readonly (readonly [string, object, string])[] = [
    ['without a selector', { selector: undefined }, '/data/attributes/selector'],
    ['with an empty selector', { selector: {} }, '/data/attributes/selector'],
    ['with an unknown condition', { selector: { service: 'a', verison: '1' } }, '/data/attributes/selector/verison'],
    ['with an unknown member', { selector: { service: 'a' }, until: 'x' }, '/data/attributes/until'],
    ['with an unknown kind', { selector: { mapkind: 'JS' } }, '/data/attributes/selector/mapkind'],
    ['with an empty service', { selector: { service: ' ' } }, '/data/attributes/selector/service'],
    ['with a version that is no text', { selector: { version: 4 } }, '/data/attributes/selector/version'],
    ['with a service of a kind that has none', { selector: { mapkind: 'elf', service: 'a' } }, '/data/attributes/selector/service'],
    ['with no ids', { selector: { ids: [] } }, '/data/attributes/selector/ids'],
    ['with too many ids', { selector: { ids: Array.from({ length: 1001 }, () => '1') } }, '/data/attributes/selector/ids'],
    ['with an id that is none', { selector: { ids: ['1', 'x'] } }, '/data/attributes/selector/ids/1'],
    ['without a reason', { selector: { service: 'a' }, reason: '' }, '/data/attributes/reason'],
    ['without an owner', { selector: { service: 'a' }, owner: undefined }, '/data/attributes/owner'],
    ['with a time of the past', { selector: { service: 'a' }, expires_at: '2020-01-01T00:00:00Z' }, '/data/attributes/expires_at'],
    ['with a time without a zone', { selector: { service: 'a' }, expires_at: '2999-01-01T00:00:00' }, '/data/attributes/expires_at'],
    ['with a time that is null', { selector: { service: 'a' }, expires_at: null }, '/data/attributes/expires_at'],
  ]
  for (const [title, attributes, pointer] of refusals) {
    test(`are refused ${title}, and the answer names ${pointer}`, async () => {
      const answer = await hold(attributes)
      assert.equal(answer.status, 400)
      assert.deepEqual(
        answer.json().errors.map((error: { source: object }) => error.source),
        [{ pointer }],
      )
    })
  }

  test('are refused when the body is none of a hold', async () => {
    const bodies: readonly (readonly [unknown, string])[] = [
      [[], ''],
      [{ data: [] }, '/data'],
      [{ data: { type: 'hold', attributes: { selector: { service: 'a' }, reason: 'r', owner: 'o' } } }, '/data/type'],
      [{ data: { type: 'holds', id: '1', attributes: { selector: { service: 'a' }, reason: 'r', owner: 'o' } } }, '/data/id'],
      [{ data: { type: 'holds', attributes: { selector: { service: 'a' }, reason: 'r', owner: 'o' } }, meta: {} }, '/meta'],
    ]
    for (const [body, pointer] of bodies) assert.deepEqual((await send(body)).json().errors[0].source, { pointer })
    assert.equal((await rig.ask(path, { method: 'POST', headers: rig.keys, body: 'x'.repeat(1024 * 1024 + 1) })).status, 413)
    assert.equal((await rig.ask(path, { method: 'POST', headers: rig.keys, body: '{' })).status, 400)
  })

  test('are refused when their text is not what was meant: no UTF-8, half a character, or a member given twice', async () => {
    const body = (selector: string) => `{"data":{"type":"holds","attributes":{"selector":${selector},"reason":"r","owner":"o"}}}`
    const bodies = [
      Buffer.from(body('{"service":"caf\u00e9"}'), 'latin1'),
      Buffer.from(body('{"service":"a\\ud800"}')),
      Buffer.from(body('{"service":"a","service":"b"}')),
      Buffer.from(body('{"service":"a"},"selector":{"service":"b"}')),
    ]
    for (const each of bodies) assert.equal((await rig.ask(path, { method: 'POST', headers: rig.keys, body: each })).status, 400)
    assert.equal((await rig.ask(path, { method: 'POST', headers: rig.keys, body: body('{"service":"caf\u00e9"}') })).status, 201)
  })

  test('of ids that are no map’s are not placed', async () => {
    const known = await upload('known', 'a')
    const answer = await hold({ selector: { ids: [known, '999999'] } })
    assert.equal(answer.status, 404)
    assert.match(answer.text, /999999/)
    assert.equal((await remove(`${release('known')}&dry_run=true`)).status, 200)
  })

  test('take no parameter they do not know', async () => {
    assert.deepEqual((await rig.ask(`${path}?nonsense=1`, { headers: rig.keys })).json().errors[0].source, { parameter: 'nonsense' })
    assert.deepEqual((await rig.ask(`${path}?all=1`, { headers: rig.keys })).json().errors[0].source, { parameter: 'all' })
    assert.equal((await drop('hld_1?force=true')).status, 400)
  })

  test('of another organization are neither seen nor released, nor do they keep its maps', async () => {
    const stranger = { authorization: `Bearer ${await rig.makeKey('application', ['mapkeep_admin'], 'stranger')}` }
    const { id } = (await hold({ selector: { service: 'sealed' } })).json().data
    assert.deepEqual(await listed('all=true', stranger), [])
    assert.equal((await drop(id, stranger)).status, 404)
    await upload('open', 'a')
    const theirs = { data: { type: 'holds', attributes: { selector: { service: '*' }, reason: 'r', owner: 'o' } } }
    assert.equal((await send(theirs, stranger)).status, 201)
    assert.equal((await remove(`${release('open')}&dry_run=false`)).status, 200)
    assert.ok((await listed()).includes(id))
  })

  test('need keys and the permission of an administrator', async () => {
    const deleter = { authorization: `Bearer ${await rig.makeKey('application', ['rum_delete_data', 'rum_apps_read'])}` }
    for (const [headers, status] of [
      [{}, 401],
      [deleter, 403],
    ] as const) {
      assert.equal((await rig.ask(path, { headers })).status, status)
      assert.equal((await send({}, headers)).status, status)
      assert.equal((await drop('hld_1', headers)).status, status)
    }
  })
})

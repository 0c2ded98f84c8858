import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { jsEvent, jsFiles, openRig, type Question, type Rig } from '../rig.fixture.ts'

const path = '/api/mapkeep/v1/sourcemaps'
const release = (service: string) => `mapkind=js&filter[service]=${service}&filter[version]=1.0.0`

interface Door {
  readonly rig: Rig
  put(service: string, names: readonly string[]): Promise<string[]>
  remove(query: string, headers?: Question['headers']): ReturnType<Rig['ask']>
  restore(query: string, headers?: Question['headers']): ReturnType<Rig['ask']>
}

function doorOf(rig: Rig): Door {
  return {
    rig,
    async put(service, names) {
      const ids: string[] = []
      for (const name of names) ids.push(await rig.upload(jsEvent({ service, minified_url: `/${name}.js` }), jsFiles(`${service}/${name}`)))
      return ids
    },
    remove: (query, headers = {}) => rig.ask(`${path}?${query}`, { method: 'DELETE', headers: { ...rig.keys, ...headers } }),
    restore: (query, headers = {}) => rig.ask(`${path}/restore?${query}`, { method: 'PATCH', headers: { ...rig.keys, ...headers } }),
  }
}

const numbered = (count: number, prefix = 'map') => Array.from({ length: count }, (_, at) => `${prefix}${at}`)
const idsIn = (answer: { json(): { data: { id: string }[] } }) => answer.json().data.map(item => item.id)

describe('a plan', () => {
  let door: Door
  before(async () => {
    door = doorOf(await openRig())
  })
  after(() => door.rig.close())

  test('is carried out exactly: of twelve previewed maps and three uploaded since, the twelve are gone', async () => {
    const ids = await door.put('twelve', numbered(12))
    const preview = await door.remove(`${release('twelve')}&dry_run=true`)
    const { plan, totals } = preview.json().meta
    assert.match(plan.id, /^pln_/)
    assert.equal(preview.headers['mapkeep-plan'], plan.id)
    assert.ok(Date.parse(plan.expires_at) > Date.now())
    assert.equal(totals.count, 12)
    assert.ok(totals.freed_size > 0)
    const late = await door.put('twelve', numbered(3, 'late'))
    const done = await door.remove(`${release('twelve')}&dry_run=false&plan=${plan.id}`)
    assert.equal(done.status, 200, done.text)
    assert.equal(done.headers['mapkeep-plan'], undefined)
    assert.deepEqual(idsIn(done), ids)
    assert.deepEqual(done.json().meta.totals, totals)
    assert.deepEqual(idsIn(await door.rig.ask(`${path}?${release('twelve')}`, { headers: door.rig.keys })).sort(), late.sort())
    const [operation] = (await door.rig.ask('/api/mapkeep/v1/operations', { headers: door.rig.keys })).json().data
    assert.equal(operation.attributes.plan, plan.id)
  })

  test('that is carried out again gives the first answer again and changes nothing', async () => {
    await door.put('again', numbered(3))
    const { plan } = (await door.remove(`${release('again')}&dry_run=true`)).json().meta
    const first = await door.remove(`${release('again')}&dry_run=false&plan=${plan.id}`)
    await door.put('again', numbered(2, 'late'))
    const second = await door.remove(`${release('again')}&dry_run=false&plan=${plan.id}`)
    assert.deepEqual(second.json(), first.json())
    assert.equal((await door.remove(`${release('again')}&dry_run=true`)).json().meta.totals.count, 2)
  })

  test('works for a restoration', async () => {
    const ids = await door.put('back', numbered(2))
    await door.remove(`${release('back')}&dry_run=false`)
    const { plan } = (await door.restore(`${release('back')}&dry_run=true`)).json().meta
    const done = await door.restore(`${release('back')}&dry_run=false&plan=${plan.id}`)
    assert.deepEqual(idsIn(done), ids)
    assert.equal(done.json().meta.operation.undo_until, undefined)
  })

  test('whose maps have changed is stale: nothing happens, and the counts are told', async () => {
    const [gone = ''] = await door.put('stale', numbered(12))
    const { plan } = (await door.remove(`${release('stale')}&dry_run=true`)).json().meta
    await door.remove(`${release('stale')}&filter[id]=${gone}&dry_run=false`)
    const answer = await door.remove(`${release('stale')}&dry_run=false&plan=${plan.id}`)
    assert.equal(answer.status, 409)
    const [error] = answer.json().errors
    assert.deepEqual([error.title, error.meta], ['Plan is stale', { planned: 12, now: 11 }])
    assert.equal((await door.remove(`${release('stale')}&dry_run=true`)).json().meta.totals.count, 11)
  })

  test('is stale when an identical upload has declared one of its maps again', async () => {
    await door.put('declared', ['a'])
    const { plan } = (await door.remove(`${release('declared')}&dry_run=true`)).json().meta
    await door.put('declared', ['a'])
    assert.equal((await door.remove(`${release('declared')}&dry_run=false&plan=${plan.id}`)).status, 409)
  })

  test('of another selection or direction is refused', async () => {
    await door.put('mine', numbered(1))
    await door.put('other', numbered(1))
    const { plan } = (await door.remove(`${release('mine')}&dry_run=true`)).json().meta
    for (const answer of [
      await door.remove(`${release('other')}&dry_run=false&plan=${plan.id}`),
      await door.restore(`${release('mine')}&dry_run=false&plan=${plan.id}`),
    ]) {
      assert.equal(answer.status, 400)
      assert.deepEqual(answer.json().errors[0].source, { parameter: 'plan' })
    }
  })

  test('that is unknown, expired or of another organization does not exist', async () => {
    await door.put('unknown', numbered(1))
    const { plan } = (await door.remove(`${release('unknown')}&dry_run=true`)).json().meta
    assert.equal((await door.remove(`${release('unknown')}&dry_run=false&plan=pln_none`)).status, 404)
    const stranger = await door.rig.makeKey('application', ['rum_delete_data'], 'stranger')
    const strange = { method: 'DELETE', headers: { authorization: `Bearer ${stranger}` } }
    assert.equal((await door.rig.ask(`${path}?${release('unknown')}&dry_run=false&plan=${plan.id}`, strange)).status, 404)
    const brief = doorOf(await openRig({ planTtl: 1 }))
    await brief.put('brief', ['a'])
    const expired = (await brief.remove(`${release('brief')}&dry_run=true`)).json().meta.plan.id
    await new Promise(resolve => setTimeout(resolve, 5))
    assert.equal((await brief.remove(`${release('brief')}&dry_run=false&plan=${expired}`)).status, 404)
    await brief.rig.close()
  })

  test('cannot be named by any other word, nor given to a preview', async () => {
    await door.put('word', numbered(1))
    const { plan } = (await door.remove(`${release('word')}&dry_run=true`)).json().meta
    for (const query of ['dry_run=false&plan=latest', 'dry_run=false&plan=', 'dry_run=false&plan=pln_', `dry_run=true&plan=${plan.id}`]) {
      const answer = await door.remove(`${release('word')}&${query}`)
      assert.equal(answer.status, 400, query)
      assert.deepEqual(answer.json().errors[0].source, { parameter: 'plan' })
    }
  })
})

describe('an Idempotency-Key', () => {
  let door: Door
  before(async () => {
    door = doorOf(await openRig())
  })
  after(() => door.rig.close())

  test('makes a retry repeat the first answer and take nothing more', async () => {
    await door.put('retry', numbered(2))
    const first = await door.remove(`${release('retry')}&dry_run=false`, { 'idempotency-key': 'request-1' })
    await door.put('retry', numbered(2, 'late'))
    const second = await door.remove(`${release('retry')}&dry_run=false`, { 'idempotency-key': 'request-1' })
    assert.equal(first.status, 200)
    assert.deepEqual(second.json(), first.json())
    assert.equal((await door.remove(`${release('retry')}&dry_run=true`)).json().meta.totals.count, 2)
  })

  test('of another request is refused', async () => {
    await door.put('first', numbered(1))
    await door.put('second', numbered(1))
    await door.remove(`${release('first')}&dry_run=false`, { 'idempotency-key': 'request-2' })
    const answer = await door.remove(`${release('second')}&dry_run=false`, { 'idempotency-key': 'request-2' })
    assert.equal(answer.status, 400)
    assert.deepEqual(answer.json().errors[0].source, { header: 'Idempotency-Key' })
    assert.equal((await door.remove(`${release('second')}&dry_run=true`)).status, 200)
  })

  test('must be visible ASCII, given once and not too long', async () => {
    await door.put('faulty', numbered(1))
    for (const key of ['', 'two words', 'x'.repeat(256), ['a', 'b']]) {
      const answer = await door.remove(`${release('faulty')}&dry_run=false`, { 'idempotency-key': key })
      assert.equal(answer.status, 400, String(key))
      assert.deepEqual(answer.json().errors[0].source, { header: 'Idempotency-Key' })
    }
  })
})

describe('a limit on deletions', () => {
  let door: Door
  before(async () => {
    door = doorOf(await openRig({ deleteLimit: 2 }))
  })
  after(() => door.rig.close())

  test('refuses a larger deletion, says how to insist, and obeys who gives a reason', async () => {
    await door.put('large', numbered(3))
    for (const query of ['dry_run=false', 'dry_run=false&force=true', 'dry_run=false&reason=why']) {
      const answer = await door.remove(`${release('large')}&${query}`)
      assert.equal(answer.status, 400, query)
      const [error] = answer.json().errors
      assert.deepEqual([error.source, error.meta], [{ parameter: 'force' }, { count: 3, limit: 2 }])
    }
    assert.equal((await door.remove(`${release('large')}&dry_run=true`)).json().meta.totals.count, 3)
    assert.equal((await door.remove(`${release('large')}&dry_run=false&force=true&reason=end+of+life`)).status, 200)
    const [operation] = (await door.rig.ask('/api/mapkeep/v1/operations', { headers: door.rig.keys })).json().data
    assert.deepEqual([operation.attributes.forced, operation.attributes.reason], [true, 'end of life'])
  })

  test('leaves smaller deletions alone, forced or not', async () => {
    await door.put('small', numbered(2))
    assert.equal((await door.remove(`${release('small')}&dry_run=false&force=true`)).status, 200)
  })
})

describe('safe deletion', () => {
  let door: Door
  before(async () => {
    door = doorOf(await openRig({ safeDelete: true }))
  })
  after(() => door.rig.close())

  test('refuses what was not previewed, and binds the rest to the preview of the same key', async () => {
    await door.put('safe', numbered(1))
    const refused = await door.remove(`${release('safe')}&dry_run=false`)
    assert.equal(refused.status, 400)
    assert.match(refused.json().errors[0].detail, /dry_run=true/)
    await door.remove(`${release('safe')}&dry_run=true`)
    await door.put('safe', ['late'])
    assert.equal((await door.remove(`${release('safe')}&dry_run=false`)).json().meta.totals.count, 1)
  })
})

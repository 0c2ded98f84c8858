import assert from 'node:assert/strict'
import { type IncomingMessage, request } from 'node:http'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { DatabaseSync } from '@photostructure/sqlite'
import { jsEvent, openRig, type Rig } from './rig.fixture.ts'

const count = 30_000

describe('an answer of many maps', () => {
  let rig: Rig
  before(async () => {
    rig = await openRig({ readerPatience: 2000 })
    await rig.upload(jsEvent())
    copyMap(rig, count)
  })
  after(() => rig.close())
  const target = '/api/v2/sourcemaps?mapkind=js&dry_run=true&filter[service]=web&filter[version]=1.0.0'

  /** Starts the dry run and gives its answer, not read yet. */
  const start = () =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port: rig.port, path: target, method: 'DELETE', headers: rig.keys, agent: false }, resolve)
      asked.on('error', reject).end()
    })

  test('comes as a stream that names its totals first and holds every map once', async () => {
    const answer = await rig.ask(target, { method: 'DELETE', headers: rig.keys })
    assert.equal(answer.status, 200)
    assert.equal(answer.headers['transfer-encoding'], 'chunked')
    assert.ok(answer.text.startsWith('{"meta":{"dry_run":true,"totals":{"count":30000,'))
    const { data } = answer.json()
    assert.equal(new Set(data.map((item: { id: string }) => item.id)).size, count)
  })

  test('breaks off when a map changes meanwhile, so that it never looks complete', async () => {
    const answer = await start()
    answer.pause()
    const removed = await rig.ask(
      `/api/v2/sourcemaps?mapkind=js&dry_run=false&filter[service]=web&filter[version]=1.0.0&filter[id]=${count}`,
      {
        method: 'DELETE',
        headers: rig.keys,
      },
    )
    assert.equal(removed.status, 200)
    await assert.rejects(async () => {
      for await (const chunk of answer) assert.ok(chunk)
    }, /aborted/)
    assert.ok(!answer.complete)
    assert.ok(rig.log.some(line => line.includes('answer broken off')))
  })

  test('is given up when its reader goes away', async () => {
    rig.log.length = 0
    const answer = await start()
    answer.destroy()
    while (!rig.log.some(line => line.includes('"aborted":true'))) await new Promise(resolve => setTimeout(resolve, 20))
    assert.equal((await rig.ask('/healthz')).status, 200)
  })

  test('leaves room for other requests while its reader is slow', async () => {
    const answer = await start()
    answer.pause()
    assert.equal((await rig.ask('/api/v2/sourcemaps/list?mapkind=il2cpp', { headers: rig.keys })).status, 200)
    answer.destroy()
  })

  test('of two thousand ids names exactly those, first previewed, then deleted', async () => {
    const ids = Array.from({ length: 1998 }, (_, index) => String(2 * index + 1))
    const asked = [...ids, '99999999', 'no-id'].map(id => `filter[id]=${id}`).join('&')
    const remove = (dryRun: boolean) =>
      rig.ask(`${target.replace('dry_run=true', `dry_run=${dryRun}`)}&${asked}`, { method: 'DELETE', headers: rig.keys })
    const before = (await rig.ask(target, { method: 'DELETE', headers: rig.keys })).json().meta.totals
    const [preview, deleted] = [await remove(true), await remove(false)]
    for (const answer of [preview, deleted]) {
      assert.equal(answer.status, 200)
      const { data, meta } = answer.json()
      assert.deepEqual(new Set(data.map((item: { id: string }) => item.id)), new Set(ids))
      assert.equal(data.length, ids.length)
      const size = data.reduce((sum: number, item: { attributes: { size: number } }) => sum + item.attributes.size, 0)
      assert.deepEqual([meta.totals.count, meta.totals.size], [ids.length, size])
      assert.deepEqual(meta.unmatched.sort(), ['99999999', 'no-id'])
    }
    const { count: left } = (await rig.ask(target, { method: 'DELETE', headers: rig.keys })).json().meta.totals
    assert.equal(left, before.count - ids.length)
  })

  test('is cut when its reader takes nothing, and the log says so', async () => {
    rig.log.length = 0
    const answer = await start()
    answer.pause()
    while (!rig.log.some(line => line.includes('"aborted":true'))) await new Promise(resolve => setTimeout(resolve, 20))
    await assert.rejects(async () => {
      for await (const chunk of answer) assert.ok(chunk)
    }, /aborted/)
  })
})

/** Copies the only map until there are this many: uploading them one by one would take minutes. */
function copyMap({ folder }: Rig, wanted: number): void {
  const file = new DatabaseSync(path.join(folder, 'catalog.db'))
  const columns = file
    .prepare('select name from pragma_table_info(?)')
    .all('source_map')
    .map(row => String((row as { name: unknown }).name))
  const copied = columns.map(name => (name === 'id' ? 'n' : `"${name}"`))
  file.exec(`with recursive numbers(n) as (select 2 union all select n + 1 from numbers where n < ${wanted})
    insert into source_map (${columns.map(name => `"${name}"`).join(', ')}) select ${copied.join(', ')} from source_map, numbers where id = 1`)
  file.exec(`update organization set last_map_id = ${wanted}`)
  file.close()
}

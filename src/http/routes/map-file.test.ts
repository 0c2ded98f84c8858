import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { appendFile, readdir, truncate } from 'node:fs/promises'
import { Agent, type IncomingMessage, request } from 'node:http'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { openRig, type Rig } from '../rig.fixture.ts'

describe('GET /api/mapkeep/v1/sourcemaps/:id and its files', () => {
  const content = `${'x'.repeat(70_000)}the end`
  const digest = createHash('sha256').update(content).digest('hex')
  let rig: Rig
  let id: string
  before(async () => {
    rig = await openRig()
    const event = {
      type: 'jvm_mapping_file',
      service: 'app',
      version: '1',
      git_repository_url: 'https://bob:pw@h/r',
      git_commit_sha: 'abc',
    }
    id = await rig.upload(event, { jvm_mapping_file: content })
  })
  after(() => rig.close())
  const detail = () => rig.ask(`/api/mapkeep/v1/sourcemaps/${id}`, { headers: rig.keys })
  const file = (headers = {}, method = 'GET') =>
    rig.ask(`/api/mapkeep/v1/sourcemaps/${id}/files/jvm_mapping_file`, { method, headers: { ...rig.keys, ...headers } })

  test('tells everything of the map', async () => {
    const { attributes, ...item } = (await detail()).json().data
    assert.deepEqual(item, { id, type: 'sourcemaps' })
    assert.equal(attributes.state, 'live')
    assert.equal(attributes.files[0].sha256, digest)
    assert.equal(attributes.files[0].size, content.length)
    assert.deepEqual(attributes.repository, { url: 'https://h/r', commit: 'abc' })
  })

  test('gives the bytes as uploaded', async () => {
    const { status, headers, text } = await file()
    assert.equal(status, 200)
    assert.equal(text, content)
    assert.equal(headers['content-length'], String(content.length))
    assert.equal(headers['content-type'], 'application/octet-stream')
    assert.equal(headers.etag, `"${digest}"`)
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.equal(headers['content-disposition'], 'attachment; filename="jvm_mapping_file"')
  })

  test('gives a range, refuses one beyond the end and ignores what is none', async () => {
    const tail = await file({ range: 'bytes=-7' })
    assert.equal(tail.status, 206)
    assert.equal(tail.text, 'the end')
    assert.equal(tail.headers['content-range'], `bytes 70000-70006/70007`)
    assert.equal((await file({ range: 'bytes=70003-999999' })).text, ' end')
    assert.equal((await file({ range: 'bytes=0-0' })).text, 'x')
    const beyond = await file({ range: 'bytes=70007-' })
    assert.equal(beyond.status, 416)
    assert.equal(beyond.headers['content-range'], 'bytes */70007')
    assert.equal((await file({ range: 'lines=1-2' })).status, 200)
    assert.equal((await file({ range: 'bytes=0-1,4-5' })).status, 200)
    assert.equal((await file({ range: 'bytes=0-0', 'if-range': '"other"' })).status, 200)
  })

  test('says that a known file is the same, and answers HEAD without a body', async () => {
    assert.equal((await file({ 'if-none-match': `W/"x", "${digest}"` })).status, 304)
    const head = await file({}, 'HEAD')
    assert.equal(head.status, 200)
    assert.equal(head.headers['content-length'], String(content.length))
    assert.equal(head.text, '')
  })

  test('answers 404 for other ids, parts and texts that are no ids', async () => {
    for (const path of ['999', '0', 'abc', '1e3', `${id}/files/other`, '999/files/x']) {
      assert.equal((await rig.ask(`/api/mapkeep/v1/sourcemaps/${path}`, { headers: rig.keys })).status, 404, path)
    }
  })

  test('a deleted map can still be looked at and downloaded', async () => {
    const query = 'mapkind=jvm&filter[service]=app&filter[version]=1&dry_run=false'
    await rig.ask(`/api/v2/sourcemaps?${query}`, { method: 'DELETE', headers: rig.keys })
    const { attributes } = (await detail()).json().data
    assert.equal(attributes.state, 'deleted')
    assert.match(attributes.operation, /^op_/)
    assert.ok(attributes.deleted_at && attributes.undo_until)
    assert.equal((await file()).status, 200)
  })

  describe('when the stored copy is not what the catalog says', () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    after(() => agent.destroy())
    const size = 600_000
    let broken: string
    before(async () => {
      const event = { type: 'jvm_mapping_file', service: 'broken', version: '1' }
      broken = await rig.upload(event, { jvm_mapping_file: 'y'.repeat(size) })
    })
    const fetchBroken = (headers = {}) => read(`/api/mapkeep/v1/sourcemaps/${broken}/files/jvm_mapping_file`, { ...rig.keys, ...headers })

    test('a copy that is too short breaks the connection off at once, and the log says so', { timeout: 10_000 }, async () => {
      await truncate(await storedFile(rig, 'y'.repeat(size)), size - 1)
      for (const headers of [{}, { range: `bytes=1000-${size - 1}` }, { range: `bytes=${size - 1}-` }]) {
        rig.log.length = 0
        const { complete, taken } = await fetchBroken(headers)
        assert.equal(complete, false)
        assert.ok(taken < size)
        assert.match(rig.log.join(''), /of \d+ declared bytes.*answer broken off/)
      }
      assert.deepEqual(await read('/healthz', {}), { complete: true, taken: 15 }, 'the next answer of the client is its own')
    })

    test('a copy that is too long is never sent beyond what was declared', { timeout: 10_000 }, async () => {
      await appendFile(await storedFile(rig, 'y'.repeat(size)), 'zzz')
      const { complete, taken } = await fetchBroken()
      assert.equal(complete, false)
      assert.ok(taken <= size)
      assert.deepEqual(await read('/healthz', {}), { complete: true, taken: 15 })
    })

    /** Reads to the end or to the break, on a connection that is kept alive. */
    function read(target: string, headers: Record<string, string>): Promise<{ complete: boolean; taken: number }> {
      return new Promise(resolve => {
        const take = (incoming: IncomingMessage) => {
          let taken = 0
          incoming.on('data', chunk => {
            taken += chunk.length
          })
          incoming.on('error', () => {}).on('close', () => resolve({ complete: incoming.complete, taken }))
        }
        request({ host: '127.0.0.1', port: rig.port, path: target, headers, agent }, take)
          .on('error', () => resolve({ complete: false, taken: 0 }))
          .end()
      })
    }
  })
})

/** Where the copy with this content lies on disk. */
async function storedFile({ folder }: Rig, content: string): Promise<string> {
  const digest = createHash('sha256').update(content).digest('hex')
  const blobs = path.join(folder, 'blobs')
  const found = (await readdir(blobs, { recursive: true })).find(each => path.basename(each).startsWith(digest))
  assert.ok(found, 'the copy is on disk')
  return path.join(blobs, found)
}

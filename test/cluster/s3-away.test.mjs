// What happens to requests, and to what was promised, when the bucket goes away and comes back.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { cephMissing, startCeph } from '../../dist/blobs/s3/ceph.fixture.js'
import { call, download, filters, jsFiles, list, uploadJs } from '../wire/api.mjs'
import { startServer } from '../wire/running-server.mjs'

const release = { service: 'shop', version: '1.0.0' }

describe('a server whose bucket', { skip: cephMissing() ?? false, timeout: 300_000 }, () => {
  const closers = []
  let ceph
  let server
  before(async () => {
    ceph = await startCeph()
    const { endpoint, accessKeyId, secretAccessKey } = ceph
    const env = {
      MAPKEEP_BLOBS_URL: `s3://${await ceph.makeBucket()}/maps`,
      MAPKEEP_S3_ENDPOINT: endpoint,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: 'us-east-1',
      MAPKEEP_LOG_LEVEL: 'fatal',
    }
    server = await startServer({ after: close => closers.push(close) }, { env })
  })
  after(async () => {
    await server?.stop()
    for (const close of closers) await close()
    await ceph?.stop()
  })

  test('is gone refuses uploads and downloads with 503, answers what rows know, and goes on by itself', async () => {
    const { id } = await uploadJs(server)
    await ceph.kill()
    const answers = [await uploadJs(server, { name: 'meanwhile' }), await download(server, id, 'source_map')]
    for (const { status, headers, text } of answers) {
      assert.equal(status, 503, text)
      assert.doesNotMatch(text, /ECONN|127\.0\.0\.1|s3|bucket/i)
      assert.equal(headers.get('retry-after'), headers.get('x-ratelimit-reset'))
    }
    assert.equal((await list(server, 'js', release)).length, 1)
    const query = { mapkind: 'js', ...filters(release), dry_run: true }
    assert.equal((await call(server, 'DELETE /api/v2/sourcemaps', { query })).status, 200)
    assert.equal((await call(server, 'GET /readyz', { headers: {} })).status, 503)
    await ceph.restart()
    await untilReady(server)
    assert.equal((await download(server, id, 'source_map')).text, jsFiles('main').source_map)
    assert.equal((await uploadJs(server, { name: 'meanwhile' })).status, 200)
    assert.equal((await list(server, 'js', release)).length, 2)
  })

  test('hangs for a while keeps an upload waiting and no other request, and stores it once', async () => {
    const before = (await list(server, 'js', release)).length
    ceph.pause()
    const uploading = uploadJs(server, { name: 'slow' })
    await sleep(1000)
    assert.equal((await list(server, 'js', release)).length, before)
    ceph.resume()
    assert.equal((await uploading).status, 200)
    assert.equal((await list(server, 'js', release)).length, before + 1)
  })
})

async function untilReady(server) {
  while ((await call(server, 'GET /readyz', { headers: {} })).status !== 200) await sleep(200)
}

import assert from 'node:assert/strict'
import { after, before, describe, type TestContext, test } from 'node:test'
import { describeBlobStore } from '../blob-store.contract.ts'
import { copyOf, put, readAll, small } from '../contract/samples.ts'
import { openRig } from './s3-rig.fixture.ts'
import { type Swift, startSwift, swiftMissing } from './swift.fixture.ts'

// A server of another family than Ceph's: it knows no conditions, and completes and copies large objects in its own way
describe('S3 of Swift', { skip: swiftMissing() ?? false }, () => {
  let server: Swift
  let bucket: string
  before(async () => {
    server = await startSwift()
    bucket = await server.makeBucket()
  })
  after(() => server?.stop())

  const open = (t: TestContext) => openRig(t, { server, bucket })

  describeBlobStore('S3 (Swift)', open)

  test('a store is claimed once, though the server knows no conditions', async t => {
    const { store } = await open(t)
    await store.claim('mine')
    await store.claim('mine')
    await assert.rejects(store.claim('another'), /another installation/)
    assert.equal(await store.installation(), 'mine')
  })

  test('writes that find out together that there are no conditions all succeed', async t => {
    const { store } = await open(t)
    const copies = await Promise.all([1, 2, 3, 4].map(() => put(store, small)))
    for (const copy of copies) assert.deepEqual(await readAll(store, copy), small)
  })

  test('many copies are removed at once', async t => {
    const { store, names } = await open(t)
    const copies = [...(await Promise.all([1, 2, 3, 4].map(() => put(store, small)))), copyOf(small)]
    assert.deepEqual(await store.removeAll(copies, error => assert.fail(String(error))), copies)
    assert.deepEqual(await names(), [])
  })
})

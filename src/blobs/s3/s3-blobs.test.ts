import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import dns from 'node:dns'
import { after, before, describe, type TestContext, test } from 'node:test'
import { CreateMultipartUploadCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { MissingCopy } from '../../operations/ports/blob-store.ts'
import { StoreUnavailable } from '../../operations/ports/store-unavailable.ts'
import { describeBlobStore } from '../blob-store.contract.ts'
import { copyOf, large, pieces, plenty, put, putAs, readAll, sha256, small } from '../contract/samples.ts'
import { type Ceph, cephMissing, startCeph } from './ceph.fixture.ts'
import { type S3Proxy, startProxy } from './s3-proxy.fixture.ts'
import { openRig, type RigWish, type S3Rig } from './s3-rig.fixture.ts'

const mebibyte = 1024 * 1024
const parts = randomBytes(12 * mebibyte)

describe('S3', { skip: cephMissing() ?? false }, () => {
  let ceph: Ceph
  let bucket: string
  before(async () => {
    ceph = await startCeph()
    bucket = await ceph.makeBucket()
  })
  after(() => ceph?.stop())

  const open = (t: TestContext, wish?: RigWish) => openRig(t, { server: ceph, bucket }, wish)

  async function openBehind(t: TestContext, wish: RigWish = {}): Promise<S3Rig & { proxy: S3Proxy }> {
    const proxy = await startProxy(ceph.endpoint)
    t.after(() => proxy.close())
    return { ...(await open(t, { ...wish, place: { ...wish.place, endpoint: proxy.endpoint } })), proxy }
  }

  describeBlobStore('S3 (Ceph)', open)

  describe('S3: objects', () => {
    test('copies lie where the layout says, below the prefix', async t => {
      const { store, names } = await open(t)
      const copy = await putAs(store, large, 'brotli')
      await store.claim('mine')
      const place = `1/${copy.digest.slice(0, 2)}/${copy.digest}-${copy.generation}.br`
      assert.deepEqual([...(await names())].sort(), [place, 'installation'])
    })

    for (const prefix of ['', 'maps/of the shop', "a+b/c&d=e?f#g/%41/'é'!/(*)~", '/slashes/']) {
      test(`all is done below the prefix ${JSON.stringify(prefix)}`, async t => {
        const { store, inspection } = await openRig(t, { server: ceph, bucket: await ceph.makeBucket() }, { place: { prefix } })
        await store.claim('mine')
        const [one, two, packed] = [await put(store, small), await put(store, parts), await putAs(store, large, 'brotli')]
        for (const [copy, bytes] of [[one, small] as const, [two, parts] as const, [packed, large] as const])
          assert.ok((await readAll(store, copy)).equals(bytes))
        const found = []
        for await (const page of inspection.keptFiles()) found.push(...page.copies)
        assert.equal(found.length, 3)
        assert.equal(await inspection.quarantineCopy(two, 'q1'), true)
        const faults: unknown[] = []
        assert.deepEqual(await store.removeAll([one, packed], error => faults.push(error)), [one, packed])
        for (const copy of [one, two, packed]) assert.equal(await store.measure(copy), undefined)
        assert.deepEqual(faults, [])
      })
    }

    test('a bucket that is named in the host works as one that is named in the path', async t => {
      findNamesHere(t, 's3.localhost')
      const endpoint = ceph.endpoint.replace('127.0.0.1', 's3.localhost')
      const { store } = await open(t, { place: { endpoint, pathStyle: false } })
      for (const bytes of [small, parts]) assert.ok((await readAll(store, await put(store, bytes))).equals(bytes))
    })

    test('large objects are copied in pieces, and are whole', async t => {
      const { store, names } = await open(t, { limits: { wholeCopy: 5 * mebibyte, copyPiece: 5 * mebibyte } })
      const copy = await put(store, parts)
      assert.ok((await readAll(store, copy)).equals(parts))
      assert.equal((await names()).length, 1)
    })

    test('two parts of memory are enough for many uploads at once, each of several files', async t => {
      const { store, names } = await open(t, { limits: { buffers: 2 } })
      const contents = Array.from({ length: 8 }, (_, at) => randomBytes(400_000 + at * 1_500_000))
      const upload = async (bytes: Buffer) => {
        const files = [await store.receive(pieces(bytes), plenty), await store.receive(pieces(bytes), plenty)]
        const copies = [copyOf(bytes), copyOf(bytes)]
        for (const [at, file] of files.entries()) await store.keep(file, copies[at] ?? copyOf(bytes))
        for (const file of files) await store.discard(file)
        for (const copy of copies) assert.equal(sha256(await readAll(store, copy)), copy.digest)
      }
      await Promise.all(contents.map(upload))
      assert.equal((await names()).length, 16)
    })

    test('more copies than one request can name are removed, whether they are there or not', async t => {
      const { store, names } = await open(t)
      const copies = await Promise.all(Array.from({ length: 12 }, () => put(store, small)))
      const absent = Array.from({ length: 1500 }, () => copyOf(small))
      const all = [...copies.slice(0, 6), ...absent, ...copies.slice(6)]
      assert.deepEqual(await store.removeAll(all, error => assert.fail(String(error))), all)
      assert.deepEqual(await names(), [])
    })

    test('of many that claim a store at once, one gets it and the others are told', async t => {
      const { store } = await open(t)
      const claims = ['a', 'b', 'c', 'd', 'e', 'f'].map(async name => [name, await store.claim(name).then(() => true)] as const)
      const outcomes = await Promise.allSettled(claims)
      const won = outcomes.flatMap(outcome => (outcome.status === 'fulfilled' ? [outcome.value[0]] : []))
      assert.deepEqual(won, [await store.installation()])
      await store.claim(won[0] ?? '')
    })

    test('sweeping removes what is old and can only be of this store, objects and uploads under way', async t => {
      const { store, names, client, place } = await open(t, { limits: { abandonedAfter: -60_000 } })
      const kept = await put(store, parts)
      const lost = await store.receive(pieces(parts), plenty)
      const key = (path: string) => ({ Bucket: place.bucket, Key: `${place.prefix}/${path}` })
      await client.send(new PutObjectCommand({ ...key('temporary/notes.txt'), Body: 'of somebody else' }))
      for (const path of [`temporary/${randomUUID()}`, `1/ab/${'ab'.repeat(32)}-g.br`, 'backup/of-somebody-else'])
        await client.send(new CreateMultipartUploadCommand(key(path)))
      await store.sweep()
      const left = (await names()).filter(name => !name.startsWith('1/'))
      assert.deepEqual([...left].sort(), ['backup/of-somebody-else', 'temporary/notes.txt'])
      assert.ok((await readAll(store, kept)).equals(parts))
      await assert.rejects(store.keep(lost, copyOf(parts)))
    })

    test('sweeping leaves what may be another node’s', async t => {
      const { store, names, client, place } = await open(t)
      const spooled = await store.receive(pieces(parts), plenty)
      const Key = `${place.prefix}/temporary/${randomUUID()}`
      await client.send(new CreateMultipartUploadCommand({ Bucket: place.bucket, Key }))
      await store.sweep()
      assert.equal((await names()).length, 2)
      await store.discard(spooled)
    })
  })

  describe('S3: failing uploads', () => {
    test('an upload refused after several parts leaves neither an object nor parts', async t => {
      const { store, names } = await open(t)
      await assert.rejects(store.receive(pieces(parts), parts.length - 1), { code: 'too_large' })
      assert.deepEqual(await names(), [])
    })

    test('an upload whose source fails after several parts leaves neither an object nor parts', async t => {
      const { store, names } = await open(t)
      const seen: number[] = []
      async function* failing() {
        yield* pieces(parts)
        seen.push((await names()).length)
        throw new Error('connection lost')
      }
      await assert.rejects(store.receive(failing(), plenty), /connection lost/)
      assert.deepEqual(seen, [1])
      assert.deepEqual(await names(), [])
    })

    test('the gateway killed in the midst of an upload is told, and the same store goes on once it is back', async t => {
      const { store } = await open(t)
      async function* killing() {
        yield* pieces(parts.subarray(0, 6 * mebibyte))
        await ceph.kill()
        yield* pieces(parts.subarray(6 * mebibyte))
      }
      await assert.rejects(store.receive(killing(), plenty), StoreUnavailable)
      await assert.rejects(store.check(), StoreUnavailable)
      await assert.rejects(store.read(copyOf(small)), StoreUnavailable)
      await ceph.restart()
      const copy = await put(store, parts)
      assert.ok((await readAll(store, copy)).equals(parts))
    })

    test('a gateway that takes connections and answers nothing is told, and the same store goes on later', async t => {
      const { store } = await open(t, { limits: { idleTimeout: 500 } })
      const spooled = await store.receive(pieces(small), plenty)
      ceph.pause()
      try {
        await assert.rejects(store.keep(spooled, copyOf(small)), StoreUnavailable)
        await assert.rejects(store.measure(copyOf(small)), StoreUnavailable)
        await assert.rejects(store.receive(pieces(parts), plenty), StoreUnavailable)
      } finally {
        ceph.resume()
      }
      await store.keep(spooled, copyOf(small))
    })
  })

  describe('S3: a server that does it otherwise', () => {
    test('one that knows no conditions is asked with them once only, and works without', async t => {
      const { store, proxy } = await openBehind(t)
      proxy.interfere = ({ headers }) => (headers['if-none-match'] ? { status: 501, code: 'NotImplemented' } : undefined)
      await store.claim('mine')
      await assert.rejects(store.claim('another'), /another installation/)
      assert.deepEqual(await readAll(store, await put(store, small)), small)
      assert.equal(proxy.passed.filter(({ headers }) => headers['if-none-match']).length, 1)
      const other = await openBehind(t)
      other.proxy.interfere = proxy.interfere
      await Promise.all([1, 2, 3].map(() => put(other.store, small)))
      assert.equal((await other.names()).length, 3)
    })

    test('one that removes no batches gets single removals; what it refuses is told and the rest is gone', async t => {
      const { store, proxy } = await openBehind(t)
      const copies = [await put(store, small), await put(store, small), await put(store, small)]
      const held = copies[1]?.generation ?? ''
      proxy.interfere = ({ method, url }) => {
        if (method === 'POST') return { status: 501, code: 'NotImplemented' }
        return method === 'DELETE' && url.includes(held) ? { status: 403, code: 'AccessDenied' } : undefined
      }
      const faults: unknown[] = []
      assert.deepEqual(await store.removeAll(copies, error => faults.push(error)), [copies[0], copies[2]])
      assert.match(String(faults), /AccessDenied, 403/)
    })

    test('one that answers 503 is asked again, then told as unavailable; what it cannot remove stays on the list', async t => {
      const { store, proxy } = await openBehind(t)
      const copy = await put(store, small)
      const before = proxy.passed.length
      proxy.interfere = () => ({ status: 503, code: 'SlowDown' })
      await assert.rejects(store.read(copy), StoreUnavailable)
      assert.equal(proxy.passed.length - before, 3)
      const faults: unknown[] = []
      assert.deepEqual(await store.removeAll([copy, copyOf(small)], error => faults.push(error)), [])
      assert.ok(faults.length > 0 && faults.every(fault => fault instanceof StoreUnavailable))
    })

    test('a 503 that passes is not noticed', async t => {
      const { store, proxy } = await openBehind(t)
      let requests = 0
      proxy.interfere = () => (requests++ % 2 === 0 ? { status: 503, code: 'ServiceUnavailable' } : undefined)
      assert.ok((await readAll(store, await put(store, parts))).equals(parts))
    })

    test('a lost answer to a write is no second copy and no failure', async t => {
      const { store, proxy, names } = await openBehind(t)
      const lost = new Set<string>()
      proxy.interfere = ({ method, url }) => {
        if (!['PUT', 'POST'].includes(method) || lost.has(url) || url.includes('uploads')) return undefined
        lost.add(url)
        return { answer: 'lost' }
      }
      for (const bytes of [small, parts]) assert.ok((await readAll(store, await put(store, bytes))).equals(bytes))
      assert.equal((await names()).length, 2)
      assert.ok(lost.size >= 5)
    })

    test('an answer that breaks off is an error for the reader, never short bytes', async t => {
      const { store, proxy } = await openBehind(t)
      const copies = [await put(store, parts), await putAs(store, large, 'brotli'), await putAs(store, large, 'gzip')]
      proxy.interfere = ({ method }) => (method === 'GET' ? { cutAfter: 100_000 } : undefined)
      for (const copy of copies) {
        await assert.rejects(readAll(store, copy), StoreUnavailable)
        await assert.rejects(readAll(store, copy, { first: 10, last: 4 * mebibyte }), StoreUnavailable)
        await assert.rejects(store.compress(copy, { ...copy, generation: 'g', codec: 'gzip' }), StoreUnavailable)
      }
    })

    test('a reader that stops cuts its connection, even before it read', async t => {
      const { store, proxy } = await openBehind(t)
      const copy = await put(store, randomBytes(40 * mebibyte))
      for await (const _ of await store.read(copy)) break
      await (await store.read(copy))[Symbol.asyncIterator]().return?.()
      for (let tries = 0; tries < 100 && !proxy.passed.slice(-2).every(({ cut }) => cut); tries++)
        await new Promise(resolve => setTimeout(resolve, 20))
      assert.deepEqual(
        proxy.passed.slice(-2).map(({ method, cut }) => [method, cut]),
        [
          ['GET', true],
          ['GET', true],
        ],
      )
    })
  })

  describe('S3: requests', () => {
    test('nothing is listed on the way of an upload, a reading, a compression, a removal or a check', async t => {
      const { store, proxy } = await openBehind(t)
      for (const bytes of [small, large, parts]) await store.measure(await put(store, bytes))
      const packed = await putAs(store, large, 'brotli')
      await readAll(store, packed, { first: 5, last: 500_000 })
      await store.removeAll([packed, copyOf(small)], error => assert.fail(String(error)))
      await store.check()
      const lists = proxy.passed.filter(({ method, url }) => method === 'GET' && /[?&](list-type|uploads|prefix)/.test(url))
      assert.ok(proxy.passed.length > 20)
      assert.deepEqual(lists, [])
    })

    for (const [encryption, headers] of [
      ['AES256', { algorithm: 'AES256', key: undefined }],
      ['aws:kms', { algorithm: 'aws:kms', key: undefined }],
      ['aws:kms:alias/maps', { algorithm: 'aws:kms', key: 'alias/maps' }],
    ] as const) {
      test(`encryption ${encryption} is asked for with everything that is written`, async t => {
        const plain = await open(t)
        const copy = await put(plain.store, small)
        const { store, inspection, proxy } = await openBehind(t, { place: { encryption, prefix: plain.place.prefix } })
        const seen = new Set<string>()
        proxy.interfere = ({ method, url, headers: sent }) => {
          const makes = method === 'POST' ? url.includes('uploads') : method === 'PUT' && !url.includes('uploadId')
          if (!makes) return undefined
          assert.equal(sent['x-amz-server-side-encryption'], headers.algorithm)
          assert.equal(sent['x-amz-server-side-encryption-aws-kms-key-id'], headers.key)
          seen.add(sent['x-amz-copy-source'] ? 'copy' : method)
          return { status: 400, code: 'NoEncryptionHere' }
        }
        await assert.rejects(put(store, small), /NoEncryptionHere/)
        await assert.rejects(put(store, parts), /NoEncryptionHere/)
        await assert.rejects(inspection.quarantineCopy(copy, 'q1'), /NoEncryptionHere/)
        assert.deepEqual([...seen], ['PUT', 'POST', 'copy'])
      })
    }
  })

  describe('S3: refusals that stay', () => {
    test('a bucket that is not there is told as such, and no copy seems to be missing for it', async t => {
      const { store } = await open(t, { place: { bucket: `none-${randomUUID()}` } })
      const copy = copyOf(small)
      for (const work of [() => store.read(copy), () => store.measure(copy), () => store.compress(copy, copy), () => store.check()])
        await assert.rejects(work, error => error instanceof Error && !(error instanceof MissingCopy || error instanceof StoreUnavailable))
      await assert.rejects(store.installation(), /bucket none-.* at http:.* refuses: NoSuchBucket, 404, there is no such bucket/)
    })

    test('wrong credentials are told in one line that does not hold them', async t => {
      const { store } = await open(t)
      process.env.AWS_SECRET_ACCESS_KEY = 'not-the-secret'
      t.after(() => {
        process.env.AWS_SECRET_ACCESS_KEY = ceph.secretAccessKey
      })
      await assert.rejects(store.check(), (error: Error) => {
        assert.match(error.message, /SignatureDoesNotMatch, 403/)
        assert.ok(!(error instanceof StoreUnavailable) && !error.message.includes('\n') && error.cause === undefined)
        assert.ok(!JSON.stringify(error).includes(ceph.accessKeyId) && !error.message.includes(ceph.accessKeyId))
        return true
      })
    })

    test('a server that is not there, and a name that is nobody’s, may come back', async t => {
      for (const endpoint of ['http://127.0.0.1:1', 'http://nobody.invalid']) {
        const { store } = await open(t, { place: { endpoint } })
        await assert.rejects(store.installation(), StoreUnavailable)
      }
    })
  })
})

/** Not every machine finds the names below localhost by itself. */
function findNamesHere(t: TestContext, domain: string): void {
  const lookup = dns.lookup as (name: string, options: object, done: (...found: unknown[]) => void) => void
  const here = (name: string, options: { all?: boolean }, done: (...found: unknown[]) => void) => {
    if (!name.endsWith(domain)) return lookup(name, options, done)
    return options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4)
  }
  t.mock.method(dns, 'lookup', here as never)
}

import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { appendFile, mkdir, mkdtemp, readdir, readlink, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { type BlobStore, type CopyName, DamagedCopy } from '../../operations/ports/blob-store.ts'
import { describeBlobStore } from '../blob-store.contract.ts'
import { inspectFileBlobs } from './inspect-file-blobs.ts'
import { openFileBlobs } from './open-file-blobs.ts'

const temporaryName = '.mapkeep-tmp'

describeBlobStore('files', async t => {
  const folder = await temporaryFolder(t)
  return { store: await openFileBlobs(folder), inspection: inspectFileBlobs(folder), names: () => filesIn(folder) }
})

test('copies lie where the layout says, private, with the extension of their codec', async t => {
  const folder = await temporaryFolder(t)
  const store = await openFileBlobs(join(folder, 'new', 'blobs'))
  const copy = await put(store, 'a'.repeat(10_000))
  const packed: CopyName = { ...copy, generation: 'g2', codec: 'brotli' }
  const stored = await store.compress(copy, packed)
  const place = join(folder, 'new', 'blobs', '7', copy.digest.slice(0, 2))
  assert.deepEqual((await readdir(place)).sort(), [`${copy.digest}-g1`, `${copy.digest}-g2.br`])
  assert.equal((await stat(join(place, `${copy.digest}-g2.br`))).size, stored)
  for (const name of await readdir(place)) assert.equal((await stat(join(place, name))).mode & 0o777, 0o600)
  for (const made of [place, join(place, '..'), join(folder, 'new', 'blobs', temporaryName), join(folder, 'new')]) {
    assert.equal((await stat(made)).mode & 0o777, 0o700)
  }
})

test('small uploads touch the disk only when kept, large ones lie in the temporary folder until then', async t => {
  const folder = await temporaryFolder(t)
  const store = await openFileBlobs(folder)
  const small = await store.receive(Readable.from([Buffer.alloc(256 * 1024)]), 1e9)
  assert.deepEqual(await filesIn(folder), [])
  const large = await store.receive(Readable.from([Buffer.alloc(256 * 1024 + 1)]), 1e9)
  assert.equal((await readdir(join(folder, temporaryName))).length, 1)
  await Promise.all([store.discard(small), store.discard(large)])
})

test('sweeping removes what uploads left, and nothing else that lies in the temporary folder', async t => {
  const folder = await temporaryFolder(t)
  const store = await openFileBlobs(folder)
  const copy = await put(store, 'kept')
  const temporary = join(folder, temporaryName)
  await writeFile(join(temporary, randomUUID()), 'half')
  await writeFile(join(temporary, 'notes.txt'), 'of somebody else')
  await mkdir(join(temporary, randomUUID()))
  await writeFile(join(folder, 'elsewhere'), 'linked to')
  await symlink(join(folder, 'elsewhere'), join(temporary, randomUUID()))
  await store.sweep()
  const kept = [`7/${copy.digest.slice(0, 2)}/${copy.digest}-g1`, 'elsewhere', `${temporaryName}/notes.txt`]
  assert.deepEqual((await filesIn(folder)).sort(), kept.sort())
  assert.equal((await readdir(temporary)).length, 3)
})

test('a folder called tmp that lies in the root is none of ours', async t => {
  const folder = await temporaryFolder(t)
  await mkdir(join(folder, 'tmp', randomUUID()), { recursive: true })
  await writeFile(join(folder, 'tmp', randomUUID()), 'of another program')
  await (await openFileBlobs(folder)).sweep()
  assert.equal((await readdir(join(folder, 'tmp'))).length, 2)
})

test('a store belongs to whoever claimed it, for every later opening', async t => {
  const folder = await temporaryFolder(t)
  const store = await openFileBlobs(folder)
  assert.equal(await store.installation(), undefined)
  await store.claim('one')
  assert.equal(await (await openFileBlobs(folder)).installation(), 'one')
  assert.deepEqual(await readdir(join(folder, temporaryName)), [])
})

test('a store whose temporary folder is gone says that it cannot write', async t => {
  const folder = await temporaryFolder(t)
  const store = await openFileBlobs(folder)
  await rm(join(folder, temporaryName), { recursive: true })
  await assert.rejects(store.check(), { code: 'ENOENT' })
})

test('a folder removed by hand is made again after one refused keep', async t => {
  const folder = await temporaryFolder(t)
  const store = await openFileBlobs(folder)
  await put(store, 'text')
  await rm(join(folder, '7'), { recursive: true })
  await assert.rejects(put(store, 'text', 'g2'), { code: 'ENOENT' })
  assert.equal(await text(store, await put(store, 'text', 'g3')), 'text')
  assert.deepEqual(await readdir(join(folder, temporaryName)), [])
})

test('a second opening finds what the first kept', async t => {
  const folder = await temporaryFolder(t)
  const copy = await put(await openFileBlobs(folder), 'text')
  assert.equal(await text(await openFileBlobs(folder), copy), 'text')
})

test('a damaged compressed copy is an error, never short or wrong bytes without one', async t => {
  const folder = await temporaryFolder(t)
  const store = await openFileBlobs(folder)
  const copy = await put(store, 'a'.repeat(50_000))
  for (const [codec, extension] of [['gzip', '.gz'] as const, ['brotli', '.br'] as const]) {
    const packed: CopyName = { ...copy, generation: codec, codec }
    const stored = await store.compress(copy, packed)
    await truncate(join(folder, '7', copy.digest.slice(0, 2), `${copy.digest}-${codec}${extension}`), (stored ?? 0) - 3)
    await assert.rejects(text(store, packed), /unexpected end of file/)
  }
})

test('a damaged copy is not compressed', async t => {
  const folder = await temporaryFolder(t)
  const store = await openFileBlobs(folder)
  const copy = await put(store, 'a'.repeat(50_000))
  await appendFile(join(folder, '7', copy.digest.slice(0, 2), `${copy.digest}-g1`), 'x')
  await assert.rejects(store.compress(copy, { ...copy, generation: 'g2', codec: 'brotli' }), DamagedCopy)
  assert.equal((await filesIn(folder)).length, 1)
})

test('zstd copies are read where Node can, and refused in words where it cannot', async t => {
  const folder = await temporaryFolder(t)
  const store = await openFileBlobs(folder)
  const copy: CopyName = { ...(await put(store, 'hello\n')), generation: 'z', codec: 'zstd' }
  const hello = Buffer.from('28b52ffd045831000068656c6c6f0a5388bd91', 'hex')
  await writeFile(join(folder, '7', copy.digest.slice(0, 2), `${copy.digest}-z.zst`), hello)
  if (process.versions.zstd) assert.equal(await text(store, copy), 'hello\n')
  else await assert.rejects(store.read(copy), /22\.15/)
})

test('no file stays open, however a reading, a receiving or a compression ended', { skip: process.platform !== 'linux' }, async t => {
  const folder = await temporaryFolder(t)
  const store = await openFileBlobs(folder)
  const content = 'abcdefg'.repeat(200_000)
  const copy = await put(store, content)
  const packed: CopyName = { ...copy, generation: 'g2', codec: 'brotli' }
  await store.compress(copy, packed)
  const before = await openFiles(folder)
  for (const name of [copy, packed]) await readInEveryWay(store, name)
  await store.receive(Readable.from([Buffer.alloc(300_000)]), 299_999).catch(() => {})
  await store.compress(copy, { ...copy, digest: '0'.repeat(64), codec: 'gzip' }).catch(() => {})
  await put(store, content, 'g3')
  assert.deepEqual(before, [])
  assert.deepEqual(await openFiles(folder), [])
})

async function readInEveryWay(store: BlobStore, name: CopyName): Promise<void> {
  for await (const _ of await store.read(name));
  for await (const _ of await store.read(name)) break
  for await (const _ of await store.read(name, { first: 100, last: 900_000 }));
  for await (const _ of await store.read(name, { first: 100, last: 900_000 })) break
  await (await store.read(name))[Symbol.asyncIterator]().return?.()
  const unread = Readable.from(await store.read(name))
  unread.destroy()
  await new Promise(resolve => unread.once('close', resolve))
}

async function openFiles(folder: string): Promise<string[]> {
  const handles = await readdir('/proc/self/fd')
  const targets = await Promise.all(handles.map(handle => readlink(join('/proc/self/fd', handle)).catch(() => '')))
  return targets.filter(target => target.startsWith(folder))
}

async function put(store: BlobStore, content: string, generation = 'g1'): Promise<CopyName> {
  const digest = createHash('sha256').update(content).digest('hex')
  const name: CopyName = { organization: 7, digest, generation, codec: 'identity' }
  const spooled = await store.receive(Readable.from([Buffer.from(content)]), 1e9)
  try {
    await store.keep(spooled, name)
  } finally {
    await store.discard(spooled)
  }
  return name
}

async function text(store: BlobStore, name: CopyName): Promise<string> {
  return (await Readable.from(await store.read(name)).toArray()).join('')
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))
}

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'blobs-'))
  t.after(() => rm(folder, { recursive: true }))
  return folder
}

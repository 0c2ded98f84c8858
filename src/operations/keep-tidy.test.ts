import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { backgroundCodec } from '../blobs/background-codec.ts'
import { openFileBlobs } from '../blobs/files/open-file-blobs.ts'
import { openSqliteCatalog } from '../catalog/sqlite/open-sqlite-catalog.ts'
import { describeUpload } from '../domain/describe-upload.ts'
import type { Selection } from '../domain/selection.ts'
import { bootstrap } from './bootstrap.ts'
import { countUploads } from './count-uploads.ts'
import { deleteMaps } from './delete.ts'
import { keepTidy } from './keep-tidy.ts'
import type { BlobStore } from './ports/blob-store.ts'
import type { Catalog } from './ports/catalog.ts'
import { readStored } from './read-file.ts'
import { keepUpload } from './upload.ts'

let folder: string
let catalog: Catalog
let store: BlobStore
let faults: unknown[]

beforeEach(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mapkeep-tidy-'))
  catalog = await openSqliteCatalog(path.join(folder, 'catalog.db'))
  store = await openFileBlobs(path.join(folder, 'blobs'))
  await bootstrap(catalog, {}, Date.now())
  faults = []
})

afterEach(async () => {
  await catalog.close()
  fs.rmSync(folder, { recursive: true, force: true })
})

const noteFault = (error: unknown) => faults.push(error)
const purging = { purgeInterval: 3_600_000, holder: 'server', shared: false }
const bytes = Buffer.from('the same words again and again, '.repeat(5000))
async function* source() {
  yield bytes
}

const files = (root: string) =>
  fs.readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(file => fs.statSync(path.join(root, file)).isFile())

async function uploadTo(blobs: BlobStore): Promise<{ organization: number; id: number }> {
  const [key] = (await catalog.listKeys()).filter(each => each.type === 'api')
  if (!key) throw new Error('there is no API key')
  const event = { type: 'il2cpp_mapping_file', build_id: randomUUID() }
  const description = describeUpload(event, new Map([['il2cpp_mapping_file', 'm']]))
  const spooled = await blobs.receive(source(), 1e9)
  const by = { organization: key.organization, uploader: key.id, address: undefined }
  const received = { ...by, description, event: JSON.stringify(event), repository: undefined }
  const id = await keepUpload({ catalog, blobs }, { ...received, files: [{ part: 'il2cpp_mapping_file', fileName: 'm', spooled }] })
  return { organization: key.organization, id }
}

async function until(truth: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; !(await truth()); await new Promise(resolve => setTimeout(resolve, 50)))
    if (Date.now() > end) throw new Error('it did not come true in time')
}

describe('background work', () => {
  test('compresses what was uploaded, removes the first copy, and the bytes stay the same', async () => {
    const { blobs, uploadsInFlight } = countUploads(store)
    const { organization, id } = await uploadTo(blobs)
    const file = async () => (await catalog.detail(organization, id))?.files[0]
    const before = await file()
    const tidy = keepTidy({ catalog, blobs, codec: backgroundCodec, uploadsInFlight, ...purging, onFault: error => faults.push(error) })
    await until(async () => (await file())?.copy.codec === backgroundCodec && files(path.join(folder, 'blobs')).length === 1)
    await tidy.stop()
    const after = await file()
    assert.ok(after && before && after.storedSize < before.storedSize / 10)
    const chunks: Uint8Array[] = []
    for await (const chunk of await readStored({ catalog, blobs }, organization, { id, file: after })) chunks.push(chunk)
    assert.ok(Buffer.concat(chunks).equals(bytes))
    assert.deepEqual(faults, [])
  })

  test('leaves the disk to uploads while they come in, and goes on when they are done', async () => {
    const { blobs, uploadsInFlight } = countUploads(store)
    await uploadTo(blobs)
    const held = await blobs.receive(source(), 1e9)
    assert.equal(uploadsInFlight(), 1)
    const tidy = keepTidy({ catalog, blobs, codec: backgroundCodec, uploadsInFlight, ...purging, onFault: error => faults.push(error) })
    await new Promise(resolve => setTimeout(resolve, 700))
    assert.equal((await catalog.compressible(10)).length, 1)
    await blobs.discard(held)
    assert.equal(uploadsInFlight(), 0)
    await until(async () => (await catalog.compressible(10)).length === 0)
    await tidy.stop()
    assert.deepEqual(faults, [])
  })

  test('purges what is due, unless that is switched off', async () => {
    const { organization, id } = await uploadTo(store)
    const selection: Selection = { kind: 'il2cpp', criteria: [{ filter: 'id', values: [String(id)] }] }
    const request = { actor: 'key_1', address: undefined, at: 1000, reason: undefined, force: false, requestKey: undefined }
    const rules = { undoWindow: 0, deleteLimit: 0, safeDelete: false }
    await deleteMaps(catalog, { organization, selection, plan: undefined }, { request, rules })
    const stateOf = async () => (await catalog.detail(organization, id))?.state
    const parts = {
      catalog,
      blobs: store,
      codec: backgroundCodec,
      uploadsInFlight: () => 0,
      holder: 'server',
      shared: false,
      onFault: noteFault,
    }
    const idle = keepTidy({ ...parts, purgeInterval: 0 })
    await until(async () => (await catalog.compressible(10)).length === 0)
    await idle.stop()
    assert.equal(await stateOf(), 'deleted')
    const busy = keepTidy({ ...parts, purgeInterval: 3_600_000 })
    await until(async () => (await stateOf()) === 'purged')
    await busy.stop()
    assert.deepEqual(faults, [])
  })

  test('stops at once while it waits, sooner than one whose work does not end', async () => {
    const { blobs, uploadsInFlight } = countUploads(store)
    await uploadTo(blobs)
    const held = await blobs.receive(source(), 1e9)
    let [waits, works] = [false, false]
    const looking = () => {
      waits = true
      return uploadsInFlight()
    }
    const endless = () => {
      works = true
      return new Promise<never>(() => {})
    }
    const parts = { catalog, codec: backgroundCodec, ...purging, onFault: noteFault }
    const waiting = keepTidy({ ...parts, blobs, uploadsInFlight: looking })
    const working = keepTidy({ ...parts, blobs: { ...blobs, compress: endless }, uploadsInFlight: () => 0 })
    await until(async () => waits && works)
    const stopped: string[] = []
    await Promise.all([working.stop().then(() => stopped.push('working')), waiting.stop().then(() => stopped.push('waiting'))])
    assert.deepEqual(stopped, ['waiting', 'working'])
    await blobs.discard(held)
    assert.deepEqual(faults, [])
  })
})

test('an upload that was refused is not in flight any more', async () => {
  const { blobs, uploadsInFlight } = countUploads(store)
  await assert.rejects(blobs.receive(source(), 10))
  assert.equal(uploadsInFlight(), 0)
})

import assert from 'node:assert/strict'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { Selection } from '../domain/selection.ts'
import type { CopyName } from './ports/blob-store.ts'
import type { Moved } from './ports/passage-catalog.ts'
import { type PurgeParts, previewPurge, purge } from './purge.ts'
import { findFile, readStored } from './read-file.ts'
import { jsEvent, receive, type Stores, textOf, uploadJs, withStores } from './stores.fixture.ts'
import { compressBlobs, condemnUnreferenced, removeCondemned, type Tidying } from './tidy-blobs.ts'
import { keepUpload } from './upload.ts'

const onFault = (error: unknown) => assert.fail(String(error))

function partsOf({ catalog, blobs }: Stores, changes: Partial<PurgeParts> = {}): PurgeParts {
  return { catalog, blobs, actor: 'mapkeep', clock: () => 3000, pause: async () => {}, onFault, ...changes }
}

function tidying(stores: Stores): Tidying {
  return { ...partsOf(stores), codec: 'gzip' }
}

/** Deletes maps by id, at 1000 with an undo window until 2000. */
async function remove({ catalog }: Stores, ids: readonly number[], at = { at: 1000, undoUntil: 2000 }): Promise<Moved> {
  const [detail] = await Promise.all(ids.slice(0, 1).map(id => catalog.detail(1, id)))
  const selection = { kind: detail?.map.kind ?? 'js', criteria: [{ filter: 'id', values: ids.map(String) }] } as Selection
  const by = { actor: 'key_1', address: undefined, reason: undefined, forced: false }
  const moved = await catalog.move({ organization: 1, selection, state: 'live' }, { to: 'deleted', ...by, ...at }, {})
  assert.ok('operation' in moved, JSON.stringify(moved))
  return moved
}

/** Uploads a js map of the service `shop` whose two files have these contents. */
async function upload(stores: Stores, name: string, contents: { map: string; minified: string }): Promise<number> {
  const bytes = (part: string) => (part === 'source_map' ? contents.map : contents.minified)
  return keepUpload(stores, await receive(stores, jsEvent(`${name}.js`), bytes))
}

/** The sizes of the files below the folder of blobs, by name. */
async function sizesKept(blobFolder: string): Promise<Map<string, number>> {
  const entries = (await readdir(blobFolder, { recursive: true, withFileTypes: true })).filter(entry => entry.isFile())
  return new Map(
    await Promise.all(entries.map(async entry => [entry.name, (await stat(join(entry.parentPath, entry.name))).size] as const)),
  )
}

const total = (sizes: Iterable<number>) => [...sizes].reduce((sum, size) => sum + size, 0)
const fileName = ({ digest, generation, codec }: CopyName) => `${digest}-${generation}${codec === 'gzip' ? '.gz' : ''}`

describe('a purge', () => {
  test('leaves on disk exactly the files that rows need, and frees what the deletion announced', () =>
    withStores(async (stores, blobFolder) => {
      const long = 'the same words again and again, '.repeat(1000)
      const ids: number[] = []
      for (let at = 0; at < 30; at++) ids.push(await upload(stores, `chunk ${at}`, { map: `${long} ${at % 20}`, minified: `${at % 7}` }))
      await compressBlobs(tidying(stores))
      await removeCondemned(tidying(stores))
      const before = await sizesKept(blobFolder)
      const { totals } = await remove(
        stores,
        ids.filter(id => id % 3 > 0 || id > 20),
      )
      assert.deepEqual(await sizesKept(blobFolder), before, 'a deletion touches no bytes')
      assert.deepEqual(await previewPurge(stores.catalog, 1999), { deletions: 0, count: 0, size: 0, freedSize: 0, held: 0 })
      const announced = { deletions: 1, count: totals.count, size: totals.size, freedSize: totals.freedSize, held: 0 }
      assert.deepEqual(await previewPurge(stores.catalog, 2000), announced)
      assert.deepEqual(await purge(partsOf(stores)), { ...announced, taken: false, keptUntil: undefined })
      const after = await sizesKept(blobFolder)
      assert.ok(totals.freedSize > gzipSync(long).length && after.size > 0)
      assert.equal(total(before.values()) - total(after.values()), totals.freedSize)
      const needed = new Set<string>()
      for (const id of ids) {
        const detail = await stores.catalog.detail(1, id)
        if (detail?.state === 'live') for (const file of detail.files) needed.add(fileName(file.copy))
      }
      assert.deepEqual(new Set(after.keys()), needed)
    }))

  test('that is cut off anywhere is gone on with by the next one', () =>
    withStores(async stores => {
      const ids: number[] = []
      for (let at = 0; at < 6; at++) ids.push(await uploadJs(stores, `chunk-${at}.js`))
      for (const id of ids) await remove(stores, [id])
      let pieces = 0
      const pause = async () => {
        if (++pieces > 3) throw new Error('the power is gone')
      }
      await assert.rejects(purge(partsOf(stores, { pause })), /the power is gone/)
      const halfway = await previewPurge(stores.catalog, 3000)
      assert.equal(halfway.deletions, 3)
      assert.equal((await purge(partsOf(stores))).count, 3)
      assert.deepEqual(await stores.filesKept(), [])
      assert.deepEqual(await stores.catalog.condemned(10), [])
    }))

  test('does nothing while another process purges, and leaves off when one has taken over', () =>
    withStores(async stores => {
      await remove(stores, [await uploadJs(stores, 'a.js')])
      await remove(stores, [await uploadJs(stores, 'b.js')])
      const other = { name: 'purge', holder: 'other' } as const
      await stores.catalog.takeLease(other, 3000, 3001)
      const nothing = { deletions: 0, count: 0, size: 0, freedSize: 0, held: 0, taken: true }
      assert.deepEqual(await purge(partsOf(stores)), nothing)
      let now = 4000
      const pause = async () => {
        if (now === 4000) now++
        else await stores.catalog.takeLease(other, 9_000_000, 9_000_001)
      }
      const { count, taken } = await purge(partsOf(stores, { clock: () => now, pause }))
      assert.deepEqual([count, taken], [1, true])
      assert.equal((await purge(partsOf(stores, { clock: () => 9_000_002 }))).count, 1)
    }))
})

// Uploads of contents that are being purged at that moment begin at any point of the purge; those that were acknowledged can be read
test('an upload that races the purge of its content is never lost', () =>
  withStores(async stores => {
    const random = generator(Date.now())
    const [rounds, contents] = [20, 110]
    const texts = Array.from({ length: contents }, (_, at) => `content ${at} `.repeat(at % 10 === 0 ? 600 : 10))
    const generations = new Map<string, string>()
    const seen = { anew: 0, kept: 0 }
    const uploadAndRead = async (text: string, name: string) => {
      const id = await uploadJvm(stores, name, text)
      const file = await findFile(stores.catalog, 1, { id, part: 'jvm_mapping_file' })
      assert.equal(await textOf(await readStored(stores, 1, { id, file })), text, `map ${id}`)
      seen[generations.get(text) === file.copy.generation ? 'kept' : 'anew']++
      generations.set(text, file.copy.generation)
      return id
    }
    let ids = await Promise.all(texts.map((text, at) => uploadAndRead(text, `first ${at}`)))
    for (let round = 0; round < rounds; round++) {
      for (const some of portions(ids, () => 1 + random(20))) await remove(stores, some, { at: 1000, undoUntil: 1000 })
      const racing = { left: contents }
      const background = Promise.all([purgeUntilDone(stores, racing), tidyUntilDone(stores, racing)])
      ids = await Promise.all(
        texts.map(async (text, at) => {
          for (let turns = random(contents); turns > 0; turns--) await nextTurn()
          const id = await uploadAndRead(text, `${round} ${at}`)
          racing.left--
          return id
        }),
      )
      await background
      // Once more when everything has come to rest
      for (const id of ids) await readWhole(stores, id)
    }
    assert.ok(Math.min(seen.anew, seen.kept) > rounds, `the races were won by one side: ${JSON.stringify(seen)}`)
    await remove(stores, ids)
    await purge(partsOf(stores))
    await condemnUnreferenced(tidying(stores))
    await removeCondemned(tidying(stores))
    assert.deepEqual(await stores.filesKept(), [])
  }))

interface Racing {
  left: number
}

async function purgeUntilDone(stores: Stores, racing: Racing): Promise<void> {
  do {
    await purge(partsOf(stores))
    await sleep(20)
  } while (racing.left > 0)
}

async function tidyUntilDone(stores: Stores, racing: Racing): Promise<void> {
  do {
    await condemnUnreferenced(tidying(stores))
    await removeCondemned(tidying(stores))
    await compressBlobs(tidying(stores))
    await sleep(20)
  } while (racing.left > 0)
}

async function uploadJvm(stores: Stores, name: string, text: string): Promise<number> {
  const event = { type: 'jvm_mapping_file', service: 'shop', version: name, build_id: name }
  return keepUpload(stores, await receive(stores, event, () => text))
}

async function readWhole(stores: Stores, id: number): Promise<void> {
  const file = await findFile(stores.catalog, 1, { id, part: 'jvm_mapping_file' })
  for await (const _ of await readStored(stores, 1, { id, file }));
}

function* portions(ids: readonly number[], size: () => number): Generator<readonly number[]> {
  const rest = [...ids]
  while (rest.length > 0) yield rest.splice(0, size())
}

/** Whole numbers from 0 to below a limit; which ones matters to nobody, only that they differ. */
function generator(seed: number): (limit: number) => number {
  let state = seed
  return limit => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}

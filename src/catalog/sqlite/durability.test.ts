import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Worker } from 'node:worker_threads'
import { Problem } from '../../domain/problem.ts'
import type { Upload } from '../../domain/upload.ts'
import { jsUpload, mapsOf, put, samples, sampleTerms, scopeOf } from '../contract/sample-uploads.fixture.ts'
import { createCatalog } from '../create-catalog.ts'
import { Connection } from './connection.ts'
import { sqliteEngine } from './engine.ts'
import { openLocal } from './open-local.ts'
import { migrateSqlite, openSqliteCatalog } from './open-sqlite-catalog.ts'

let folder: string
let files = 0

describe('the SQLite catalog', () => {
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mapkeep-durability-'))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  test('keeps what was acknowledged through ten kills', { timeout: 120_000 }, async () => {
    const file = join(folder, 'killed.db')
    const acknowledged = new Map<number, string>()
    for (let round = 0; round < 10; round++) {
      const said = await writeUntilKilled(file, round)
      for (const [id, name] of said) assert.equal(acknowledged.get(id) ?? name, name)
      for (const [id, name] of said) acknowledged.set(id, name)
      await checkKept(file, acknowledged)
    }
    assert.ok(acknowledged.size >= 10, `${acknowledged.size} uploads were acknowledged`)
  })

  test('lets a failing call of a batch fail alone', async () => {
    const catalog = await openNew()
    const broken = { ...jsUpload('broken'), organization: 99 }
    const spoiled = { ...jsUpload('spoiled'), kind: null as unknown as Upload['kind'] }
    const outcomes = await Promise.allSettled([
      put(catalog, jsUpload('a')),
      put(catalog, spoiled),
      put(catalog, jsUpload('b')),
      put(catalog, broken),
      put(catalog, jsUpload('c')),
    ])
    assert.deepEqual(
      outcomes.map(each => (each.status === 'fulfilled' ? each.value : 'failed')),
      [1, 'failed', 2, 'failed', 3],
    )
    assert.deepEqual(
      (await mapsOf(catalog, scopeOf(samples()), 9))?.map(map => map.id),
      [1, 2, 3],
    )
    await catalog.close()
  })

  test('carries refusals and faults over from its threads', async () => {
    const catalog = await openNew()
    const refused = await catalog.createOrganization('default', 'uuid-2', 1).catch((error: unknown) => error)
    assert.ok(refused instanceof Problem)
    assert.deepEqual([refused.code, refused.reasons.length, refused.name], ['conflict', 1, 'Problem'])
    const fault = await catalog.createOrganization('x', null as unknown as string, 1).catch((error: unknown) => error)
    assert.ok(fault instanceof Error && !(fault instanceof Problem))
    assert.match(fault.message, /NOT NULL constraint failed: organization.uuid/)
    assert.match(fault.stack ?? '', /Connection\.run/)
    await catalog.close()
  })

  test('refuses what is asked after it was closed, and can be closed twice', async () => {
    const catalog = await openNew()
    const late = put(catalog, jsUpload('late'))
    const closed = catalog.close()
    await Promise.allSettled([late])
    await closed
    const scope = scopeOf(samples())
    for (const ask of [
      () => put(catalog, jsUpload('a')),
      () => catalog.previewMany(scope, sampleTerms),
      () => catalog.previewFew(scope, sampleTerms, 1),
      () => catalog.detail(1, 1),
      () => catalog.check(),
    ])
      await assert.rejects(async () => await ask())
    await catalog.close()
  })

  test('is not ready any more when one of its threads has died', async () => {
    for (const victim of [0, 1]) {
      const threads: Worker[] = []
      const note = (thread: Worker) => threads.push(thread)
      process.on('worker', note)
      const catalog = await openNew()
      process.off('worker', note)
      await catalog.check()
      await threads[victim]?.terminate()
      await assert.rejects(catalog.check())
      await catalog.close()
    }
  })

  test('can be closed in the middle of many uploads, and what was acknowledged is there', async () => {
    const file = newFile()
    for (let round = 0; round < 3; round++) {
      const catalog = await openSqliteCatalog(file)
      await catalog.bootstrap({ name: 'default', uuid: 'uuid', at: 1 }, [])
      const kept: number[] = []
      const writers = Array.from({ length: 16 }, async (_, writer) => {
        for (let number = 0; ; number++) kept.push(await put(catalog, jsUpload(`${round} ${writer} ${number}`)))
      })
      const ended = Promise.allSettled(writers)
      await new Promise(resolve => setTimeout(resolve, 40 + 15 * round))
      await catalog.close()
      const reasons = (await ended).map(each => (each.status === 'rejected' ? String(each.reason) : 'kept on'))
      assert.deepEqual(new Set(reasons), new Set(['Error: the catalog is closed']))
      const reopened = await openSqliteCatalog(file)
      for (const id of kept) assert.equal((await reopened.detail(1, id))?.state, 'live')
      await reopened.close()
    }
  })

  test('finishes what was asked before it is closed', async () => {
    const file = newFile()
    const catalog = await openSqliteCatalog(file)
    const made = catalog.bootstrap({ name: 'default', uuid: 'uuid', at: 1 }, [])
    await catalog.close()
    assert.equal(await made, true)
  })

  test('runs a write once when another process holds the file for a while', async () => {
    const file = newFile()
    const catalog = await openSqliteCatalog(file)
    await catalog.bootstrap({ name: 'default', uuid: 'uuid', at: 1 }, [])
    const other = new Connection(file, 'write')
    other.exec('begin immediate')
    const waiting = put(catalog, jsUpload('a'))
    await new Promise(resolve => setTimeout(resolve, 300))
    other.exec('rollback')
    other.close()
    assert.equal(await waiting, 1)
    await catalog.close()
  })

  test('answers while a long write is under way', async () => {
    const file = newFile()
    const catalog = await openSqliteCatalog(file)
    await catalog.bootstrap({ name: 'default', uuid: 'uuid', at: 1 }, [])
    await put(catalog, jsUpload('a'))
    const other = new Connection(file, 'write')
    other.exec('begin immediate')
    assert.equal((await mapsOf(catalog, scopeOf(samples()), 5))?.length, 1)
    assert.equal((await catalog.previewMany(scopeOf(samples()), sampleTerms)).totals.count, 1)
    assert.equal((await catalog.detail(1, 1))?.state, 'live')
    other.exec('rollback')
    other.close()
    await catalog.close()
  })

  test('never creates a map before the last one, even when the clock goes back', async () => {
    const file = newFile()
    await migrateSqlite(file)
    const { db } = openLocal(file, 'write')
    let now = 5000
    const catalog = createCatalog(db, sqliteEngine, () => now)
    await catalog.bootstrap({ name: 'default', uuid: 'uuid', at: 1 }, [])
    for (const [name, at] of [
      ['a', 5000],
      ['b', 4000],
      ['c', 4500],
      ['d', 6000],
    ] as const) {
      now = at
      await put(catalog, jsUpload(name))
    }
    assert.deepEqual(
      (await mapsOf(catalog, scopeOf(samples()), 9))?.map(map => map.createdAt),
      [5000, 5000, 5000, 6000],
    )
    await catalog.close()
  })

  test('counts the maps that refer to a content and ends the intents of uploads', async () => {
    const file = newFile()
    await migrateSqlite(file)
    const { db, catalog } = openLocal(file, 'write')
    await catalog.bootstrap({ name: 'default', uuid: 'uuid', at: 1 }, [])
    const [one] = jsUpload('a').files
    assert.ok(one)
    await put(catalog, jsUpload('a'))
    await put(catalog, jsUpload('b', { files: [one, { ...one, part: 'minified_file' }] }))
    await put(catalog, jsUpload('a'))
    const counts = await db.selectFrom('blob').select(['digest', 'reference_count']).execute()
    assert.deepEqual(
      counts.map(row => ({ ...row })),
      [{ digest: one.digest, reference_count: 2 }],
    )
    assert.deepEqual(await db.selectFrom('upload_intent').selectAll().execute(), [])
    await catalog.close()
  })

  test('makes no map of a content that was lost since it was declared, and the upload can be declared again', async () => {
    const file = newFile()
    await migrateSqlite(file)
    const { db, catalog } = openLocal(file, 'write')
    await catalog.bootstrap({ name: 'default', uuid: 'uuid', at: 1 }, [])
    await put(catalog, jsUpload('a'))
    const other = jsUpload('b', {
      files: [...jsUpload('a').files, ...jsUpload('b').files.map(each => ({ ...each, part: 'minified_file' }))],
    })
    const declared = await catalog.declareUpload(other)
    assert.ok('intent' in declared)
    await db
      .updateTable('blob')
      .set({ generation: null })
      .where('digest', '=', other.files[0]?.digest ?? '')
      .execute()
    assert.equal(await catalog.commitUpload(declared.intent, other), undefined)
    assert.equal((await catalog.previewMany(scopeOf(samples()), sampleTerms)).totals.count, 1)
    const again = await catalog.declareUpload(other)
    assert.ok('intent' in again)
    assert.deepEqual(
      again.write.map(copy => copy.digest),
      [other.files[0]?.digest],
      'what the first attempt wrote is there',
    )
    assert.equal((await catalog.commitUpload(again.intent, other))?.id, 2)
    const counts = await db.selectFrom('blob').select('reference_count').orderBy('reference_count').execute()
    assert.deepEqual(
      counts.map(row => row.reference_count),
      [1, 2],
      'the first attempt counted nothing',
    )
    assert.deepEqual(await db.selectFrom('upload_intent').selectAll().execute(), [])
    await catalog.close()
  })
})

function newFile(): string {
  return join(folder, `${++files}.db`)
}

async function openNew() {
  const catalog = await openSqliteCatalog(newFile())
  await catalog.bootstrap({ name: 'default', uuid: 'uuid', at: 1 }, [])
  return catalog
}

/** Gives the uploads that a process acknowledged before it was killed. */
async function writeUntilKilled(file: string, round: number): Promise<[number, string][]> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./writing.fixture.js', import.meta.url)), file, `round ${round}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', chunk => {
    output += chunk
    // After the first acknowledgements, at a moment that is another one in each round
    if (!child.killed && output.length > 40) setTimeout(() => child.kill('SIGKILL'), round * 7)
  })
  await once(child, 'close')
  const complete = output.slice(0, output.lastIndexOf('\n') + 1)
  return [...complete.matchAll(/^(\d+) (.*)$/gm)].map(([, id, name = '']) => [Number(id), name])
}

async function checkKept(file: string, acknowledged: ReadonlyMap<number, string>): Promise<void> {
  const { db, catalog } = openLocal(file, 'write')
  const rows = await db.selectFrom('source_map').select(['id', 'file_name']).execute()
  const kept = new Map(rows.map(row => [row.id, row.file_name]))
  for (const [id, name] of acknowledged) assert.equal(kept.get(id), `${name}.js`)
  const connection = new Connection(file, 'read')
  assert.deepEqual(
    connection.run('pragma integrity_check', []).rows.map(row => ({ ...(row as object) })),
    [{ integrity_check: 'ok' }],
  )
  connection.close()
  await catalog.close()
}

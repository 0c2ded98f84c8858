import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Row, type TransferTableName, TransferTaken, transferKeys, transferTables } from '../operations/ports/transfer-catalog.ts'
import { Connection } from './sqlite/connection.ts'
import { sqliteEngine } from './sqlite/engine.ts'
import { type LocalCatalog, openLocal } from './sqlite/open-local.ts'
import { migrateSqlite } from './sqlite/open-sqlite-catalog.ts'
import { transferSource, transferTarget } from './transfers.ts'

/** What says something of the moment, or of the catalog itself. */
const leftOut = ['installation', 'lease', 'plan', 'rate_window', 'transfer', 'upload_intent']

async function onCatalog(work: (local: LocalCatalog, file: Connection) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'mapkeep-transfers-'))
  const path = join(folder, 'catalog.db')
  await migrateSqlite(path)
  const [local, file] = [openLocal(path, 'write'), new Connection(path, 'read')]
  try {
    await work(local, file)
  } finally {
    file.close()
    await local.catalog.close()
    await rm(folder, { recursive: true, force: true })
  }
}

test('every table is copied with its key, or is known to be of the moment', () =>
  onCatalog(async ({ db }, file) => {
    const tables = (await db.introspection.getTables()).map(({ name }) => name)
    assert.deepEqual([...tables].sort(), [...transferTables, ...leftOut].sort())
    for (const table of transferTables) {
      const { rows } = file.run(`select name from pragma_table_info('${table}') where pk > 0 order by pk`, [])
      assert.deepEqual(
        (rows as { name: string }[]).map(({ name }) => name),
        [...transferKeys[table]],
        table,
      )
    }
  }))

test('copies that are being written or wait to be removed are not read, nor contents that nobody has yet', () =>
  onCatalog(async ({ db }) => {
    const copy = { organization: 1, codec: 'identity', stored_size: 5, settled: 0 } as const
    await db
      .insertInto('blob')
      .values([
        { organization: 1, digest: 'a', size: 5, reference_count: 1, generation: 'now' },
        { organization: 1, digest: 'b', size: 5, reference_count: 0, generation: null },
        { organization: 1, digest: 'c', size: 5, reference_count: 2, generation: null },
      ])
      .execute()
    await db
      .insertInto('blob_copy')
      .values([
        { ...copy, digest: 'a', generation: 'now', state: 'stored' },
        { ...copy, digest: 'a', generation: 'old', state: 'condemned' },
        { ...copy, digest: 'a', generation: 'other', state: 'stored' },
        { ...copy, digest: 'b', generation: 'coming', state: 'reserved' },
      ])
      .execute()
    const source = transferSource(db)
    const { rows, copies, until } = await source.page('blob_copy', undefined, 10)
    const name = { organization: 1, digest: 'a', generation: 'now', codec: 'identity' }
    assert.deepEqual([rows.length, copies, until], [1, [{ name, storedSize: 5 }], undefined])
    assert.deepEqual(
      (await source.page('blob', undefined, 10)).rows.map(({ digest }) => digest),
      ['a', 'c'],
    )
    assert.deepEqual([(await source.extent()).files, (await source.extent()).size], [1, 5])
  }))

test('pages follow each other without gaps and end', () =>
  onCatalog(async ({ db }) => {
    const rows = Array.from({ length: 7 }, (_, at) => ({ organization: 1 + (at % 2), id: at, digest: `d${at}` }))
    await db.insertInto('shared_content').values(rows).execute()
    const source = transferSource(db)
    const seen: Row[] = []
    for (let after: readonly (string | number)[] | undefined, pages = 0; ; pages++) {
      const page = await source.page('shared_content', after, 3)
      seen.push(...page.rows)
      after = page.until
      if (!after) break
      assert.ok(pages < 3)
    }
    assert.deepEqual(
      seen.map(({ id }) => id),
      [0, 2, 4, 6, 1, 3, 5],
    )
  }))

test('rows are put, changed and removed by the run that went on last, and by no other', () =>
  onCatalog(async ({ db, catalog }) => {
    const target = transferTarget(db, sqliteEngine)
    const transfer = { source: 'installation', blobs: '/blobs', fingerprint: 'f' }
    await target.begin(transfer, { id: 'installation', createdAt: 7 }, 'first')
    assert.deepEqual([await catalog.installation(), await catalog.isWhole()], ['installation', false])
    const rows = [1, 2].map(id => ({ organization: 1, id, event: `event ${id}` }))
    const settle = (run: string, more: { put?: readonly Row[]; remove?: readonly Row[] }) => {
      const table: TransferTableName = 'source_map_event'
      return target.settle(run, { table, put: [], remove: [], reached: { table, key: [1, 2] }, ...more })
    }
    await settle('first', { put: rows })
    await target.resume('second', 'f', (await target.state()).transfer?.reached)
    await assert.rejects(settle('first', { remove: rows }), TransferTaken)
    await assert.rejects(target.finish('first', 9), TransferTaken)
    await settle('second', { put: [{ organization: 1, id: 1, event: 'changed' }], remove: rows.slice(1) })
    assert.deepEqual(
      (await target.span({ table: 'source_map_event', after: undefined, until: [1, 2] })).map(row => ({ ...row })),
      [{ organization: 1, id: 1, event: 'changed' }],
    )
    assert.deepEqual((await target.state()).transfer, {
      ...transfer,
      reached: { table: 'source_map_event', key: [1, 2] },
      isFinished: false,
    })
    await target.finish('second', 9)
    assert.equal(await catalog.isWhole(), true)
  }))

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import { jsUpload, put } from '../contract/sample-uploads.fixture.ts'
import type { Schema } from '../schema.ts'
import { usage } from '../usage.ts'
import { Connection } from './connection.ts'
import { SqliteDriver } from './driver.ts'
import { migrateSqlite, openSqliteCatalog } from './open-sqlite-catalog.ts'

describe('the sums of usage', () => {
  let folder: string
  let file: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mapkeep-usage-'))
    file = join(folder, 'catalog.db')
    await migrateSqlite(file)
    const catalog = await openSqliteCatalog(file)
    await catalog.bootstrap({ name: 'default', uuid: 'uuid-1', at: 1 }, [])
    await put(catalog, jsUpload('a'))
    await catalog.close()
  })
  after(() => rm(folder, { recursive: true, force: true }))

  test('read indexes alone for what maps have alone', async () => {
    for (const steps of [
      await planOf(catalog => catalog.usage(1, ['service', 'version', 'mapkind'], 5)),
      await planOf(catalog => catalog.storedBytes(5)),
    ])
      for (const index of ['source_map_release', 'source_map_deleted_release'])
        assert.ok(steps.includes(`SEARCH source_map USING COVERING INDEX ${index} (organization=?)`), steps.join('\n'))
  })

  test('go from the contents that are shared to their maps, and look at no others', async () => {
    for (const steps of [await planOf(catalog => catalog.usage(1, ['uploader'], 5)), await planOf(catalog => catalog.storedBytes(5))]) {
      const wanted = [
        'SEARCH blob USING COVERING INDEX blob_shared (organization=?)',
        'SEARCH file USING COVERING INDEX source_map_file_digest (organization=? AND digest=?)',
        'SEARCH map USING INDEX sqlite_autoindex_source_map_1 (organization=? AND id=?)',
        'SEARCH copy USING INDEX sqlite_autoindex_blob_copy_1 (organization=? AND digest=? AND generation=?)',
      ]
      assert.deepEqual(new Set(steps.filter(step => wanted.includes(step))), new Set(wanted))
      assert.deepEqual(
        steps.filter(step => /^SCAN (source_map|file|map|blob|copy)\b/.test(step)),
        [],
      )
    }
  })

  /** The steps of the longest statement that the work issues. */
  async function planOf(work: (catalog: ReturnType<typeof usage>) => Promise<unknown>): Promise<string[]> {
    const connection = new RecordingConnection(file, 'read')
    const db = new Kysely<Schema>({
      dialect: {
        createAdapter: () => new SqliteAdapter(),
        createDriver: () => new SqliteDriver(connection),
        createIntrospector: introspected => new SqliteIntrospector(introspected),
        createQueryCompiler: () => new SqliteQueryCompiler(),
      },
    })
    await work(usage(db))
    await db.destroy()
    const texts = connection.statements
    return explain(texts.sort((a, b) => b.length - a.length)[0] ?? '')
  }

  function explain(text: string): string[] {
    const connection = new Connection(file, 'read')
    try {
      const { rows } = connection.run(`explain query plan ${text}`, Array(text.split('?').length - 1).fill(null))
      return (rows as { detail: string }[]).map(row => row.detail)
    } finally {
      connection.close()
    }
  }
})

class RecordingConnection extends Connection {
  readonly statements: string[] = []

  override run(text: string, parameters: readonly unknown[]) {
    this.statements.push(text)
    return super.run(text, parameters)
  }
}

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, sql } from 'kysely'
import { unpackRanges } from '../../domain/id-ranges.ts'
import type { Catalog } from '../../operations/ports/catalog.ts'
import type { Scope } from '../../operations/ports/passage-catalog.ts'
import { deletion, idsIn, made, restoration } from '../contract/sample-uploads.fixture.ts'
import { createCatalog } from '../create-catalog.ts'
import { findJsNearby } from '../find-js.ts'
import type { Schema } from '../schema.ts'
import { Connection } from './connection.ts'
import { SqliteDriver } from './driver.ts'
import { sqliteEngine } from './engine.ts'
import { migrateSqlite } from './open-sqlite-catalog.ts'

const many = 60_000

/** A connection that knows the most rows it ever handed over at once. */
class CountingConnection extends Connection {
  mostRows = 0

  override run(text: string, parameters: readonly unknown[]) {
    const result = super.run(text, parameters)
    this.mostRows = Math.max(this.mostRows, result.rows.length)
    return result
  }
}

let folder: string
let connection: CountingConnection
let db: Kysely<Schema>
let catalog: Catalog

/** Even ids are of version 1.0 or 1.1 by turns, odd ones of none of them; the first thousand share one debug id. */
async function fill(): Promise<void> {
  await sql`
    with recursive n (id) as (select 1 union all select id + 1 from n where id < ${many})
    insert into source_map (organization, id, kind, size, created_at, declared_at, identity, content, uploader,
                            service, version, file_name, absolute_path, debug_id)
    select 1, id, 'js', 2, 1, 1, id, id, 'k', 'shop', case id % 4 when 0 then '1.0' when 2 then '1.1' else '2.0' end,
           'index.js', '/' || id || '/index.js', case when id <= 1000 then 'abcd' else null end
    from n`.execute(db)
  await db.updateTable('organization').set({ last_map_id: many }).execute()
}

describe('of very many maps', () => {
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mapkeep-many-'))
    await migrateSqlite(join(folder, 'catalog.db'))
    connection = new CountingConnection(join(folder, 'catalog.db'), 'write')
    db = new Kysely<Schema>({
      dialect: {
        createAdapter: () => new SqliteAdapter(),
        createDriver: () => new SqliteDriver(connection),
        createIntrospector: introspected => new SqliteIntrospector(introspected),
        createQueryCompiler: () => new SqliteQueryCompiler(),
      },
    })
    catalog = createCatalog(db, sqliteEngine, Date.now)
    await catalog.bootstrap({ name: 'default', uuid: 'uuid', at: 1 }, [])
    await fill()
  })
  after(async () => {
    await catalog.close()
    await rm(folder, { recursive: true, force: true })
  })

  const scope = (state: Scope['state'], versions: readonly string[], ids?: readonly string[]): Scope => ({
    organization: 1,
    state,
    selection: {
      kind: 'js',
      criteria: [
        { filter: 'service', values: ['shop'] },
        { filter: 'version', values: versions },
        ...(ids ? [{ filter: 'id', values: ids } as const] : []),
      ],
    },
  })

  const undo = (operation: number, { partial } = { partial: false }) => {
    const { to: _, ...passage } = deletion
    return catalog.undo({ organization: 1, operation }, passage, { partial })
  }

  test('those with scattered ids are moved without being in memory all at once', async () => {
    connection.mostRows = 0
    const moved = made(await catalog.move(scope('live', ['1.0', '1.1']), deletion, {}))
    assert.deepEqual([moved.totals.count, moved.totals.size], [many / 2, many])
    const ranges = [...unpackRanges(moved.members)]
    assert.equal(ranges.length, many / 2)
    assert.ok(ranges.every(({ first, last }, at) => first === 2 * at + 2 && last === first))
    assert.ok(connection.mostRows <= 20_000, `${connection.mostRows} rows at once`)
    assert.equal(made(await catalog.move(scope('deleted', ['1.0', '1.1']), restoration, {})).totals.count, many / 2)
  })

  test('those with consecutive ids are one run, wherever their stretches were cut', async () => {
    const moved = made(await catalog.move(scope('live', ['1.0', '1.1', '2.0']), deletion, {}))
    assert.deepEqual([...unpackRanges(moved.members)], [{ first: 1, last: many }])
    await catalog.move(scope('deleted', ['1.0', '1.1', '2.0']), restoration, {})
  })

  test('given ids that match nothing are named among tens of thousands that do', async () => {
    const ids = Array.from({ length: 25_000 }, (_, at) => String(2 * at + 2))
    const moved = made(await catalog.move(scope('live', ['1.0', '1.1'], ['x', '1', ...ids, '99999']), deletion, {}))
    assert.deepEqual([moved.totals.count, moved.unmatched], [ids.length, ['x', '1', '99999']])
    await catalog.move(scope('deleted', ['1.0', '1.1']), restoration, {})
  })

  test('those with scattered ids are restored and deleted again by undo, without being in memory all at once', async () => {
    const moved = made(await catalog.move(scope('live', ['1.0', '1.1']), deletion, {}))
    connection.mostRows = 0
    const back = made(await undo(moved.operation))
    assert.deepEqual([back.totals, back.members], [moved.totals, moved.members])
    const again = made(await undo(back.operation))
    assert.deepEqual([again.totals, again.members], [moved.totals, moved.members])
    const restored = made(await catalog.move(scope('deleted', ['1.1']), restoration, {}))
    const left = { purged: 0, movedOn: many / 4, held: 0 }
    const partial = made(await undo(again.operation, { partial: true }))
    assert.deepEqual([partial.totals.count, partial.left], [many / 4, left])
    assert.deepEqual(
      [...unpackRanges(partial.members)],
      Array.from({ length: many / 4 }, (_, at) => ({ first: 4 * at + 4, last: 4 * at + 4 })),
    )
    assert.equal(restored.totals.count, many / 4)
    assert.ok(connection.mostRows <= 20_000, `${connection.mostRows} rows at once`)
  })

  test('a few far apart are undone, however many others lie between them', async () => {
    const far = Array.from({ length: 20 }, (_, at) => 3000 * at + 4)
    const ids = [...far, 6, 1004, 2006, 40_000]
    const sorted = [...ids].sort((a, b) => a - b)
    const moved = made(await catalog.move(scope('live', ['1.0', '1.1'], ids.map(String)), deletion, {}))
    assert.deepEqual(idsIn(moved.members), sorted)
    made(await catalog.move(scope('live', ['1.0']), deletion, {}))
    made(await catalog.move(scope('deleted', ['1.1']), restoration, {}))
    const gone = sorted.filter(id => id % 4 === 2)
    const partial = made(await undo(moved.operation, { partial: true }))
    assert.deepEqual(
      idsIn(partial.members),
      sorted.filter(id => id % 4 === 0),
    )
    assert.equal(partial.left.movedOn, gone.length)
    assert.equal(made(await undo(moved.operation + 1)).totals.count, many / 4 - sorted.length + gone.length)
    const whole = { organization: 1, selection: scope('live', ['1.0', '1.1']).selection, withDebugId: false }
    assert.equal(await catalog.count(whole), many / 2)
  })

  test('one that shares its name with many others is not looked for here to the end', async () => {
    const near = (path: string) => findJsNearby(db, 1, { service: 'shop', version: '1.0', fileName: path })
    assert.equal(await near(`${many}/index.js`), many)
    assert.equal(await near('4/index.js'), 'unknown')
    assert.equal(await catalog.findJs(1, { service: 'shop', version: '1.0', fileName: '4/index.js' }), 4)
    assert.equal(await findJsNearby(db, 1, { service: 'shop', version: '1.0', fileName: 'nowhere.js' }), undefined)
  })

  test('one whose namesakes are deleted is not looked for here to the end, but among some it is found', async () => {
    assert.equal(await findJsNearby(db, 1, { debugId: 'ABCD' }), 1000)
    await db.updateTable('source_map').set({ deleted_at: 1 }).where('id', '>', 501).where('id', '<=', 1000).execute()
    assert.equal(await findJsNearby(db, 1, { debugId: 'ABCD' }), 501)
    await db.updateTable('source_map').set({ deleted_at: 1 }).where('id', '=', 501).execute()
    assert.equal(await findJsNearby(db, 1, { debugId: 'abcd' }), 'unknown')
    assert.equal(await catalog.findJs(1, { debugId: 'abcd' }), 500)
  })

  test('whether a debug id exists is known without reading all that have it', async () => {
    await db.updateTable('source_map').set({ debug_id: 'ffee' }).where('id', '>', 1000).execute()
    const selection = { kind: 'js', criteria: [{ filter: 'debug_id', values: ['ffee'] }] } as const
    const all = await fastest(async () =>
      assert.equal(await catalog.count({ organization: 1, selection, withDebugId: false }), many - 1000),
    )
    const any = await fastest(async () => assert.deepEqual(await catalog.existingDebugIds(1, ['FFEE', '1234']), ['FFEE']))
    assert.ok(any < all / 3, `${any} ms for one, ${all} ms for all`)
  })
})

/** Milliseconds. */
async function fastest(work: () => Promise<void>): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < 5; round++) {
    const start = performance.now()
    await work()
    times.push(performance.now() - start)
  }
  return Math.min(...times)
}

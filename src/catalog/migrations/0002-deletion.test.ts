import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Kysely, Migrator, sql } from 'kysely'
import { checkWeights } from '../contract/check-weights.fixture.ts'
import type { Schema } from '../schema.ts'
import { type LocalCatalog, openLocal } from '../sqlite/open-local.ts'
import { migrateSqlite, openSqliteCatalog } from '../sqlite/open-sqlite-catalog.ts'
import * as theStore from './0001-the-store.ts'
import { migrations } from './all.ts'

/** A map by its contents, each a letter for a file. */
interface EarlierMap {
  readonly organization?: number
  readonly id: number
  readonly contents: string
  readonly state?: 'deleted' | 'purged'
}

const maps: readonly EarlierMap[] = [
  { id: 1, contents: 'aab' },
  { id: 2, contents: 'ac', state: 'deleted' },
  { id: 3, contents: 'bd', state: 'purged' },
  { id: 4, contents: 'ee' },
  { id: 5, contents: '' },
  { organization: 2, id: 1, contents: 'ac' },
]
/** The sizes of all copies, the current one last; of `f` an upload is under way. */
const copies: Readonly<Record<string, readonly number[]>> = { a: [1], b: [20], c: [5000, 300], d: [4000], e: [9000, 50_000], f: [] }

let folder: string
let local: LocalCatalog

describe('a store that was made before deletions could be planned', () => {
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mapkeep-deletion-'))
    const file = join(folder, 'catalog.db')
    await makeEarlierStore(file)
    assert.deepEqual(await migrateSqlite(file), Object.keys(migrations).slice(1))
    local = openLocal(file, 'read')
  })
  after(async () => {
    await local.catalog.close()
    await rm(folder, { recursive: true, force: true })
  })

  test('counts the unpurged maps that have a content, no longer their files', async () => {
    const { references } = await checkWeights(local.db)
    assert.deepEqual(references, { '1 a': 2, '1 b': 1, '1 c': 1, '1 d': 0, '1 e': 1, '1 f': 0, '2 a': 1, '2 c': 1 })
  })

  test('knows what each unpurged map weighs', async () => {
    const { weights, shared } = await checkWeights(local.db)
    assert.deepEqual(shared, ['1 1 a', '1 2 a'])
    assert.deepEqual(weights, {
      '1 1': { own_size: 20, shared_contents: 1 },
      '1 2': { own_size: 300, shared_contents: 1 },
      '1 4': { own_size: 50_000, shared_contents: 0 },
      '1 5': { own_size: 0, shared_contents: 0 },
      '2 1': { own_size: 301, shared_contents: 0 },
    })
    const purged = await local.db
      .selectFrom('source_map')
      .select(['own_size', 'shared_contents'])
      .where('purged_at', 'is not', null)
      .execute()
    assert.deepEqual(
      purged.map(row => ({ ...row })),
      [{ own_size: 0, shared_contents: 0 }],
    )
  })

  test('tells of its operations where they moved maps, and which may have maps left to purge', async () => {
    const operations = await local.db.selectFrom('operation').select(['number', 'to_state', 'unpurged']).orderBy('number').execute()
    assert.deepEqual(
      operations.map(row => ({ ...row })),
      [
        { number: 1, to_state: 'deleted', unpurged: 1 },
        { number: 2, to_state: 'live', unpurged: 0 },
      ],
    )
  })

  test('is opened as it is from then on', async () => {
    const file = join(folder, 'catalog.db')
    assert.deepEqual(await migrateSqlite(file), [])
    const catalog = await openSqliteCatalog(file)
    assert.equal((await catalog.detail(1, 1))?.state, 'live')
    assert.equal((await catalog.detail(1, 2))?.files.length, 2)
    await catalog.close()
  })
})

async function makeEarlierStore(file: string): Promise<void> {
  const { db, catalog } = openLocal(file, 'write')
  const { error } = await new Migrator({ db, provider: { getMigrations: async () => ({ '0001-the-store': theStore }) } }).migrateToLatest()
  if (error) throw error
  for (const number of [1, 2])
    await sql`insert into organization (number, uuid, name, created_at, last_map_id) values (${number}, ${number}, ${number}, 1, 9)`.execute(
      db,
    )
  for (const map of maps) await insertMap(db, map)
  for (const organization of [1, 2]) await insertContents(db, organization)
  for (const [number, kind] of [
    [1, 'deletion'],
    [2, 'restoration'],
  ] as const)
    await sql`insert into operation (organization, number, kind, actor, at, undo_until, selection, count, size, members)
      values (1, ${number}, ${kind}, 'key_1', 5, 9, '{}', 1, 1, '')`.execute(db)
  await catalog.close()
}

async function insertMap(db: Kysely<Schema>, { organization = 1, id, contents, state }: EarlierMap): Promise<void> {
  await sql`insert into source_map (organization, id, kind, size, created_at, declared_at, identity, content, uploader, deleted_at, purged_at)
    values (${organization}, ${id}, 'js', 1, 1, 1, ${id}, ${id}, 'key_1', ${state ? 2 : null}, ${state === 'purged' ? 3 : null})`.execute(
    db,
  )
  await sql`insert into source_map_event (organization, id, event) values (${organization}, ${id}, '{}')`.execute(db)
  for (const [part, digest] of [...contents].entries())
    await sql`insert into source_map_file (organization, id, part, digest, size) values (${organization}, ${id}, ${part}, ${digest}, 1)`.execute(
      db,
    )
}

/** As they were counted then: each file of an unpurged map once. */
async function insertContents(db: Kysely<Schema>, organization: number): Promise<void> {
  const own = maps.filter(map => (map.organization ?? 1) === organization)
  const unpurged = own.flatMap(map => (map.state === 'purged' ? [] : [...map.contents]))
  const wanted = organization === 1 ? Object.keys(copies) : [...new Set(unpurged)]
  for (const digest of wanted) {
    const sizes = copies[digest] ?? []
    const count = unpurged.filter(each => each === digest).length
    const generation = sizes.length > 0 ? `${sizes.length}` : null
    await sql`insert into blob (organization, digest, size, reference_count, generation)
      values (${organization}, ${digest}, ${sizes[0] ?? 1}, ${count}, ${generation})`.execute(db)
    for (const [at, size] of sizes.entries())
      await sql`insert into blob_copy (organization, digest, generation, codec, stored_size, state)
        values (${organization}, ${digest}, ${`${at + 1}`}, 'gzip', ${size}, ${at + 1 === sizes.length ? 'stored' : 'condemned'})`.execute(
        db,
      )
  }
}

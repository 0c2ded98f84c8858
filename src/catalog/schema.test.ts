import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fieldNames } from '../domain/fields.ts'
import { filter, filterNames } from '../domain/filters.ts'
import { kind, kindNames } from '../domain/kinds.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/all.ts'
import type { Schema, SourceMapTable } from './schema.ts'
import { sqliteEngine } from './sqlite/engine.ts'
import { type LocalCatalog, openLocal } from './sqlite/open-local.ts'
import { migrateSqlite } from './sqlite/open-sqlite-catalog.ts'

type Columns<T> = { readonly [column in keyof T]: true }

/** Beside the fields; the types make this list follow the row's type. */
const ownColumns: Columns<Omit<SourceMapTable, (typeof fieldNames)[number]>> = {
  organization: true,
  id: true,
  kind: true,
  size: true,
  created_at: true,
  declared_at: true,
  state_version: true,
  deleted_at: true,
  purged_at: true,
  last_operation: true,
  identity: true,
  content: true,
  overwrite: true,
  uploader: true,
  repository_url: true,
  repository_commit: true,
  own_size: true,
  shared_contents: true,
  purge_operation: true,
}

/** What the code knows of the other tables, which again follows the types. */
const otherTables: { readonly [table in Exclude<keyof Schema, 'source_map'>]: Columns<Schema[table]> } = {
  installation: { id: true, created_at: true },
  organization: { number: true, uuid: true, name: true, created_at: true, last_map_id: true, last_map_at: true },
  access_key: {
    id: true,
    organization: true,
    type: true,
    name: true,
    creator: true,
    permissions: true,
    created_at: true,
    last_used_at: true,
    expires_at: true,
    revoked_at: true,
    hash: true,
  },
  source_map_event: { organization: true, id: true, event: true },
  source_map_uuid: { organization: true, uuid: true, id: true },
  source_map_file: { organization: true, id: true, part: true, file_name: true, digest: true, size: true },
  shared_content: { organization: true, id: true, digest: true },
  blob: { organization: true, digest: true, size: true, reference_count: true, generation: true },
  blob_copy: {
    organization: true,
    digest: true,
    generation: true,
    codec: true,
    stored_size: true,
    state: true,
    settled: true,
    condemned_at: true,
  },
  upload_intent: { number: true, organization: true, digest: true, generation: true, started_at: true },
  operation: {
    organization: true,
    number: true,
    kind: true,
    actor: true,
    address: true,
    at: true,
    undo_until: true,
    reason: true,
    selection: true,
    count: true,
    size: true,
    members: true,
    to_state: true,
    of_operation: true,
    freed_size: true,
    shared_size: true,
    held: true,
    left_members: true,
    plan: true,
    request_key: true,
    request: true,
    forced: true,
    unpurged: true,
  },
  plan: {
    organization: true,
    id: true,
    actor: true,
    to_state: true,
    request: true,
    mark: true,
    count: true,
    trace: true,
    created_at: true,
    expires_at: true,
  },
  hold: {
    organization: true,
    id: true,
    kind: true,
    service: true,
    version: true,
    by_ids: true,
    reason: true,
    owner: true,
    created_by: true,
    created_at: true,
    expires_at: true,
    released_at: true,
  },
  request: { organization: true, actor: true, key: true, request: true, mark: true, refusal: true, at: true },
  hold_map: { organization: true, hold: true, id: true },
  audit_event: {
    organization: true,
    at: true,
    id: true,
    action: true,
    actor: true,
    address: true,
    subject: true,
    detail: true,
  },
  lease: { name: true, holder: true, until: true },
  transfer: { source: true, blobs: true, run: true, fingerprint: true, reached: true, begun_at: true, finished_at: true },
  rate_window: { who: true, family: true, used: true, until: true },
}

let folder: string
let local: LocalCatalog

describe('the schema that the migrations make', () => {
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mapkeep-schema-'))
    await migrateSqlite(join(folder, 'catalog.db'))
    local = openLocal(join(folder, 'catalog.db'), 'write')
  })
  after(async () => {
    await local.db.destroy()
    await rm(folder, { recursive: true, force: true })
  })

  test('has exactly the columns that the code knows, one for every field', async () => {
    const wanted = { source_map: [...Object.keys(ownColumns), ...fieldNames], ...mapValues(otherTables, Object.keys) }
    assert.deepEqual(
      await columnsOf(local),
      mapValues(wanted, columns => [...columns].sort()),
    )
  })

  test('has a text column that may be empty for every field', async () => {
    const { columns = [] } = (await local.db.introspection.getTables()).find(table => table.name === 'source_map') ?? {}
    const ofFields = columns.filter(column => (fieldNames as string[]).includes(column.name))
    assert.deepEqual(
      ofFields.filter(column => column.dataType.toLowerCase() !== 'text' || !column.isNullable),
      [],
    )
  })

  test('knows every field that a kind shows or a filter looks at', () => {
    const used = [...kindNames.flatMap(name => kind(name).attributes), ...filterNames.map(name => filter(name).field)]
    assert.deepEqual(
      used.filter(name => name !== 'id' && !fieldNames.includes(name)),
      [],
    )
  })

  test('is left as it is by a second run', async () => {
    const before = await columnsOf(local)
    const installation = await local.db.selectFrom('installation').selectAll().execute()
    assert.deepEqual(await migrate(local.db, sqliteEngine, 99), [])
    assert.deepEqual(await migrateSqlite(join(folder, 'catalog.db')), [])
    assert.deepEqual(await columnsOf(local), before)
    assert.deepEqual(await local.db.selectFrom('installation').selectAll().execute(), installation)
  })

  test('lies in a file that only its owner can read', { skip: process.platform === 'win32' && 'no file modes' }, async () => {
    assert.equal((await stat(join(folder, 'catalog.db'))).mode & 0o777, 0o600)
  })

  test('is made once by processes that start together, and all of them go on', async () => {
    const file = join(folder, 'together', 'catalog.db')
    const ends = await Promise.all(Array.from({ length: 3 }, () => migrateElsewhere(file)))
    assert.deepEqual(
      ends.map(end => end.error),
      ['', '', ''],
    )
    assert.deepEqual(
      ends.flatMap(end => end.ran),
      Object.keys(migrations),
    )
    const made = openLocal(file, 'read')
    assert.equal((await made.db.selectFrom('installation').selectAll().execute()).length, 1)
    assert.deepEqual(await columnsOf(made), await columnsOf(local))
    await made.db.destroy()
  })
})

async function columnsOf({ db }: LocalCatalog): Promise<Record<string, string[]>> {
  const tables = (await db.introspection.getTables()).filter(table => !table.name.startsWith('sqlite_'))
  return Object.fromEntries(tables.map(table => [table.name, table.columns.map(column => column.name).sort()]))
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]))
}

/** Migrates the file in a process of its own. */
async function migrateElsewhere(file: string): Promise<{ ran: string[]; error: string }> {
  const program = `
    const { migrateSqlite } = await import(process.argv[1])
    console.log(JSON.stringify(await migrateSqlite(process.argv[2])))`
  const module = new URL('./sqlite/open-sqlite-catalog.js', import.meta.url).href
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program, module, file])
  const [output, error] = [text(child.stdout), text(child.stderr)]
  const [code] = await once(child, 'close')
  return code === 0 ? { ran: JSON.parse(await output), error: '' } : { ran: [], error: `${code} ${await error}` }
}

async function text(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

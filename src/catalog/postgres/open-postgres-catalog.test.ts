import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import { maxFilteredBytes } from '../../domain/describe-upload.ts'
import { filter } from '../../domain/filters.ts'
import { kind, kindNames } from '../../domain/kinds.ts'
import type { Catalog } from '../../operations/ports/catalog.ts'
import { StoreUnavailable } from '../../operations/ports/store-unavailable.ts'
import { deletion, jsUpload, made, put, putAll, samples, sampleTerms, scopeOf, uploadOf } from '../contract/sample-uploads.fixture.ts'
import { migrations } from '../migrations/all.ts'
import { connect, hasCatalog, migratePostgres, openExistingPostgres, openPostgresCatalog } from './open-postgres-catalog.ts'
import { postgresMissing } from './postgres-programs.fixture.ts'
import { type PostgresServer, startPostgres } from './postgres-server.fixture.ts'

let server: PostgresServer
let databases = 0
const newDatabase = () => server.createDatabase(`maps_${++databases}`)

describe('a catalog in Postgres', { skip: postgresMissing() ?? false }, () => {
  before(async () => {
    server = await startPostgres({ fsync: 'off', max_connections: '300' })
  })
  after(() => server?.remove())

  test('is made once by ten nodes that start together, with one first organization', async () => {
    const url = await newDatabase()
    const ran = await Promise.all(Array.from({ length: 10 }, () => migratePostgres(url)))
    assert.deepEqual(ran.flat(), Object.keys(migrations))
    const catalogs = Array.from({ length: 10 }, () => connect(url, 4).catalog)
    try {
      assert.equal(new Set(await Promise.all(catalogs.map(each => each.installation()))).size, 1)
      const first = catalogs.map((each, at) => each.bootstrap({ name: 'default', uuid: `uuid ${at}`, at: 1 }, []))
      assert.equal((await Promise.all(first)).filter(Boolean).length, 1)
      assert.equal((await catalogs[0]?.listOrganizations())?.length, 1)
    } finally {
      await Promise.all(catalogs.map(each => each.close()))
    }
  })

  test('is refused when a newer version made it, or none, by those who make none', async () => {
    const url = await newDatabase()
    assert.equal(await hasCatalog(url), false)
    await assert.rejects(openExistingPostgres(url), /is of an older version: run mapkeep migrate/)
    await migratePostgres(url)
    assert.equal(await hasCatalog(url), true)
    await say(url, `insert into kysely_migration (name, timestamp) values ('9999-later', 'now')`)
    await assert.rejects(openPostgresCatalog(url, 4), /was made by a newer version of mapkeep/)
    await assert.rejects(openExistingPostgres(url), /was made by a newer version of mapkeep/)
  })

  test('that cannot be reached is told as that, and one that is missing in the words of the server', async () => {
    await assert.rejects(openPostgresCatalog('postgres://127.0.0.1:1/maps', 4), StoreUnavailable)
    await assert.rejects(openPostgresCatalog(server.url('missing'), 4), /database "missing" does not exist/)
  })

  test('takes uploads while a deletion is under way', () =>
    onCatalog(async (catalog, url) => {
      const locking = await lock(url, 'select pg_advisory_xact_lock(1835102315, 1)')
      const deleting = catalog.move(scopeOf(samples()), deletion, {})
      assert.equal(await put(catalog, jsUpload('meanwhile')), 1)
      await locking.release()
      assert.equal(made(await deleting).totals.count, 1)
    }))

  test('makes a second map of an upload whose first one is being deleted, and never answers with a deleted one', () =>
    onCatalog(async (catalog, url) => {
      await put(catalog, jsUpload('a'))
      const locking = await lock(url, 'update source_map set deleted_at = 5 where id = 1')
      const again = put(catalog, jsUpload('a'))
      await new Promise(resolve => setTimeout(resolve, 300))
      await locking.release()
      assert.equal(await again, 2)
    }))

  test('carries out no plan whose member was declared again while it was counted', () =>
    onCatalog(async (catalog, url) => {
      await putAll(
        catalog,
        [1, 2, 3].map(number => jsUpload(`map ${number}`)),
      )
      const scope = scopeOf(samples())
      const { seen, totals, trace } = await catalog.previewMany(scope, { ...sampleTerms, plan: 'plan' })
      const times = { createdAt: 1, expiresAt: 1e15 }
      await catalog.storePlan({ id: 'plan', actor: deletion.actor, to: 'deleted', scope: seen, count: totals.count, trace, ...times })
      // The deletion has counted, and waits for this row when it moves them
      const locking = await lock(url, 'update source_map set state_version = state_version + 1 where id = 2')
      const outcome = catalog.move(scope, deletion, { plan: 'plan' })
      await new Promise(resolve => setTimeout(resolve, 500))
      await locking.release()
      assert.deepEqual(await outcome, { refused: 'stale', planned: 3, now: 3 })
      assert.equal((await catalog.detail(1, 1))?.state, 'live')
    }))

  test('gives no lease to a node whose clock is ahead, which would find every undo window over', () =>
    onCatalog(async catalog => {
      const lease = { name: 'purge', holder: 'ahead' } as const
      const [now, day] = [Date.now(), 86_400_000]
      await assert.rejects(
        catalog.takeLease(lease, now + day, now + day + 1),
        /the clock of this machine differs from the database's by 86\d{3} s/,
      )
      await assert.rejects(catalog.takeLease(lease, now - day, now), /differs/)
      assert.equal(await catalog.takeLease(lease, now, now + 60_000), true)
    }))

  test('answers again after a migration has changed what a prepared statement gives', () =>
    onCatalog(async (catalog, url) => {
      const read = () => Promise.allSettled(Array.from({ length: 8 }, () => catalog.listHolds(1, { at: 1, all: true })))
      await read()
      await say(url, 'alter table hold add column later text')
      const outcomes = [...(await read()), ...(await read())]
      for (const each of outcomes) if (each.status === 'rejected') assert.ok(each.reason instanceof StoreUnavailable, String(each.reason))
      for (const each of await read()) assert.equal(each.status, 'fulfilled')
    }))

  test('has room in its indexes for the longest values of every kind', () =>
    onCatalog(async catalog => {
      const longest = () => randomBytes(maxFilteredBytes).toString('base64url').slice(0, maxFilteredBytes)
      for (const name of kindNames) {
        const fields = kind(name).filters.flatMap(each => (each === 'id' ? [] : [filter(each).field]))
        const attributes = Object.fromEntries(fields.map(field => [field, longest()]))
        const path = name === 'js' ? { absolute_path: `/${longest()}` } : {}
        assert.ok(await put(catalog, uploadOf({ kind: name, attributes: { ...attributes, ...path } }, name)))
      }
    }))
})

async function onCatalog(body: (catalog: Catalog, url: string) => Promise<void>): Promise<void> {
  const url = await newDatabase()
  const catalog = await openPostgresCatalog(url, 8)
  try {
    await catalog.bootstrap({ name: 'default', uuid: 'uuid', at: 1 }, [])
    await body(catalog, url)
  } finally {
    await catalog.close()
  }
}

async function say(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(statement).finally(() => client.end())
}

/** Another transaction that has said something and not ended. */
async function lock(url: string, statement: string): Promise<{ release: () => Promise<void> }> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('begin')
  await client.query(statement)
  return {
    release: async () => {
      await client.query('commit')
      await client.end()
    },
  }
}

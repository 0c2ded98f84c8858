import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Kysely } from 'kysely'
import pg from 'pg'
import { type FilterName, filter } from '../../domain/filters.ts'
import { type Kind, kind, kindNames } from '../../domain/kinds.ts'
import type { Catalog } from '../../operations/ports/catalog.ts'
import { filterSets } from '../contract/filter-sets.fixture.ts'
import { holdOf, plan, undoing } from '../contract/passages.fixture.ts'
import { deletion, made, sampleTerms } from '../contract/sample-uploads.fixture.ts'
import { createCatalog } from '../create-catalog.ts'
import { keptByNone } from '../held.ts'
import type { Schema } from '../schema.ts'
import { postgresEngine } from './engine.ts'
import { dialectOn, getTypeParser } from './open-database.ts'
import { migratePostgres } from './open-postgres-catalog.ts'
import { postgresMissing } from './postgres-programs.fixture.ts'
import { type PostgresServer, startPostgres } from './postgres-server.fixture.ts'

/** Maps of each kind; a release has a hundred of them, and ids of builds are those of one map each. */
const maps = 8000

/** Pages of 8 KiB that one statement may touch: the tables have thousands, a hundred wanted rows lie in some two hundred at worst. */
const mostPages = 400

interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
}

let server: PostgresServer
let client: pg.Client
let pool: pg.Pool
let db: Kysely<Schema>
let catalog: Catalog
const said: Statement[] = []

describe('what a request costs on a large Postgres', { skip: postgresMissing() ?? false }, () => {
  before(async () => {
    server = await startPostgres({ fsync: 'off' })
    const url = await server.createDatabase('large')
    await migratePostgres(url)
    client = new pg.Client({ connectionString: url })
    await client.connect()
    pool = new pg.Pool({ connectionString: url, types: { getTypeParser } })
    db = new Kysely<Schema>({
      dialect: dialectOn(pool),
      log: ({ query }) => {
        said.push({ text: query.sql, values: query.parameters })
      },
    })
    catalog = createCatalog(db, postgresEngine(db), Date.now)
    await catalog.bootstrap({ name: 'default', uuid: 'uuid', at: 1 }, [])
    for (const [at, name] of kindNames.entries()) await seed(name, at)
    await client.query('vacuum analyze')
  })
  after(async () => {
    await client?.end()
    await catalog?.close()
    await server?.remove()
  })

  for (const name of kindNames)
    for (const given of filterSets(name)) {
      const title = given.length > 0 ? given.join(', ') : 'nothing else'
      test(`is that of the maps it shows, for ${name} maps by ${title}`, async () => {
        const query = { organization: 1, selection: selectionOf(name, given), withDebugId: false }
        const scope = { organization: 1, selection: query.selection, state: 'live' } as const
        await assertCheap(async () => {
          assert.ok((await catalog.list(query, { before: undefined }, 20)).length > 0)
          await catalog.list(query, { before: 5_000_000 }, 20)
          assert.ok((await catalog.page({ ...scope, upTo: 1e9 }, sampleTerms)).maps.length > 0)
          await catalog.deletedMaps(query, undefined, 20)
          if (!given.some(isNarrow)) return
          assert.ok(await catalog.previewFew(scope, sampleTerms, 500))
          await catalog.previewMany(scope, sampleTerms)
          await catalog.count(query)
        })
      })
    }

  test('rises with the number of holds and not with its square, before anything is read', async () => {
    const [few, many] = [await planningUnder(80), await planningUnder(800)]
    assert.ok(many < 25 * few, `${few} ms under 80 holds, ${many} ms under 800`)
  })

  test('is that of few rows for look-ups', () =>
    assertCheap(async () => {
      assert.ok(await catalog.findJs(1, { debugId: 'value-17' }))
      assert.ok(await catalog.findJs(1, { service: 'service-0', version: 'version-1', fileName: 'js/value-117' }))
      assert.equal((await catalog.existingDebugIds(1, ['value-18', 'none'])).length, 1)
      assert.ok((await catalog.symbolFiles(1, ['value-19'])).length > 0)
      await catalog.repositoryInfo(1, 'service-0', 'version-1')
      await catalog.detail(1, 1000)
      await catalog.due(1e15, undefined, 100)
      await catalog.compressible(100)
      await catalog.condemned(100)
      await catalog.condemnUnreferenced(100)
      await catalog.abandonStaleIntents(5)
    }))

  // Last, since it changes rows. What it writes is as much as the indexes of its members are
  test('is that of the members for a plan that is carried out, and for its undo', () =>
    assertCheap(async () => {
      const scope = { organization: 1, selection: selectionOf('js', ['service', 'version']), state: 'live' } as const
      await plan(catalog, { id: 'pln_cost', scope })
      const moved = made(await catalog.move(scope, deletion, { plan: 'pln_cost' }))
      made(await catalog.undo({ organization: 1, operation: moved.operation }, undoing, { partial: false }))
    }, /^(select|with)\b/))
})

/** Milliseconds that the database needs to plan what no such hold keeps. */
async function planningUnder(count: number): Promise<number> {
  const holds = Array.from({ length: count }, (_, at) => holdOf(`h${at}`, { service: `other ${at}*` }))
  const query = db
    .selectFrom('source_map')
    .select('id')
    .where('organization', '=', 1)
    .where('kind', '=', 'js')
    .where('deleted_at', 'is', null)
    .where(builder => builder.and(keptByNone(postgresEngine(db), holds)(builder)))
    .compile()
  const times: number[] = []
  for (let round = 0; round < 3; round++) {
    const { rows } = await client.query(`explain (summary) ${query.sql}`, [...query.parameters])
    times.push(Number(/Planning Time: ([\d.]+) ms/.exec(rows.map(row => row['QUERY PLAN']).join('\n'))?.[1]))
  }
  return Math.min(...times)
}

const shared: readonly FilterName[] = ['arch', 'symbol_source', 'origin', 'origin_version']

/** Whether few maps share a value: a release, or a build's own name. */
function isNarrow(name: FilterName): boolean {
  return !shared.includes(name) && name !== 'service'
}

function selectionOf(name: Kind, given: readonly FilterName[]) {
  const criteria = given.map(each => ({ filter: each, values: [givenOf(name, each)] }))
  return { kind: name, criteria }
}

/** All of them are values of one map, the hundred-and-seventeenth of its kind. */
function givenOf(name: Kind, each: FilterName): string {
  if (each === 'id') return String(kindNames.indexOf(name) * maps + 117)
  if (each === 'service') return 'service-0'
  if (each === 'version') return 'version-1'
  return shared.includes(each) ? `${each}-7` : 'value-117'
}

async function seed(name: Kind, at: number): Promise<void> {
  const own = kind(name).filters.filter(each => each !== 'id' && each !== 'uuid')
  const columns = [...new Set(own.map(each => filter(each).field))]
  const values = columns.map(column => {
    if (column === 'service') return "'service-' || (i / 100 / 8)"
    if (column === 'version') return "'version-' || (i / 100)"
    return (shared as readonly string[]).includes(column) ? `'${column}-' || i % 10` : "'value-' || i"
  })
  const path = name === 'js' ? [', absolute_path', ", '/js/value-' || i"] : ['', '']
  await client.query(
    `insert into source_map (organization, id, kind, size, created_at, declared_at, identity, content, uploader${[path[0], ...columns.map(each => `, ${each}`)].join('')})
     select 1, ${at * maps} + i, '${name}', 1000, i, i, md5(i::text), md5(i::text), 'key'${[path[1], ...values.map(each => `, ${each}`)].join('')}
     from generate_series(1, ${maps}) as i`,
  )
  await client.query(
    `insert into source_map_file (organization, id, part, digest, size)
     select 1, id, 'file', md5(id::text), 1000 from source_map where kind = '${name}'`,
  )
  if (name === 'ios')
    await client.query(
      `insert into source_map_uuid (organization, uuid, id) select 1, 'value-' || i, ${at * maps} + i from generate_series(1, ${maps}) as i`,
    )
  await client.query('update organization set last_map_id = $1', [(at + 1) * maps])
}

const allStatements = /^(select|update|with|delete)\b/

async function assertCheap(work: () => Promise<void>, looked = allStatements): Promise<void> {
  said.length = 0
  await work()
  const statements = said.filter(({ text }) => looked.test(text))
  assert.ok(statements.length > 0)
  for (const { text, values } of statements) {
    const { rows } = await client.query({ text: `explain (analyze, buffers, format json) ${text}`, values: [...values] })
    const done = rows[0]['QUERY PLAN'][0].Plan
    const pages = done['Shared Hit Blocks'] + done['Shared Read Blocks']
    assert.ok(pages <= mostPages, `${pages} pages for ${text} with ${values.join()}: ${JSON.stringify(done)}`)
  }
}

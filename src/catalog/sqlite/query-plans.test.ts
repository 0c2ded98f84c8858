import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import { filter } from '../../domain/filters.ts'
import { kindNames } from '../../domain/kinds.ts'
import type { Selection } from '../../domain/selection.ts'
import type { Catalog } from '../../operations/ports/catalog.ts'
import type { Scope } from '../../operations/ports/passage-catalog.ts'
import { attributesFor, filterSets, selectionOf } from '../contract/filter-sets.fixture.ts'
import { seededRandom } from '../contract/random.fixture.ts'
import { storeRandomMaps } from '../contract/random-maps.fixture.ts'
import { deletion, digestOf, made, put, restoration, sampleTerms, uploadOf } from '../contract/sample-uploads.fixture.ts'
import { createCatalog } from '../create-catalog.ts'
import type { Schema } from '../schema.ts'
import { Connection } from './connection.ts'
import { SqliteDriver } from './driver.ts'
import { sqliteEngine } from './engine.ts'
import { migrateSqlite, openSqliteCatalog } from './open-sqlite-catalog.ts'

/** A catalog that remembers which statements it ran, and a second connection that explains them. */
interface Explained {
  readonly catalog: Catalog
  readonly folder: string
  readonly file: string
  /** The texts of all statements that the work issued. */
  statementsOf(work: () => Promise<unknown>): Promise<readonly string[]>
  /** The plans of the statements about source maps that the work issued. */
  plansOf(work: () => Promise<unknown>): Promise<Plan[]>
}

interface Plan {
  readonly statement: string
  readonly steps: readonly string[]
}

let explained: Explained

describe('the plan of every statement about source maps', () => {
  before(async () => {
    explained = await openExplained()
    for (const name of kindNames) await put(explained.catalog, uploadOf({ kind: name, attributes: attributesFor(name) }, name))
  })
  after(() => close(explained))

  for (const name of kindNames) {
    for (const given of filterSets(name)) {
      const title = given.length > 0 ? given.join(', ') : 'nothing else'
      test(`reads no more than an index says for ${name} maps by ${title}`, async () => {
        for (const count of given.some(each => filter(each).many) ? [1, 40] : [1]) await checkSelection(selectionOf(name, given, count))
      })
    }
  }

  test('is a search when deletions and restorations move the maps they found', async () => {
    for (const name of kindNames) {
      for (const given of filterSets(name).filter(each => each.length > 0)) {
        const selection = selectionOf(name, given, 3)
        const live = { organization: 1, selection, state: 'live' } as const
        const plans = await explained.plansOf(async () => {
          assert.equal(made(await explained.catalog.move(live, deletion, {})).totals.count, 1, JSON.stringify(selection))
          assert.equal(made(await explained.catalog.move({ ...live, state: 'deleted' }, restoration, {})).totals.count, 1)
        })
        assert.equal(plans.filter(plan => plan.statement.startsWith('update "source_map"')).length, 2)
        assertNarrow(plans)
      }
    }
  })

  test('is a search for look-ups, however much is asked at once', async () => {
    const { catalog } = explained
    const many = Array.from({ length: 5000 }, (_, number) => number.toString(16))
    for (const ids of [many.slice(0, 1), many])
      assertNarrow(
        await explained.plansOf(async () => {
          await catalog.existingDebugIds(1, ids)
          await catalog.symbolFiles(1, ids)
        }),
      )
    assertNarrow(
      await explained.plansOf(async () => {
        await catalog.findJs(1, { debugId: 'abcd' })
        await catalog.findJs(1, { service: 'shop', version: '1.0', fileName: 'js/app.js' })
        await catalog.repositoryInfo(1, 'shop', '1.0')
        await catalog.detail(1, 1)
        await catalog.membersOf(1, 1, [1, 2, 3])
        await catalog.membersOf(1, 1, [1, 3, 5])
        await catalog.operationMembers(1, 1, { after: 0, limit: 10 })
        await catalog.declareUpload(uploadOf({ kind: 'js', attributes: {} }, 'new'))
      }),
    )
  })

  test('is a search when a content comes to be shared or shrinks', async () => {
    const { catalog } = explained
    const upload = (name: string) => uploadOf({ kind: 'repository', attributes: {}, files: sharedFiles }, name)
    const shared = await explained.plansOf(async () => {
      for (const name of ['one', 'two', 'three']) await put(catalog, upload(name))
    })
    const [name] = (await catalog.detail(1, 1))?.files.map(file => file.copy) ?? []
    assert.ok(name)
    const shrunk = await explained.plansOf(async () => {
      assert.equal(await catalog.switchCopy(name, await catalog.reserveCopy(name, 'gzip'), 1), true)
    })
    for (const plans of [shared, shrunk]) {
      const reweighing = plans.filter(plan => /own_size|source_map_file/.test(plan.statement))
      assert.equal(reweighing.length, 4, 'one finds the maps, one weighs them, two list what they share')
      for (const { statement, steps } of reweighing)
        for (const step of steps) {
          if (!/^(SCAN|SEARCH) /.test(step)) continue
          assert.match(step, /^SEARCH \S+ USING .*INDEX \S+ \(organization=\? AND (id|digest)=\?/, statement)
        }
    }
  })

  test('goes from the list of what maps share to each content once, without their files', async () => {
    const { catalog } = explained
    const contents = ['shared by all', 'alone'].map(name => ({ part: name, fileName: undefined, digest: digestOf(name), size: 5 }))
    const put2 = (name: string) => put(catalog, uploadOf({ kind: 'repository', attributes: {}, files: contents }, name))
    const first = await put2('sharer one')
    for (const name of ['two', 'three']) await put2(`sharer ${name}`)
    for (const [ids, alone] of [
      [[first, first + 1], true],
      [[first, first + 2], false],
    ] as const) {
      const selection = { kind: 'repository', criteria: [{ filter: 'id', values: ids.map(String) }] } as const
      const plans = await explained.plansOf(() => catalog.previewMany({ organization: 1, selection, state: 'live' }, sampleTerms))
      const { statement = '', steps = [] } = plans.find(plan => plan.statement.includes('shared_content" where')) ?? {}
      assert.equal(/source_map\b/.test(statement), !alone)
      const ofTables = steps.filter(step => /^(SCAN|SEARCH) (?!used)/.test(step) && !step.includes(' source_map '))
      assert.match(ofTables[0] ?? '', /^SEARCH shared_content USING COVERING INDEX \S+ \(organization=\? AND id/)
      assert.deepEqual(ofTables.slice(1), [
        'SEARCH blob USING COVERING INDEX blob_shared (organization=? AND digest=? AND reference_count>?)',
        'SEARCH copy USING INDEX sqlite_autoindex_blob_copy_1 (organization=? AND digest=? AND generation=?)',
      ])
    }
  })

  test('walks the maps with a debug id in the order of a list', async () => {
    const query = { organization: 1, selection: { kind: 'js', criteria: [] }, withDebugId: true } as const
    const plans = await explained.plansOf(async () => {
      await explained.catalog.list(query, { before: undefined }, 10)
      await explained.catalog.list(query, { before: 5 }, 10)
    })
    const [first] = plans
    assert.match(first?.steps.join() ?? '', /USING INDEX source_map_with_debug_id/)
    assertUnsorted(plans)
  })

  test('is made once: no statement has a time in its text, which no other would have', async () => {
    const { catalog } = explained
    const selection = { kind: 'jvm', criteria: [{ filter: 'id', values: ['1', '2'] }] } as const
    const statements = await explained.statementsOf(async () => {
      await put(catalog, uploadOf({ kind: 'jvm', attributes: attributesFor('jvm'), files: sharedFiles }, 'timeless'))
      await catalog.move({ organization: 1, selection, state: 'live' }, deletion, {})
      await catalog.move({ organization: 1, selection, state: 'deleted' }, restoration, {})
    })
    assert.ok(statements.some(text => text.startsWith('update "organization"')))
    assert.deepEqual(
      statements.filter(text => /\d{9}/.test(text)),
      [],
    )
  })

  test('is the same on a table with maps, also after somebody measured it', async () => {
    const work = async () => {
      for (const name of kindNames) for (const given of filterSets(name)) await useSelection(selectionOf(name, given, 3), 'live')
    }
    const early = await explained.plansOf(work)
    const catalog = await openSqliteCatalog(explained.file)
    await storeRandomMaps(catalog, seededRandom(7), 300)
    await catalog.close()
    const statements = early.map(plan => plan.statement)
    assert.deepEqual(explain(explained.file, statements), early)
    const connection = new Connection(explained.file, 'write')
    connection.exec('analyze')
    connection.close()
    await migrateSqlite(explained.file)
    assert.deepEqual(explain(explained.file, statements), early)
  })
})

const sharedFiles = ['a', 'b'].map(part => ({ part, fileName: undefined, digest: digestOf(part), size: 10_000 }))

async function checkSelection(selection: Selection): Promise<void> {
  const release = selection.criteria.every(each => each.filter === 'service' || each.filter === 'version')
  const query = { organization: 1, selection, withDebugId: false }
  for (const state of ['live', 'deleted'] as const) {
    const scope = { organization: 1, selection, state }
    assertNarrow(await useSelection(selection, state))
    const [totals] = await explained.plansOf(() => explained.catalog.previewMany(scope, sampleTerms))
    if (release) assert.match(totals?.steps.join() ?? '', /COVERING INDEX source_map_(deleted_)?release/)
    assertUnsorted(await explained.plansOf(() => explained.catalog.page({ ...scope, upTo: 9 }, sampleTerms)))
  }
  assertUnsorted(await explained.plansOf(() => explained.catalog.list(query, { before: 9 }, 10)))
  assertUnsorted(await explained.plansOf(() => explained.catalog.deletedMaps(query, 9, 10)))
}

function useSelection(selection: Selection, state: Scope['state']): Promise<Plan[]> {
  const scope = { organization: 1, selection, state }
  const query = { organization: 1, selection, withDebugId: false }
  const { catalog } = explained
  return explained.plansOf(async () => {
    await catalog.previewFew(scope, sampleTerms, 500)
    await catalog.previewMany(scope, sampleTerms)
    await catalog.page({ ...scope, upTo: 9 }, sampleTerms)
    await catalog.list(query, { before: undefined }, 10)
    await catalog.list(query, { before: 9 }, 10)
    await catalog.list(query, { offset: 9 }, 10)
    await catalog.count(query)
    await catalog.deletedMaps(query, undefined, 10)
    await catalog.deletedMaps(query, 9, 10)
  })
}

/** Maps are looked up by more than their organization and kind, which may be everything there is. */
function assertNarrow(plans: readonly Plan[]): void {
  assert.ok(plans.length > 0)
  for (const { statement, steps } of plans) {
    const ofMaps = steps.filter(step => /^(SCAN|SEARCH) (source_map|file)\b/.test(step))
    assert.ok(ofMaps.length > 0 || steps.some(step => step.includes('source_map')), statement)
    for (const step of ofMaps)
      assert.match(step, /^SEARCH .* USING .*INDEX \S+ \(organization=\? AND (id\b|identity=|kind=\? AND \S)/, statement)
  }
}

function assertUnsorted(plans: readonly Plan[]): void {
  for (const { statement, steps } of plans) assert.doesNotMatch(steps.join(), /TEMP B-TREE FOR ORDER BY/, statement)
}

async function openExplained(): Promise<Explained> {
  const folder = await mkdtemp(join(tmpdir(), 'mapkeep-plans-'))
  const file = join(folder, 'catalog.db')
  await migrateSqlite(file)
  const connection = new RecordingConnection(file, 'write')
  const catalog = catalogOn(connection)
  await catalog.bootstrap({ name: 'default', uuid: 'uuid-1', at: 1 }, [])
  await catalog.createOrganization('other', 'uuid-2', 1)
  const known = new Map<string, Plan>()
  const statementsOf = async (work: () => Promise<unknown>) => {
    connection.statements.clear()
    await work()
    return [...connection.statements]
  }
  const plansOf = async (work: () => Promise<unknown>) => {
    const all = await statementsOf(work)
    const statements = all.filter(text => /source_map\b|shared_content\b/.test(text) && !/^insert(?!.* select )/s.test(text))
    for (const plan of explain(
      file,
      statements.filter(each => !known.has(each)),
    ))
      known.set(plan.statement, plan)
    return statements.map(each => known.get(each) ?? { statement: each, steps: [] })
  }
  return { catalog, folder, file, statementsOf, plansOf }
}

class RecordingConnection extends Connection {
  readonly statements = new Set<string>()

  override run(text: string, parameters: readonly unknown[]) {
    this.statements.add(text)
    return super.run(text, parameters)
  }
}

function catalogOn(connection: Connection): Catalog {
  const db = new Kysely<Schema>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new SqliteDriver(connection),
      createIntrospector: introspected => new SqliteIntrospector(introspected),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  })
  return createCatalog(db, sqliteEngine, Date.now)
}

/** On a new connection, as a server's would be at its next start. */
function explain(file: string, statements: readonly string[]): Plan[] {
  const connection = new Connection(file, 'read')
  try {
    return statements.map(statement => {
      const parameters = Array.from({ length: statement.split('?').length - 1 }, () => null)
      const { rows } = connection.run(`explain query plan ${statement}`, parameters)
      return { statement, steps: (rows as { detail: string }[]).map(row => row.detail) }
    })
  } finally {
    connection.close()
  }
}

async function close({ catalog, folder }: Explained): Promise<void> {
  await catalog.close()
  await rm(folder, { recursive: true, force: true })
}

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import type { AuditQuery } from '../../operations/ports/audit-catalog.ts'
import { audit } from '../audit.ts'
import type { Schema } from '../schema.ts'
import { Connection } from './connection.ts'
import { SqliteDriver } from './driver.ts'
import { migrateSqlite } from './open-sqlite-catalog.ts'

const everything: AuditQuery = { organization: 1, actions: [], actor: undefined, subject: undefined, since: undefined, until: undefined }
const before = { at: 5, id: 'evt_5' }
const own = String.raw`^SEARCH event USING INDEX \S+ \(organization=\?`

test('a page of the audit trail begins at its place, in order, among the entries of its organization', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mapkeep-audit-plans-'))
  try {
    const file = join(folder, 'catalog.db')
    await migrateSqlite(file)
    const planOf = async (query: Partial<AuditQuery>, place?: typeof before) => explain(file, await statementOf(file, query, place))
    assert.match(await planOf({}), new RegExp(`${own}\\)`))
    assert.match(await planOf({ actor: 'key_1', actions: ['upload'] }, before), new RegExp(`${own} AND \\(at,id\\)<`))
    assert.match(await planOf({ actions: ['deletion'] }, before), new RegExp(`${own} AND \\(at,id\\)<`))
    assert.match(await planOf({ since: 3, until: 9 }), new RegExp(`${own} AND at>\\? AND at<\\?\\)`))
    assert.match(await planOf({ since: 3, until: 9 }, before), new RegExp(`${own} AND at>\\? AND \\(at,id\\)<`))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

async function statementOf(file: string, query: Partial<AuditQuery>, place: typeof before | undefined): Promise<string> {
  const statements: string[] = []
  const db = new Kysely<Schema>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new SqliteDriver(new Connection(file, 'read')),
      createIntrospector: introspected => new SqliteIntrospector(introspected),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
    log: event => {
      statements.push(event.query.sql)
    },
  })
  await audit(db).auditEvents({ ...everything, ...query }, place, 10)
  await db.destroy()
  return statements[0] ?? assert.fail('nothing was asked')
}

function explain(file: string, statement: string): string {
  const connection = new Connection(file, 'read')
  try {
    const parameters = Array.from({ length: statement.split('?').length - 1 }, () => null)
    const { rows } = connection.run(`explain query plan ${statement}`, parameters)
    const steps = rows.map(row => String((row as { detail: string }).detail))
    assert.doesNotMatch(steps.join(), /SCAN|TEMP B-TREE/)
    return steps[0] ?? ''
  } finally {
    connection.close()
  }
}

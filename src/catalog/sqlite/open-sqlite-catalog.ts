import { chmod, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Catalog, Scope } from '../../operations/ports/catalog.ts'
import { lookUp } from '../driver-filter.ts'
import { migrate } from '../migrate.ts'
import { CatalogThread } from './catalog-thread.ts'
import { openLocal } from './open-local.ts'
import { fixPlannerStatistics } from './planner-statistics.ts'

/** Offsets up to this are skipped so fast that another thread would take longer. */
const shortOffset = 2000

/**
 * Opens a SQLite catalog for a server: all writes go through one thread, reads of any length through another, and reads
 * that are short by construction run here, where they need no way between threads. Throws when the file cannot be opened.
 */
export async function openSqliteCatalog(file: string): Promise<Catalog> {
  await migrateSqlite(file)
  const writer = new CatalogThread({ file, access: 'write' })
  const reader = new CatalogThread({ file, access: 'read' })
  const { catalog: here } = openLocal(file, 'read')
  return {
    ...shortReads(here),
    ...longReads(reader),
    ...writes(writer),
    few: (scope, limit) => (isShort(scope) ? here.few(scope, limit) : reader.call('few', [scope, limit])),
    page: (scope, mark, from) => (isShort(scope) ? here.page(scope, mark, from) : reader.call('page', [scope, mark, from])),
    unmatchedIds: scope => here.unmatchedIds(scope),
    list(query, position, limit) {
      const short = isShort({ ...query, state: 'live' }) && !('offset' in position && position.offset > shortOffset)
      return short ? here.list(query, position, limit) : reader.call('list', [query, position, limit])
    },
    async check() {
      await Promise.all([writer.call('check', []), here.check()])
    },
    async close() {
      await Promise.all([writer.close(), reader.close(), here.close()])
    },
  }
}

/** Makes the file if there is none and brings its schema up to date; names the migrations that ran. */
export async function migrateSqlite(file: string): Promise<readonly string[]> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const { db } = openLocal(file, 'write')
  try {
    const ran = await migrate(db, Date.now())
    await fixPlannerStatistics(db)
    await chmod(file, 0o600)
    return ran
  } finally {
    await db.destroy()
  }
}

/** Whether few rows beside the wanted ones are touched, and the wanted ones lie in few stretches of the index. */
function isShort({ selection, state }: Scope): boolean {
  const values = selection.criteria.reduce((product, each) => product * each.values.length, 1)
  return state === 'live' && lookUp(selection).bounded && values <= 100
}

function shortReads(here: Catalog) {
  const { findKeys, findJs, detail, existingDebugIds, membersOf } = here
  return { findKeys, findJs, detail, existingDebugIds, membersOf }
}

function longReads(thread: CatalogThread) {
  return {
    totals: scope => thread.call('totals', [scope]),
    count: query => thread.call('count', [query]),
    repositoryInfo: (organization, service, version) => thread.call('repositoryInfo', [organization, service, version]),
    symbolFiles: (organization, buildIds) => thread.call('symbolFiles', [organization, buildIds]),
    listKeys: organization => thread.call('listKeys', [organization]),
    listOrganizations: () => thread.call('listOrganizations', []),
    compressible: limit => thread.call('compressible', [limit]),
    condemned: limit => thread.call('condemned', [limit]),
  } satisfies Partial<Catalog>
}

function writes(thread: CatalogThread) {
  return {
    touchKeys: usedAt => thread.call('touchKeys', [usedAt]),
    createKey: key => thread.call('createKey', [key]),
    revokeKey: (id, at) => thread.call('revokeKey', [id, at]),
    createOrganization: (name, uuid, at) => thread.call('createOrganization', [name, uuid, at]),
    bootstrap: (organization, keys) => thread.call('bootstrap', [organization, keys]),
    declareUpload: upload => thread.call('declareUpload', [upload]),
    commitUpload: (intent, upload) => thread.call('commitUpload', [intent, upload]),
    abandonUpload: intent => thread.call('abandonUpload', [intent]),
    abandonStaleIntents: () => thread.call('abandonStaleIntents', []),
    move: (scope, passage) => thread.call('move', [scope, passage]),
    reserveCopy: (from, codec) => thread.call('reserveCopy', [from, codec]),
    switchCopy: (from, to, storedSize) => thread.call('switchCopy', [from, to, storedSize]),
    settleCopy: (copy, reserved) => thread.call('settleCopy', [copy, reserved]),
    releaseCopy: reserved => thread.call('releaseCopy', [reserved]),
    forgetCopies: copies => thread.call('forgetCopies', [copies]),
  } satisfies Partial<Catalog>
}

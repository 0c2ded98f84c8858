import { chmod } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolder } from '../../disk/make-folder.ts'
import { syncFolder } from '../../disk/sync-folder.ts'
import type { Catalog } from '../../operations/ports/catalog.ts'
import { findJsNearby } from '../find-js.ts'
import { migrate } from '../migrate.ts'
import { SchemaMismatch, schemaState } from '../schema-state.ts'
import { CatalogThread } from './catalog-thread.ts'
import { openLocal } from './open-local.ts'
import { fixPlannerStatistics } from './planner-statistics.ts'
import { isShort, isShortList } from './short-reads.ts'

/**
 * Opens a SQLite catalog for a server: all writes go through one thread, reads of any length through another, and reads
 * that are short by construction run here, where they need no way between threads. Throws when the file cannot be opened.
 */
export async function openSqliteCatalog(file: string): Promise<Catalog> {
  await migrateSqlite(file)
  const writer = new CatalogThread({ file, access: 'write' })
  const reader = new CatalogThread({ file, access: 'read' })
  const { catalog: here, db } = openLocal(file, 'read')
  return {
    ...shortReads(here),
    ...longReads(reader),
    ...writes(writer),
    few: (scope, limit) => (isShort(scope) ? here.few(scope, limit) : reader.call('few', [scope, limit])),
    page: (scope, mark, from) => (isShort(scope) ? here.page(scope, mark, from) : reader.call('page', [scope, mark, from])),
    unmatchedIds: scope => (isShort(scope) ? here.unmatchedIds(scope) : reader.call('unmatchedIds', [scope])),
    list: (query, position, limit) =>
      isShortList(query, position, limit) ? here.list(query, position, limit) : reader.call('list', [query, position, limit]),
    async findJs(organization, query) {
      // Asked for on every page view of somebody's monitoring, so it does not queue behind sums unless many maps share the name
      const near = await findJsNearby(db, organization, query)
      return near === 'unknown' ? reader.call('findJs', [organization, query]) : near
    },
    async check() {
      // A thread that is busy is none that is lost, so neither is asked to answer
      for (const thread of [writer, reader]) thread.assertAlive()
      await here.check()
    },
    async close() {
      await Promise.all([writer.close(), reader.close(), here.close()])
    },
  }
}

/**
 * Opens a SQLite catalog as it is, for a short piece of work beside a running server: never makes one, never changes its schema.
 * Throws {@link SchemaMismatch} when its schema is another one than this program's.
 */
export async function openExistingCatalog(file: string): Promise<Catalog> {
  // For reading first, so that a file which is not ours to write stays as it is
  const found = openLocal(file, 'read')
  try {
    const state = await schemaState(found.db)
    if (state !== 'current') throw new SchemaMismatch(file, state)
  } finally {
    await found.catalog.close()
  }
  return openLocal(file, 'write').catalog
}

/**
 * Makes the file if there is none and brings its schema up to date; names the migrations that ran. Throws {@link SchemaMismatch}
 * when it was made by a newer version, and leaves that as it is.
 */
export async function migrateSqlite(file: string): Promise<readonly string[]> {
  await makeFolder(dirname(file))
  const { db } = openLocal(file, 'write')
  try {
    if ((await schemaState(db)) === 'newer') throw new SchemaMismatch(file, 'newer')
    const ran = await migrate(db, Date.now())
    await fixPlannerStatistics(db)
    await chmod(file, 0o600)
    // The file's own name; what SQLite syncs by itself depends on how it was built
    await syncFolder(dirname(file))
    return ran
  } finally {
    await db.destroy()
  }
}

function shortReads(here: Catalog) {
  const { installation, findKeys, findJs, detail, existingDebugIds, membersOf } = here
  return { installation, findKeys, findJs, detail, existingDebugIds, membersOf }
}

function longReads(thread: CatalogThread) {
  return {
    totals: scope => thread.call('totals', [scope]),
    count: query => thread.call('count', [query]),
    existingDebugIds: (organization, debugIds) => thread.call('existingDebugIds', [organization, debugIds]),
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
    condemnUnreferenced: limit => thread.call('condemnUnreferenced', [limit]),
    forgetCopies: copies => thread.call('forgetCopies', [copies]),
  } satisfies Partial<Catalog>
}

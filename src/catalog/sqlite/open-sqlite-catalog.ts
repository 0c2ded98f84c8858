import { chmod } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolder } from '../../disk/make-folder.ts'
import { syncFolder } from '../../disk/sync-folder.ts'
import type { Catalog } from '../../operations/ports/catalog.ts'
import { findJsNearby } from '../find-js.ts'
import { migrate } from '../migrate.ts'
import { SchemaMismatch, schemaState } from '../schema-state.ts'
import { isShort, isShortList } from '../short-reads.ts'
import { CatalogThread } from './catalog-thread.ts'
import { sqliteEngine } from './engine.ts'
import { inspectionCalls } from './inspection-calls.ts'
import { openLocal } from './open-local.ts'
import { fixPlannerStatistics } from './planner-statistics.ts'

/**
 * Opens a SQLite catalog for a server: all writes go through one thread, reads as long as what they select through another, those that go
 * through the whole catalog through a third, and reads that are short by construction run here, where they need no way between threads.
 * Throws when the file cannot be opened.
 */
export async function openSqliteCatalog(file: string): Promise<Catalog> {
  await migrateSqlite(file)
  const writer = new CatalogThread({ file, access: 'write' })
  const reader = new CatalogThread({ file, access: 'read' })
  // Starts with what needs it: it holds nothing that could be lost with it
  const surveyor = new CatalogThread({ file, access: 'read' })
  const { catalog: here, db } = await startThreads([writer, reader], () => openLocal(file, 'read'))
  return {
    ...shortReads(here),
    ...longReads(reader),
    ...surveys(surveyor),
    ...writes(writer),
    ...inspectionCalls({ surveyor, writer }),
    previewFew: (scope, terms, limit) =>
      isShort(scope) ? here.previewFew(scope, terms, limit) : reader.call('previewFew', [scope, terms, limit]),
    page: (scope, walk) => (isShort(scope) ? here.page(scope, walk) : reader.call('page', [scope, walk])),
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
      await Promise.all([writer.close(), reader.close(), surveyor.close(), here.close()])
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
    // Before as well: a migration that works through all rows needs the right indexes, too
    await fixPlannerStatistics(db)
    const ran = await migrate(db, sqliteEngine, Date.now())
    await fixPlannerStatistics(db)
    await chmod(file, 0o600)
    // The file's own name; what SQLite syncs by itself depends on how it was built
    await syncFolder(dirname(file))
    return ran
  } finally {
    await db.destroy()
  }
}

/** Starts threads and gives what is opened beside them; none goes on when one of all that fails. */
async function startThreads<Opened>(threads: readonly CatalogThread[], open: () => Opened): Promise<Opened> {
  try {
    for (const thread of threads) thread.start()
    return open()
  } catch (error) {
    await Promise.all(threads.map(thread => thread.close()))
    throw error
  }
}

function shortReads(here: Catalog) {
  const { installation, isWhole, findKeys, detail, membersOf } = here
  return { installation, isWhole, findKeys, detail, membersOf }
}

function longReads(thread: CatalogThread) {
  return {
    previewMany: (scope, terms) => thread.call('previewMany', [scope, terms]),
    count: query => thread.call('count', [query]),
    listHolds: (organization, wish) => thread.call('listHolds', [organization, wish]),
    deletedMaps: (query, before, limit) => thread.call('deletedMaps', [query, before, limit]),
    listOperations: (organization, wish) => thread.call('listOperations', [organization, wish]),
    operation: (organization, number) => thread.call('operation', [organization, number]),
    operationMembers: (organization, number, wish) => thread.call('operationMembers', [organization, number, wish]),
    existingDebugIds: (organization, debugIds) => thread.call('existingDebugIds', [organization, debugIds]),
    repositoryInfo: (organization, service, version) => thread.call('repositoryInfo', [organization, service, version]),
    symbolFiles: (organization, buildIds) => thread.call('symbolFiles', [organization, buildIds]),
    listKeys: organization => thread.call('listKeys', [organization]),
    keysOf: organization => thread.call('keysOf', [organization]),
    listOrganizations: () => thread.call('listOrganizations', []),
    auditEvents: (query, before, limit) => thread.call('auditEvents', [query, before, limit]),
    compressible: limit => thread.call('compressible', [limit]),
    condemned: limit => thread.call('condemned', [limit]),
    keptUntil: at => thread.call('keptUntil', [at]),
    due: (at, after, limit) => thread.call('due', [at, after, limit]),
  } satisfies Partial<Catalog>
}

/** Among millions of maps they take as many microseconds, and nobody else is to wait for that. */
function surveys(thread: CatalogThread) {
  return {
    usage: (organization, by, since) => thread.call('usage', [organization, by, since]),
    storedBytes: since => thread.call('storedBytes', [since]),
    previewPurge: (organization, at) => thread.call('previewPurge', [organization, at]),
  } satisfies Partial<Catalog>
}

function writes(thread: CatalogThread) {
  return {
    touchKeys: usedAt => thread.call('touchKeys', [usedAt]),
    createKey: (key, address) => thread.call('createKey', [key, address]),
    revokeKey: (id, by) => thread.call('revokeKey', [id, by]),
    createOrganization: (name, uuid, at) => thread.call('createOrganization', [name, uuid, at]),
    recordRefusal: entry => thread.call('recordRefusal', [entry]),
    bootstrap: (organization, keys) => thread.call('bootstrap', [organization, keys]),
    declareUpload: (upload, lost) => thread.call('declareUpload', [upload, lost]),
    commitUpload: (intent, upload, lost) => thread.call('commitUpload', [intent, upload, lost]),
    abandonUpload: intent => thread.call('abandonUpload', [intent]),
    abandonStaleIntents: before => thread.call('abandonStaleIntents', [before]),
    drawRequests: draw => thread.call('drawRequests', [draw]),
    storePlan: plan => thread.call('storePlan', [plan]),
    forgetPlans: (at, limit) => thread.call('forgetPlans', [at, limit]),
    move: (scope, passage, terms) => thread.call('move', [scope, passage, terms]),
    undo: (target, passage, terms) => thread.call('undo', [target, passage, terms]),
    placeHold: (hold, address) => thread.call('placeHold', [hold, address]),
    releaseHold: (organization, id, by) => thread.call('releaseHold', [organization, id, by]),
    takeLease: (lease, at, until) => thread.call('takeLease', [lease, at, until]),
    dropLease: lease => thread.call('dropLease', [lease]),
    purgeMaps: (due, piece) => thread.call('purgeMaps', [due, piece]),
    reserveCopy: (from, codec) => thread.call('reserveCopy', [from, codec]),
    switchCopy: (from, to, storedSize) => thread.call('switchCopy', [from, to, storedSize]),
    settleCopy: (copy, reserved) => thread.call('settleCopy', [copy, reserved]),
    releaseCopy: reserved => thread.call('releaseCopy', [reserved]),
    condemnUnreferenced: limit => thread.call('condemnUnreferenced', [limit]),
    longCondemned: (limit, seen) => thread.call('longCondemned', [limit, seen]),
    forgetCopies: copies => thread.call('forgetCopies', [copies]),
  } satisfies Partial<Catalog>
}

import type { Catalog } from '../../operations/ports/catalog.ts'
import type { Db } from '../engine.ts'
import { jsUpload, type OpenCatalog, put, remove, withCatalog } from './sample-uploads.fixture.ts'

/** The operation that deletes the maps of {@link onDeletedOf}. */
export const firstDeletion = { organization: 1, operation: 1 } as const

/** Bytes of each map of {@link onDeletedOf}. */
export const mapSize = 'bytes of 0'.length

/** What makes a test of a body: it runs on a new catalog with so many deleted maps, named `0`, `1`, … */
export function onDeletedOf(open: OpenCatalog) {
  return (count: number, body: (catalog: Catalog, db: Db) => Promise<void>) => () =>
    withCatalog(open, async (catalog, db) => {
      for (let number = 0; number < count; number++) await put(catalog, jsUpload(String(number)))
      await remove(catalog)
      await body(catalog, db)
    })
}

/** How many maps of organization 1 are in which state. */
export async function statesOf(db: Db): Promise<Record<string, number>> {
  const rows = await db.selectFrom('source_map').select(['deleted_at', 'purged_at']).where('organization', '=', 1).execute()
  const states: Record<string, number> = {}
  for (const { deleted_at, purged_at } of rows) {
    const state = purged_at !== null ? 'purged' : deleted_at !== null ? 'deleted' : 'live'
    states[state] = (states[state] ?? 0) + 1
  }
  return states
}

/** What the trail tells of purges, oldest first. */
export async function purgeEvents(catalog: Catalog): Promise<Readonly<Record<string, unknown>>[]> {
  const query = { organization: 1, actions: ['purge'], actor: undefined, subject: undefined, since: undefined, until: undefined } as const
  const events = await catalog.auditEvents(query, undefined, 100)
  // Those of one millisecond come in any order
  return events.map(event => event.detail).sort((a, b) => Number(b.begun ?? false) - Number(a.begun ?? false))
}

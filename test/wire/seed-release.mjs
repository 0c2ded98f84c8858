import path from 'node:path'

/** Fills the catalog of a stopped server with made-up maps of one release; their bytes are nowhere. */
export async function seedRelease({ shared, data }, release) {
  if (shared) return (await import('../../bench/seed-postgres.mjs')).seedPostgres(shared.database, [release])
  const { seedBlobs, seedMaps } = await import('../../bench/seed.mjs')
  seedMaps(path.join(data, 'catalog.db'), release)
  seedBlobs(path.join(data, 'catalog.db'))
}

import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { below } from '../shared/random.mjs'
import { checkPromises } from './check.mjs'
import { embeddedInstallation } from './embedded.mjs'
import { abandon, begin, checkStores, newLife, strike, traffic } from './life.mjs'
import { makeOlder, migrationNames, migrationsOf } from './older.mjs'
import { count } from './tally.mjs'
import { earliestSteps, readMap } from './traffic.mjs'

/** The server while it brings a catalog of an older version up to date, in a folder of its own; then everything is there, and it goes on. */
export async function migration(life) {
  const { random, tally, seed } = life
  const folder = path.join(life.installation.folder, `older-${life.round}`)
  const installation = embeddedInstallation({ folder, tally, random })
  const older = { ...newLife({ installation, tally, random, seed: seed + life.round }), name: `older${life.round}-` }
  const version = 1 + below(random, migrationNames.length - 1)
  try {
    await live(older, version)
    await makeOlder(installation.data, version)
    await killMigrations(older, version)
    await goOn(older)
  } finally {
    await abandon(older)
  }
  await fs.promises.rm(folder, { recursive: true })
  count(tally, `checked: catalogs of migration ${version} brought up to date`)
}

/** As far as that version could do it. */
async function live(life, version) {
  await begin(life, { MAPKEEP_UNDO_WINDOW: '1h' })
  await traffic({ ...life, ...(version === 1 ? { steps: earliestSteps } : {}) }, after => after(40))
  await checkPromises(life)
  assert.equal(await life.installation.stop(), 0)
}

async function killMigrations({ installation, tally, random }, version) {
  const log = path.join(installation.data, 'catalog.db-wal')
  const isBegun = () => (fs.statSync(log, { throwIfNoEntry: false })?.size ?? 0) > 0
  for (let kills = 1 + below(random, 3); kills > 0; kills--) {
    await installation.killStart({ MAPKEEP_UNDO_WINDOW: '1h' }, { begun: isBegun, within: 40 })
    const reached = migrationsOf(installation.data)
    count(
      tally,
      `catalogs after a kill in their migration: ${reached === version ? 'as before' : reached === migrationNames.length ? 'up to date' : 'between'}`,
    )
    if (reached === migrationNames.length) return
  }
}

async function goOn(life) {
  life.round++
  // The check before a start knows the present schema only, and the kill may have left an older one
  life.hasBegun = false
  await begin(life, { MAPKEEP_UNDO_WINDOW: '1h' })
  for (const map of life.model.maps.values()) if (map.state === 'live') await readMap(life, map)
  await checkStores(life, { isFull: true })
  await strike(life)
  life.round++
  await begin(life)
  await life.installation.kill()
}

import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startNodes } from './nodes.mjs'
import { removeTemporaryObjects } from './stored.mjs'
import { ask, newInstallation, startStores } from './stores.mjs'

/** Where the stores are that somebody else has started for all tests; otherwise each test file starts its own. */
const placeVariable = 'MAPKEEP_TEST_STORES_AT'

let own

/** An empty installation: what a node needs to be told of it, and what starts three of them. */
export async function openInstallation() {
  const env = await newInstallation(process.env[placeVariable] ? JSON.parse(process.env[placeVariable]) : (await ownStores()).place)
  const database = env.MAPKEEP_DATABASE_URL
  // No balancer needs to be told: what these tests stop is stopped as a whole
  return {
    env: { MAPKEEP_SHUTDOWN_NOTICE: '0s', MAPKEEP_REMOVAL_DELAY: '0s', ...env },
    database,
    start: order => startNodes(order),
    passDays: () => passDays({ env, database }),
  }
}

async function ownStores() {
  own ??= startStores()
  return own
}

if (!process.env[placeVariable]) after(async () => (await own)?.stop())

/**
 * Lets the stores be as they are two days later, when no node runs: what killed nodes left behind is cleared up after an hour by other
 * nodes, since nobody can tell earlier that they are not at work, and after two days by the bucket's lifecycle rules (docs/operate/s3.md).
 */
async function passDays({ env, database }) {
  const others = 'select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()'
  // A transaction of a killed node may be about to end
  while ((await ask(database, others)).length > 0) await sleep(20)
  await ask(database, 'update lease set until = 0')
  await ask(database, 'update upload_intent set started_at = started_at - 2 * 86400000')
  await removeTemporaryObjects({ env })
}

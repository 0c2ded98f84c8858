import { after } from 'node:test'
import { startNodes } from './nodes.mjs'
import { passDays } from './pass-days.mjs'
import { newInstallation, startStores } from './stores.mjs'

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

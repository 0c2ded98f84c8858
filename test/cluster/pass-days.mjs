import { setTimeout as sleep } from 'node:timers/promises'
import { removeTemporaryObjects } from './stored.mjs'
import { ask } from './stores.mjs'

/**
 * Lets the stores be as they are two days later, when no node runs: what killed nodes left behind is cleared up after an hour by other
 * nodes, since nobody can tell earlier that they are not at work, and after two days by the bucket's lifecycle rules (docs/operate/s3.md).
 */
export async function passDays({ env, database }) {
  const others = 'select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()'
  // A transaction of a killed node may be about to end
  while ((await ask(database, others)).length > 0) await sleep(20)
  await ask(database, 'update lease set until = 0')
  await ask(database, 'update upload_intent set started_at = started_at - 2 * 86400000')
  await removeTemporaryObjects({ env })
}

// The short form of `npm run proof:kill`: every form of a kill, on two installations at once, and then on three nodes.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { campaign } from '../../proof/kill/campaign.mjs'
import { counted } from '../../proof/kill/tally.mjs'
import { clusterMissing, startStores } from '../cluster/stores.mjs'

// Set it to the number that a failed run printed to get the same choices again
const seed = Number(process.env.MAPKEEP_TEST_SEED ?? Math.floor(Math.random() * 1e9))

test('whatever is killed, what was answered stays, and nothing is half done', { timeout: 900_000 }, async t => {
  const tally = await live(t, { stores: 'embedded', rounds: 20, perLife: 10, lanes: 2 })
  assert.equal(counted(tally, 'installations emptied'), 2)
  assert.ok(counted(tally, 'kills: server') >= 20)
})

describe('three nodes on one Postgres and one bucket', { skip: clusterMissing() ?? false }, () => {
  let stores
  before(async () => {
    stores = await startStores()
  })
  after(() => stores?.stop())

  test('keep every promise while one, two or all of them are killed', { timeout: 900_000 }, async t => {
    const tally = await live(t, { stores: 'cluster', rounds: 2, perLife: 2, lanes: 1, place: stores.place })
    assert.ok(counted(tally, 'kills: node') >= 2)
  })
})

async function live(t, order) {
  t.diagnostic(`seed ${seed}`)
  const { tally, violations } = await campaign(t, { ...order, seed, told: () => {} })
  for (const { seed: life, round, form, error, log } of violations)
    t.diagnostic(`seed ${life}, round ${round} (${form}): ${error.stack}\n${log}`)
  assert.deepEqual(
    violations.map(({ error }) => error.message),
    [],
  )
  const [answered, lost] = ['answered', 'in doubt'].map(group => counted(tally, `${group}: upload`))
  t.diagnostic(`${answered} uploads were answered, ${lost} were not`)
  assert.ok(answered > 5 * order.rounds, 'the rounds were long enough for something to be answered')
  return tally
}

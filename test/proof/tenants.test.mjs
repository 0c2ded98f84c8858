import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { describe, test } from 'node:test'
import { postgresMissing } from '../../dist/catalog/postgres/postgres-programs.fixture.js'
import { noninterference } from '../../proof/tenants/noninterference.mjs'
import { answersTable, outcomes, timesTable } from '../../proof/tenants/report.mjs'
import { openStores } from '../../proof/tenants/stores.mjs'
import { timing } from '../../proof/tenants/timing.mjs'

const seed = Number(process.env.MAPKEEP_PROOF_SEED ?? randomInt(1, 1e9))

for (const [engine, count, missing] of [
  ['sqlite', 2, undefined],
  ['postgres', 1, postgresMissing()],
]) {
  describe(`two organizations on ${engine}`, { skip: missing ?? false }, () => {
    test('what one is answered does not depend on what the other does', async t => {
      const stores = await openStores(engine)
      t.after(() => stores.close())
      const answers = await noninterference(stores, { seed, count, steps: 80, shrinking: 60_000 })
      const { counts, differences } = answers
      const again = `node proof/tenants/run.mjs --engine ${engine} --programs 1 --steps 80 --samples 0 --seed`
      assert.deepEqual(differences, [], differences.map(each => `${each.error}\n${again} ${each.seed}`).join('\n'))
      assert.ok(counts['answers of A compared'] > 0)
      const result = { engine, answers }
      assert.deepEqual(answersTable([result]).rows.at(-1), ['answers that differ', '0'])
      assert.match(outcomes(result), /2xx \d+/)
    })
  })
}

test('what one has is answered to the other like what nobody has, in all classes that the proof takes the time of', async t => {
  const stores = await openStores('sqlite')
  t.after(() => stores.close())
  const classes = await timing(stores, { seed, samples: 3, warmUp: 1, pool: 4 })
  assert.ok(classes.length > 10)
  for (const { name, theirs } of classes) assert.equal(theirs.n, 3, name)
  const { columns, rows } = timesTable({ engine: 'sqlite', times: classes })
  for (const row of rows) assert.equal(row.filter(cell => typeof cell === 'string').length, columns.length, row.join())
})

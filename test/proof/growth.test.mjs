// The short form of `npm run proof:growth`: few maps, one engine.
import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { DatabaseSync } from '@photostructure/sqlite'
import { migrateSqlite } from '../../dist/catalog/sqlite/open-sqlite-catalog.js'
import { engines } from '../../proof/growth/engines.mjs'
import { growth, verdicts } from '../../proof/growth/growth.mjs'
import { chunkStatements } from '../../proof/growth/mixture.mjs'
import { scratchFolder } from '../wire/running-server.mjs'

/** Other tests run beside this one, and of so few maps little is cheap enough to be measured well. */
const bound = 3
const least = costs => Math.min(...costs)

test('among fifty times as many maps a request for a few of them costs no more, as far as so few can tell', async t => {
  const order = { engine: engines.sqlite, sizes: [1000, 50_000], chunks: 1, rounds: 3, batch: 4, inspectUpTo: 1000, pick: least }
  const { measured, faults } = await growth(t, { ...order, told: text => t.diagnostic(text) })
  assert.deepEqual(faults, [], 'what was filled in by SQL is whole')
  for (const { name, cpu, grows, isControl, costs } of verdicts(measured, bound)) {
    const figures = `${name}: ${costs.map(each => `${each.cpu.toFixed(2)} ms`).join(', then ')}`
    if (grows) assert.ok(cpu > 2, `${figures}: the instrument no longer sees what is known to grow`)
    else if (!isControl) assert.ok(cpu <= bound, figures)
  }
})

const chunks = [
  { title: 'a release', first: 285, count: 100 },
  { title: 'a purged release', first: 385, count: 100 },
  { title: 'a few releases', first: 285, count: 301 },
  // As many as shared contents come round after: the maps of one lie in releases of the same place in a cycle of purges, or of the next place
  { title: 'two hundred releases', first: 43, count: 19_950 },
]
for (const { title, first, count } of chunks)
  test(`the maps that SQL makes of ${title} share what they are said to share, whichever of them are purged`, async t => {
    const file = path.join(await scratchFolder(t), 'catalog.db')
    await migrateSqlite(file)
    const db = new DatabaseSync(file)
    try {
      const chunk = { first, last: first + count - 1, epoch: 1, step: 1, firstOperation: 1 }
      db.exec('begin')
      for (const statement of chunkStatements(engines.sqlite.dialect, chunk).flat()) db.exec(statement)
      db.exec('commit')
      const [[sums], counted] = [storedBytes, holders].map(statement => db.prepare(statement).all())
      assert.equal(sums.by_maps, sums.by_copies)
      assert.ok(sums.by_maps > 0)
      for (const { digest, listed, held } of counted)
        assert.ok(listed === held && held >= 8, `${digest}: ${listed} listed, ${held} counted`)
    } finally {
      db.close()
    }
  })

const storedBytes = `select (select sum(own_size) from source_map) + (select coalesce(sum(stored_size), 0) from blob_copy
    where digest in (select digest from blob where reference_count > 1)) as by_maps, (select sum(stored_size) from blob_copy) as by_copies`

const holders = `select blob.digest, count(*) as listed, blob.reference_count as held
  from shared_content join blob on blob.digest = shared_content.digest group by blob.digest`

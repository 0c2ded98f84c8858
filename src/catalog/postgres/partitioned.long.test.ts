import { after, before, describe } from 'node:test'
import pg from 'pg'
import { describeMoves } from '../contract/moves.contract.ts'
import { describePlans } from '../contract/plans.contract.ts'
import { describePurges } from '../contract/purges.contract.ts'
import { describeUploads } from '../contract/uploads.contract.ts'
import { openEmpty } from './empty-catalog.fixture.ts'
import { postgresMissing } from './postgres-programs.fixture.ts'
import { type PostgresServer, startPostgres } from './postgres-server.fixture.ts'

let server: PostgresServer

describe('Postgres with every table in four partitions by organization', { skip: postgresMissing() ?? false }, () => {
  before(async () => {
    server = await startPostgres({ fsync: 'off' })
  })
  after(() => server?.remove())

  const open = openEmpty(() => server, partition)
  describeUploads(open)
  describeMoves(open)
  describePlans(open)
  describePurges(open)
})

/** As docs/decisions/0020 says it: every table whose key has the organization. */
async function partition(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query(`select key.conrelid::regclass::text as name from pg_constraint as key
      join pg_attribute as part on part.attrelid = key.conrelid and part.attnum = any(key.conkey)
      where key.contype = 'p' and part.attname = 'organization'`)
    if (rows.length < 10) throw new Error(`only ${rows.length} tables can be partitioned`)
    for (const { name } of rows) {
      await client.query(`alter table "${name}" rename to "${name}_whole"`)
      await client.query(`create table "${name}" (like "${name}_whole" including all) partition by hash (organization)`)
      for (const at of [0, 1, 2, 3])
        await client.query(`create table "${name}_${at}" partition of "${name}" for values with (modulus 4, remainder ${at})`)
      await client.query(`insert into "${name}" select * from "${name}_whole"`)
      await client.query(`drop table "${name}_whole"`)
    }
  } finally {
    await client.end()
  }
}

import { after, before, describe } from 'node:test'
import { describeRows } from '../catalog.contract.ts'
import { openEmpty } from './empty-catalog.fixture.ts'
import { postgresMissing } from './postgres-programs.fixture.ts'
import { type PostgresServer, startPostgres } from './postgres-server.fixture.ts'

let server: PostgresServer

describe('Postgres', { skip: postgresMissing() ?? false }, () => {
  before(async () => {
    server = await startPostgres({ fsync: 'off' })
  })
  after(() => server?.remove())

  describeRows(
    'Postgres',
    openEmpty(() => server),
  )
})

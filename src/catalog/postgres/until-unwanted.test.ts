import assert from 'node:assert/strict'
import { chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import { certificateFolder } from '../../http/tls/certificates.fixture.ts'
import { Unwanted } from '../../operations/ports/while-wanted.ts'
import { postgresMissing } from './postgres-programs.fixture.ts'
import { type PostgresServer, startPostgres } from './postgres-server.fixture.ts'
import { untilUnwanted, watchReading } from './until-unwanted.ts'

describe('which statements may be given up', () => {
  const snapshot = 'start transaction isolation level repeatable read read only'
  const cases: readonly (readonly [readonly string[], boolean])[] = [
    [['select 1'], true],
    [['with a as (select 1) select * from a'], true],
    [['with a as (update b set c = 1 returning c) select * from a'], false],
    [['select 1 from source_map for update'], false],
    [['insert into a select 1'], false],
    [['update a set b = 1'], false],
    [['delete from a'], false],
    [['begin', 'select 1'], false],
    [['start transaction isolation level serializable', 'select 1'], false],
    [['begin', 'savepoint a', 'rollback to a', 'select 1'], false],
    [[snapshot, 'select 1'], true],
    [[snapshot, 'commit'], false],
    [['begin', 'commit', 'select 1'], true],
    [['begin', 'rollback', 'select 1'], true],
  ]
  for (const [statements, expected] of cases)
    test(`${statements.join('; ')}: ${expected}`, () => assert.equal(statements.map(watchReading()).at(-1), expected))
})

describe('giving up a statement of Postgres', { skip: postgresMissing() ?? false, timeout: 60_000 }, () => {
  let server: PostgresServer
  let files: string
  before(async () => {
    files = mkdtempSync(path.join(tmpdir(), 'mapkeep-certificate-'))
    server = await startPostgres({ fsync: 'off', ssl: 'on', ssl_cert_file: own('server.pem'), ssl_key_file: own('server.key') })
  })
  after(async () => {
    await server?.remove()
    if (files) rmSync(files, { recursive: true })
  })

  /** The key must belong to the user that Postgres runs as, and to nobody else. */
  const own = (name: string) => {
    const copy = path.join(files, name)
    copyFileSync(path.join(certificateFolder, name), copy)
    chmodSync(copy, 0o600)
    if (process.getuid?.() === 0) for (const each of [files, copy]) chownSync(each, 65_534, 65_534)
    return copy
  }

  const onConnection = async (url: string, work: (client: pg.PoolClient) => Promise<void>) => {
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    pool.on('error', () => {})
    const client = await pool.connect()
    await work(client).finally(() => client.release())
    await pool.end()
  }

  for (const [way, query] of [
    ['in the clear', ''],
    ['by TLS', '?sslmode=no-verify'],
  ] as const) {
    test(`cancels it on the server, ${way}, and the connection goes on`, () =>
      onConnection(`${server.url('postgres')}${query}`, async client => {
        assert.equal((await client.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()')).rows[0].ssl, query !== '')
        const gone = new AbortController()
        const answer = client.query('select pg_sleep(1000)')
        const given = untilUnwanted(gone.signal, { client, answer, onMissed: assert.fail })
        setTimeout(() => gone.abort(), 200)
        await assert.rejects(given, Unwanted)
        assert.equal((await client.query('select 1 as one')).rows[0].one, 1)
      }))
  }

  test('tells when it came too late, since the next statement must not be the one that is hit', () =>
    onConnection(server.url('postgres'), async client => {
      const gone = new AbortController()
      let missed = false
      const onMissed = () => {
        missed = true
      }
      const given = untilUnwanted(gone.signal, { client, answer: client.query('select 1 as one'), onMissed })
      gone.abort()
      assert.equal((await given).rows[0].one, 1)
      assert.ok(missed)
    }))

  test('leaves an answer that was waited for to its end alone', () =>
    onConnection(server.url('postgres'), async client => {
      const answer = client.query('select 1 as one')
      const given = await untilUnwanted(new AbortController().signal, { client, answer, onMissed: assert.fail })
      assert.equal(given.rows[0].one, 1)
    }))
})

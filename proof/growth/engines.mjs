// The two engines that an installation can stand on, each with a server on it that can be stopped while it is being filled.
import { existsSync, statfsSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import pg from 'pg'
import { postgresMissing } from '../../dist/catalog/postgres/postgres-programs.fixture.js'
import { startPostgres } from '../../dist/catalog/postgres/postgres-server.fixture.js'
import { childrenOf, parentOf } from '../shared/cpu.mjs'
import { keptServer } from '../shared/kept-server.mjs'

/** Nothing runs in the background that nobody has asked for, and no limit is measured in place of the work. */
const settings = { MAPKEEP_RATE_LIMIT: 'read=off,delete=off,upload=off', MAPKEEP_LOG_LEVEL: 'warn', MAPKEEP_PURGE_INTERVAL: 'off' }

/**
 * By name. `bytesPerMap`: about what a map takes on disk, indexes included. `open` starts a server and gives it with what fills and watches its
 * catalog: `execute` runs lists of statements, `ask` gives the rows of one, `settle` leaves the catalog as after a quiet hour,
 * `processes` are the server and the database's own.
 */
export const engines = {
  sqlite: { title: 'SQLite', bytesPerMap: 1700, missing: () => undefined, dialect: sqliteDialect(), open: openSqlite },
  postgres: { title: 'Postgres', bytesPerMap: 3200, missing: postgresMissing, dialect: postgresDialect(), open: openPostgres },
}

/** Says why there is too little room for so many maps, or nothing. */
export function roomMissing({ title, bytesPerMap }, maps) {
  const { bavail, bsize } = statfsSync(tmpdir())
  const [free, needed] = [bavail * bsize, maps * bytesPerMap * 1.1 + 4e9]
  if (free >= needed) return undefined
  return `${maps.toLocaleString('en')} maps on ${title} take about ${gigabytes(needed)}; ${tmpdir()} has ${gigabytes(free)} free`
}

const gigabytes = bytes => `${(bytes / 1e9).toFixed(0)} GB`

async function openSqlite(t) {
  const server = await keptServer(t, { env: settings })
  const file = path.join(server.data, 'catalog.db')
  const withFile = work => {
    const db = new DatabaseSync(file)
    try {
      return work(db)
    } finally {
      db.close()
    }
  }
  return {
    server,
    processes: () => [server.nodes[0].pid],
    execute: async lists =>
      withFile(db => {
        // Nobody else has it, and what is half made is thrown away. The next start has its log again
        db.exec('pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -1048576; begin')
        for (const statement of lists.flat()) db.exec(statement)
        db.exec('commit')
      }),
    ask: async statement => withFile(db => db.prepare(statement).all()),
    settle: async () => withFile(db => db.exec('pragma journal_mode = wal')),
    diskBytes: async () => statSync(file).size + (existsSync(`${file}-wal`) ? statSync(`${file}-wal`).size : 0),
  }
}

async function openPostgres(t) {
  const starting = startPostgres({
    shared_buffers: '2GB',
    max_wal_size: '4GB',
    checkpoint_timeout: '30min',
    wal_level: 'minimal',
    max_wal_senders: '0',
  })
  t.after(async () => (await starting.catch(() => {}))?.remove())
  const url = await (await starting).createDatabase('growth')
  const server = await keptServer(t, { env: { ...settings, MAPKEEP_DATABASE_URL: url } })
  const withClient = async work => {
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => {})
    await client.connect()
    return work(client).finally(() => client.end())
  }
  const ask = statement => withClient(async client => (await client.query(statement)).rows)
  const [{ pid }] = await ask("select pid from pg_stat_activity where backend_type = 'checkpointer'")
  const postmaster = parentOf(pid)
  return {
    server,
    processes: () => [server.nodes[0].pid, ...childrenOf(postmaster)],
    execute: lists =>
      Promise.all(
        lists.map(statements =>
          withClient(async client => {
            await client.query("set synchronous_commit = off; set work_mem = '512MB'; set jit = off")
            for (const statement of statements) await client.query(statement)
          }),
        ),
      ),
    ask,
    settle: () =>
      withClient(async client => {
        await client.query('vacuum analyze')
        await client.query('checkpoint')
      }),
    diskBytes: async () => Number((await ask('select pg_database_size(current_database()) as size'))[0].size),
  }
}

function sqliteDialect() {
  return {
    series: (first, last) => `(with recursive s(i) as (select ${first} union all select i + 1 from s where i < ${last}) select i from s)`,
    hex: number => `printf('%012x', ${number})`,
    random: length => `substr(lower(hex(randomblob(32))), 1, ${length})`,
  }
}

function postgresDialect() {
  return {
    series: (first, last) => `generate_series(${first}::bigint, ${last}::bigint) as s(i)`,
    hex: number => `lpad(to_hex((${number})::bigint), 12, '0')`,
    random: (length, salt) => `substr(encode(sha256((n.i || '${salt}')::bytea), 'hex'), 1, ${length})`,
  }
}

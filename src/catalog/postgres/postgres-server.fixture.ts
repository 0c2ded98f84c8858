import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { postgresPrograms } from './postgres-programs.fixture.ts'

/** A real Postgres on a port of loopback, in a folder of its own, with the only user `postgres`. */
export interface PostgresServer {
  readonly port: number
  /** Where a database is. */
  url(database: string): string
  /** Makes a database, empty or a copy of another one that nobody uses, and gives its URL. */
  createDatabase(name: string, template?: string): Promise<string>
  /** Starts it on its data and port; it is started once already. */
  start(): Promise<void>
  /** Ends it as a crash would, or in good order. */
  stop(signal: 'SIGKILL' | 'SIGINT'): Promise<void>
  /** Lets every one of its processes hang, or go on. */
  freeze(signal: 'SIGSTOP' | 'SIGCONT'): Promise<void>
  /** Makes a server on a copy of the data as it is now, which follows this one; this one is stopped for a moment. */
  addStandby(name: string): Promise<PostgresServer>
  /** Makes a standby a server of its own. */
  promote(): Promise<void>
  /** Ends it and removes its folder. */
  remove(): Promise<void>
}

/** What a server is started with beside the usual: settings of `postgresql.conf`. */
export type PostgresSettings = Readonly<Record<string, string>>

/** Postgres refuses to run as root. */
const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

/** Starts a new, empty server; takes about two seconds. */
export async function startPostgres(settings: PostgresSettings = {}): Promise<PostgresServer> {
  const data = join(await ownFolder(), 'data')
  await runProgram('initdb', ['--no-sync', '--auth=trust', '--username=postgres', '--encoding=UTF8', '--locale=C', '-D', data])
  return serve(data, settings)
}

async function ownFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mapkeep-postgres-'))
  if (user.uid) await chown(folder, user.uid, user.gid)
  return folder
}

async function serve(data: string, settings: PostgresSettings): Promise<PostgresServer> {
  const port = await freePort()
  let running: ChildProcess
  const start = async () => {
    running = await launch({ data, port, settings })
  }
  const stop = async (signal: 'SIGKILL' | 'SIGINT') => {
    if (running.exitCode !== null || running.signalCode !== null) return
    const children = await childrenOf(running.pid)
    const ended = once(running, 'exit')
    running.kill(signal)
    await ended
    // Killed, it leaves processes behind that notice a little later, and nobody may start before
    while (children.some(isAlive)) await wait(20)
  }
  const url = (database: string) => `postgres://postgres@127.0.0.1:${port}/${database}`
  await start()
  return {
    port,
    url,
    start,
    stop,
    createDatabase: async (name, template) => {
      // Its own notion of letters is not that of the catalog, as with most databases that are in use
      const locale = `template0 encoding 'UTF8' locale 'C' locale_provider builtin builtin_locale 'C.UTF-8'`
      const source = template === undefined ? locale : pg.escapeIdentifier(template)
      await ask(url('postgres'), `create database ${pg.escapeIdentifier(name)} template ${source}`)
      return url(name)
    },
    freeze: async signal => {
      for (const pid of [...(await childrenOf(running.pid)), running.pid]) if (pid) process.kill(pid, signal)
    },
    addStandby: async name => {
      await stop('SIGINT')
      const copy = join(await ownFolder(), 'data')
      await cp(data, copy, { recursive: true })
      await writeFile(join(copy, 'standby.signal'), '')
      await handOver(copy)
      await start()
      return serve(copy, { ...settings, primary_conninfo: `host=127.0.0.1 port=${port} user=postgres application_name=${name}` })
    },
    promote: () => ask(url('postgres'), 'select pg_promote(true)'),
    remove: async () => {
      await stop('SIGKILL')
      await rm(join(data, '..'), { recursive: true, force: true })
    },
  }
}

async function launch({ data, port, settings }: { data: string; port: number; settings: PostgresSettings }): Promise<ChildProcess> {
  const native = await postgresPrograms()
  const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', shared_buffers: '64MB', max_connections: '100', ...settings }
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = spawn(join(native, 'bin', 'postgres'), ['-D', data, '-p', String(port), ...flags], {
    ...user,
    cwd: data,
    env: environment(native),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  server.stderr?.on('data', chunk => {
    log = (log + chunk).slice(-4000)
  })
  for (;;) {
    if (server.exitCode !== null) throw new Error(`Postgres did not start: ${log}`)
    const answers = await ask(`postgres://postgres@127.0.0.1:${port}/postgres`, 'select 1').then(
      () => true,
      () => false,
    )
    if (answers) return server
    await wait(50)
  }
}

function environment(native: string): NodeJS.ProcessEnv {
  return { LD_LIBRARY_PATH: join(native, 'lib'), TZ: 'UTC', PATH: process.env.PATH, HOME: tmpdir() }
}

async function runProgram(name: string, args: readonly string[]): Promise<void> {
  const native = await postgresPrograms()
  await promisify(execFile)(join(native, 'bin', name), [...args], { ...user, cwd: tmpdir(), env: environment(native) })
}

async function ask(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 })
  // A server that ends tells connections so, which is no error of the test
  client.on('error', () => {})
  await client.connect()
  await client.query(statement).finally(() => client.end())
}

async function handOver(folder: string): Promise<void> {
  if (!user.uid) return
  await promisify(execFile)('chown', ['-R', `${user.uid}:${user.gid}`, folder])
}

async function childrenOf(pid: number | undefined): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  return text.split(' ').filter(Boolean).map(Number)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** A port of loopback that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePorts } from './free-ports.fixture.ts'
import { makeBucket, type S3Server } from './s3-server.fixture.ts'

/** A small OpenStack Swift on loopback that speaks S3. */
export interface Swift extends S3Server {
  /** Ends everything and removes its folder. */
  stop(): Promise<void>
}

const run = promisify(execFile)
const kinds = ['account', 'container', 'object'] as const
const startLimit = 60_000

/** What keeps Swift from being started here, in words; nothing when it can. */
export function swiftMissing(): string | undefined {
  if (process.platform !== 'linux') return 'Swift is tried on Linux only'
  const missing = ['proxy', ...kinds].filter(kind => spawnSync(`swift-${kind}-server`, ['--help']).error)
  return missing.length > 0 ? `the Debian packages ${missing.map(kind => `swift-${kind}`).join(', ')} are not installed` : undefined
}

/** Starts its four servers in a new temporary folder, which has to know extended attributes. */
export async function startSwift(): Promise<Swift> {
  const folder = await mkdtemp(join(tmpdir(), 'swift-'))
  const daemons: ChildProcess[] = []
  // When nobody came to stop it
  const leave = () => {
    for (const each of daemons) each.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  process.once('exit', leave)
  const stop = async () => {
    await Promise.all(daemons.map(end))
    process.off('exit', leave)
    await rm(folder, { recursive: true, maxRetries: 5 })
  }
  try {
    const [port = 0, ...ports] = await freePorts(4)
    for (const [at, kind] of kinds.entries()) await prepare(folder, kind, ports[at] ?? 0)
    await writeFile(join(folder, 'proxy.conf'), proxyConfiguration(folder, port))
    for (const kind of [...kinds, 'proxy']) daemons.push(daemon(folder, kind))
    const endpoint = `http://127.0.0.1:${port}`
    await answering(endpoint)
    const keys = { accessKeyId: 'test:tester', secretAccessKey: 'testing' }
    return { endpoint, ...keys, makeBucket: () => makeBucket(endpoint, keys), stop }
  } catch (error) {
    const logs = await Promise.all([...kinds, 'proxy'].map(kind => readFile(join(folder, `${kind}.log`), 'utf8').catch(() => '')))
    await stop()
    throw new Error(`Swift did not start: ${logs.join('\n').slice(-4000)}`, { cause: error })
  }
}

/** A ring of one device, and the server of one kind that holds it. */
async function prepare(folder: string, kind: string, port: number): Promise<void> {
  await mkdir(join(folder, 'devices', 'd1'), { recursive: true })
  const builder = join(folder, `${kind}.builder`)
  await run('swift-ring-builder', [builder, 'create', '4', '1', '0'])
  await run('swift-ring-builder', [builder, 'add', `r1z1-127.0.0.1:${port}/d1`, '100'])
  await run('swift-ring-builder', [builder, 'rebalance'])
  const lines = [...common(folder, port), `devices = ${folder}/devices`, 'mount_check = false']
  await writeFile(join(folder, `${kind}.conf`), [...lines, ...pipeline(`${kind}-server`), `use = egg:swift#${kind}`, ''].join('\n'))
}

function proxyConfiguration(folder: string, port: number): string {
  const filters = 'catch_errors gatekeeper cache listing_formats bulk s3api tempauth copy slo dlo versioned_writes'.split(' ')
  const options: Record<string, string[]> = { tempauth: ['user_test_tester = testing .admin'], cache: ['memcache_servers = 127.0.0.1:1'] }
  const eggs: Record<string, string> = { cache: 'memcache' }
  return [
    ...common(folder, port),
    ...pipeline('proxy-server', filters),
    'use = egg:swift#proxy',
    'account_autocreate = true',
    ...filters.flatMap(name => [`[filter:${name}]`, `use = egg:swift#${eggs[name] ?? name}`, ...(options[name] ?? [])]),
    '',
  ].join('\n')
}

function common(folder: string, port: number): string[] {
  const user = userInfo().username
  return ['[DEFAULT]', 'bind_ip = 127.0.0.1', `bind_port = ${port}`, 'workers = 0', `user = ${user}`, `swift_dir = ${folder}`]
}

function pipeline(app: string, filters: readonly string[] = []): string[] {
  return ['[pipeline:main]', `pipeline = ${[...filters, app].join(' ')}`, `[app:${app}]`]
}

/** In the foreground, and killed by the system when this process dies, however it does. */
function daemon(folder: string, kind: string): ChildProcess {
  const command = `exec setpriv --pdeathsig KILL swift-${kind}-server ${kind}.conf -v >${kind}.log 2>&1`
  return spawn('sh', ['-c', command], { cwd: folder, stdio: 'ignore' })
}

async function answering(endpoint: string): Promise<void> {
  for (const until = Date.now() + startLimit; Date.now() < until; await sleep(100)) {
    const answer = await fetch(endpoint).catch(() => undefined)
    await answer?.arrayBuffer()
    if (answer) return
  }
  throw new Error('the proxy does not answer')
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

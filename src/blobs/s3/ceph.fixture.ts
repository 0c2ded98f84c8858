import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePorts } from './free-ports.fixture.ts'
import { makeBucket, type S3Server } from './s3-server.fixture.ts'

/** An S3 server of Ceph's on loopback: its RADOS Gateway before a monitor and one store in memory. */
export interface Ceph extends S3Server {
  /** Freezes the gateway: the system still takes connections for it, and nobody answers. */
  pause(): void
  resume(): void
  /** Kills the gateway in the midst of what it does. */
  kill(): Promise<void>
  /** Starts it again at the same endpoint, with all it held. */
  restart(): Promise<void>
  /** Ends everything and removes its folder. */
  stop(): Promise<void>
}

const run = promisify(execFile)
const programs = { 'ceph-mon': 'ceph-mon', 'ceph-osd': 'ceph-osd', radosgw: 'radosgw', 'radosgw-admin': 'radosgw', ceph: 'ceph-common' }
const startLimit = 60_000

/** What keeps Ceph from being started here, in words; nothing when it can. */
export function cephMissing(): string | undefined {
  if (process.platform !== 'linux') return 'Ceph runs on Linux only'
  const missing = Object.entries(programs).filter(([program]) => spawnSync(program, ['--version']).error)
  const packages = [...new Set(missing.map(([, name]) => name))]
  return packages.length > 0 ? `the Debian packages ${packages.join(', ')} are not installed` : undefined
}

/** Starts all of it in a new temporary folder; takes ten seconds or more. `dnsName`: buckets also answer as `bucket.dnsName`. */
export async function startCeph({ dnsName = 's3.localhost' } = {}): Promise<Ceph> {
  const folder = await mkdtemp(join(tmpdir(), 'ceph-'))
  const cluster = new Cluster(folder, await freePorts(2), dnsName)
  try {
    await cluster.start()
    const [accessKeyId, secretAccessKey] = [randomBytes(10).toString('hex'), randomBytes(20).toString('hex')]
    const keys = ['--access-key', accessKeyId, '--secret-key', secretAccessKey]
    await cluster.admin('radosgw-admin', ['user', 'create', '--uid', 'tester', '--display-name', 'Tester', '--max-buckets', '0', ...keys])
    await cluster.startGateway()
    const { endpoint } = cluster
    return {
      endpoint,
      accessKeyId,
      secretAccessKey,
      makeBucket: () => makeBucket(endpoint, { accessKeyId, secretAccessKey }),
      pause: () => cluster.signalGateway('SIGSTOP'),
      resume: () => cluster.signalGateway('SIGCONT'),
      kill: () => cluster.killGateway(),
      restart: () => cluster.startGateway(),
      stop: () => cluster.stop(),
    }
  } catch (error) {
    const logs = await cluster.logs()
    await cluster.stop()
    throw new Error(`Ceph did not start: ${logs}`, { cause: error })
  }
}

class Cluster {
  readonly endpoint: string
  readonly #folder: string
  readonly #ports: readonly number[]
  readonly #dnsName: string
  readonly #daemons: ChildProcess[] = []
  /** When nobody came to stop it. */
  readonly #leave = () => {
    for (const daemon of this.#daemons) daemon.kill('SIGKILL')
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 })
  }
  #gateway: ChildProcess | undefined

  constructor(folder: string, ports: readonly number[], dnsName: string) {
    this.#folder = folder
    this.#ports = ports
    this.#dnsName = dnsName
    process.once('exit', this.#leave)
    this.endpoint = `http://127.0.0.1:${ports[1]}`
  }

  async start(): Promise<void> {
    const [fsid, disk] = [randomUUID(), randomUUID()]
    for (const name of ['mon', 'osd', 'run']) await mkdir(join(this.#folder, name))
    await writeFile(join(this.#folder, 'ceph.conf'), this.#configuration(fsid))
    await this.admin('ceph-mon', ['--mkfs', '-i', 'a', '--fsid', fsid])
    this.#daemon('ceph-mon', ['-i', 'a'])
    await this.admin('ceph', ['osd', 'new', disk])
    await this.admin('ceph-osd', ['--mkfs', '-i', '0', '--osd-uuid', disk])
    this.#daemon('ceph-osd', ['-i', '0'])
  }

  async startGateway(): Promise<void> {
    this.#gateway = this.#daemon('radosgw', ['-n', 'client.rgw'])
    for (const until = Date.now() + startLimit; Date.now() < until; await sleep(100)) {
      if (this.#gateway.exitCode !== null) throw new Error('the gateway has ended')
      const answer = await fetch(this.endpoint).catch(() => undefined)
      await answer?.arrayBuffer()
      if (answer?.ok) return
    }
    throw new Error('the gateway does not answer')
  }

  signalGateway(signal: NodeJS.Signals): void {
    assert.ok(this.#gateway?.kill(signal))
  }

  async killGateway(): Promise<void> {
    if (this.#gateway) await end(this.#gateway)
  }

  async stop(): Promise<void> {
    await Promise.all(this.#daemons.map(end))
    process.off('exit', this.#leave)
    await rm(this.#folder, { recursive: true, maxRetries: 5 })
  }

  async admin(program: string, args: readonly string[]): Promise<string> {
    const { stdout } = await run(program, ['-c', join(this.#folder, 'ceph.conf'), ...args], { timeout: startLimit, killSignal: 'SIGKILL' })
    return stdout
  }

  async logs(): Promise<string> {
    const texts = ['mon', 'osd', 'client'].map(name => readFile(join(this.#folder, `${name}.log`), 'utf8').catch(() => ''))
    return (await Promise.all(texts)).join('\n').slice(-4000)
  }

  /** In the foreground, and killed by the system when this process dies, however it does. */
  #daemon(program: string, args: readonly string[]): ChildProcess {
    const command = ['--pdeathsig', 'KILL', program, '-f', '-c', join(this.#folder, 'ceph.conf'), ...args]
    const child = spawn('setpriv', command, { stdio: 'ignore' })
    this.#daemons.push(child)
    return child
  }

  #configuration(fsid: string): string {
    const [monitor, gateway] = this.#ports
    const own = {
      fsid,
      'mon host': `[v2:127.0.0.1:${monitor}/0]`,
      'mon initial members': 'a',
      'mon data': `${this.#folder}/mon`,
      'osd data': `${this.#folder}/osd`,
    }
    const files = {
      'run dir': `${this.#folder}/run`,
      'admin socket': '',
      'log file': `${this.#folder}/$type.log`,
      'crash dir': this.#folder,
    }
    const front = { 'rgw frontends': `beast endpoint=127.0.0.1:${gateway}`, 'rgw data': this.#folder, 'rgw dns name': this.#dnsName }
    const lines = Object.entries({ ...own, ...files, ...front, ...fixed }).map(([name, value]) => `${name} = ${value}`)
    return ['[global]', ...lines, '[osd]', 'public addr = 127.0.0.1', 'cluster addr = 127.0.0.1', ''].join('\n')
  }
}

// One node, one copy, no keys, all in memory
const fixed = {
  'auth cluster required': 'none',
  'auth service required': 'none',
  'auth client required': 'none',
  // The gateway would insist on encryption, which there is none without keys
  'ms mon client mode': 'crc',
  'osd objectstore': 'memstore',
  'memstore device bytes': '8G',
  'osd pool default size': 1,
  'osd pool default min size': 1,
  'osd pool default pg num': 1,
  'osd pool default pg autoscale mode': 'off',
  'mon allow pool size one': true,
  'mon max pg per osd': 1000,
  'osd crush chooseleaf type': 0,
  'osd class update on start': false,
  'rgw enable usage log': false,
  'rgw enable ops log': false,
  'rgw run sync thread': false,
  'rgw dynamic resharding': false,
  'rgw thread pool size': 64,
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

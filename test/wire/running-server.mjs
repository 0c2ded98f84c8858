import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { main, startNode } from './node-process.mjs'

const readyText = /^mapkeep \S+ listening on .*\n/m

/** A folder that goes away with the test, once `first` is done. */
export async function scratchFolder(t, first = async () => {}) {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'mapkeep-wire-'))
  t.after(async () => {
    await first()
    await fs.rm(folder, { recursive: true, force: true, maxRetries: 3 })
  })
  return folder
}

/**
 * The built server on a free port, with an API key and an application key; with MAPKEEP_TEST_STORES=cluster three nodes behind a balancer
 * instead, on a Postgres and an S3 server. `output` is everything it ever printed; `nodes` its processes, each with a URL and a pid.
 * `stop` and `kill` end all of it, `restart` starts it again on the same data. `shared` is where the data are, unless in the folder `data`.
 */
export async function startServer(t, { env = {}, args = [] } = {}) {
  const keys = { apiKey: `mka_${randomBytes(24).toString('base64url')}`, appKey: `mkp_${randomBytes(24).toString('base64url')}` }
  const secrets = { MAPKEEP_BOOTSTRAP_API_KEY: keys.apiKey, MAPKEEP_BOOTSTRAP_APP_KEY: keys.appKey }
  const shared = await sharedStores()
  const server = { keys, shared, data: '', output: '', url: '', nodes: [], env: cleanEnvironment({ ...shared?.env, ...secrets, ...env }) }
  let running
  server.stop = () => running?.end('SIGTERM')
  server.kill = async () => {
    const end = await running?.end('SIGKILL')
    await shared?.passDays()
    return end
  }
  server.restart = async () => {
    running = await (shared ? launchNodes(server, args) : launch(server, args))
    return Object.assign(server, { url: running.url, nodes: running.nodes })
  }
  server.data = await scratchFolder(t, async () => {
    await running?.end('SIGKILL')
  })
  return server.restart()
}

/** Runs a command of the built program beside the server, on its data; resolves with what it printed. */
export async function mapkeep(server, ...args) {
  const env = { ...server.env, MAPKEEP_DATA: server.data, MAPKEEP_URL: server.url }
  const { code, output } = await run(process.execPath, [main, ...args], { env })
  if (code !== 0) throw new Error(`mapkeep ${args.join(' ')} ended with ${code}: ${output}`)
  return output
}

/** Runs a program to its end; resolves with its exit code and everything it printed. */
export async function run(command, args, { cwd, env }) {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => (output += text))
  const [code] = await once(child, 'close')
  return { code, output }
}

/** This process's environment without anything that steers the server or an uploader. */
export function cleanEnvironment(added) {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(MAPKEEP|DD|DATADOG|AWS)_|^NODE_TEST_CONTEXT$|^NODE_OPTIONS$|_proxy$/i.test(name),
  )
  return { ...Object.fromEntries(kept), ...added }
}

// Before any test begins, so that the stores are not stopped with the first one
const cluster = process.env.MAPKEEP_TEST_STORES === 'cluster' ? await import('../cluster/installation.mjs') : undefined

async function sharedStores() {
  return cluster?.openInstallation()
}

async function launch(server, args) {
  const told = text => (server.output += text)
  const node = await startNode({ env: server.env, args: ['serve', '--port', '0', '--data', server.data, ...args], told })
  return { url: node.url, nodes: [node], end: node.end }
}

/** To the tests three nodes have printed what one would have: who asks the balancer sees one server. */
async function launchNodes(server, args) {
  const told = text => (server.output += text.replace(readyText, ''))
  const running = await server.shared.start({ env: server.env, args, folder: server.data, told })
  server.output += `mapkeep listening on ${running.url}\n`
  return running
}

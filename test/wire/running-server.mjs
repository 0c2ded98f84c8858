import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..', '..')
const main = path.join(root, 'dist', 'main.js')
const readyLine = /^mapkeep \S+ listening on (https?:\/\/\S+)$/m
const patience = 20_000

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
 * The built server as a process of its own on a free port, with an API key and an application key. `output` is everything it ever
 * printed. `restart` starts it again on the same data.
 */
export async function startServer(t, { env = {}, args = [] } = {}) {
  const keys = { apiKey: `mka_${randomBytes(24).toString('base64url')}`, appKey: `mkp_${randomBytes(24).toString('base64url')}` }
  const secrets = { MAPKEEP_BOOTSTRAP_API_KEY: keys.apiKey, MAPKEEP_BOOTSTRAP_APP_KEY: keys.appKey }
  const server = { keys, data: '', output: '', url: '', child: undefined, env: cleanEnvironment({ ...secrets, ...env }) }
  server.stop = () => end(server, 'SIGTERM')
  server.kill = () => end(server, 'SIGKILL')
  server.restart = () => launch(server, ['serve', '--port', '0', '--data', server.data, ...args])
  server.data = await scratchFolder(t, server.kill)
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
    ([name]) => !/^(MAPKEEP|DD|DATADOG)_|^NODE_TEST_CONTEXT$|^NODE_OPTIONS$|_proxy$/i.test(name),
  )
  return { ...Object.fromEntries(kept), ...added }
}

async function launch(server, args) {
  const child = spawn(process.execPath, [main, ...args], { env: server.env, stdio: ['ignore', 'pipe', 'pipe'] })
  server.child = child
  const before = server.output.length
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => (server.output += text))
  server.url = await ready(child, () => server.output.slice(before))
  return server
}

function ready(child, printed) {
  return new Promise((resolve, reject) => {
    const look = () => {
      const url = readyLine.exec(printed())?.[1]
      if (url) settle(resolve, url)
    }
    const fail = why => settle(reject, new Error(`the server ${why}:\n${printed()}`))
    const ended = code => fail(`ended with ${code}`)
    const timer = setTimeout(fail, patience, `was not ready within ${patience} ms`)
    const settle = (how, value) => {
      clearTimeout(timer)
      child.stdout.off('data', look)
      child.off('close', ended)
      how(value)
    }
    child.stdout.on('data', look)
    child.once('close', ended)
  })
}

/** Ends the server and gives its exit code, or the signal that ended it. */
async function end({ child }, signal) {
  if (!child) return undefined
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode ?? child.signalCode
  const closed = once(child, 'close')
  child.kill(signal)
  const [code, by] = await closed
  return code ?? by
}

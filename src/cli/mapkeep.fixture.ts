import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const main = path.resolve(import.meta.dirname, '..', 'main.js')
const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(MAPKEEP_|DD_|DATADOG_|NODE_TEST)/.test(name)))

/** How a command ended. */
export interface Ended {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly output: string
  readonly errors: string
}

/** The program as a process, with what it has said so far. */
export interface Running {
  readonly child: ChildProcess
  readonly said: { output: string; errors: string }
  readonly ended: Promise<Ended>
}

/** Starts the built program. */
export function startMapkeep(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, [main, ...args], { env: { ...inherited, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { output: '', errors: '' }
  child.stdout.setEncoding('utf8').on('data', text => {
    said.output += text
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    said.errors += text
  })
  const ended = once(child, 'close').then(([exitCode, signal]) => ({ exitCode, signal, ...said }))
  return { child, said, ended }
}

/** Runs the built program to its end. */
export function mapkeep(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return startMapkeep(args, environment).ended
}

/** A command line that runs the built program, for a shell. */
export function shellCommand(args: readonly string[]): string {
  return [process.execPath, main, ...args].map(each => `'${each}'`).join(' ')
}

/** A server on a free port, with the keys of {@link keys}. */
export interface Server extends Running {
  readonly url: string
}

/** The keys that test servers start with. */
export const keys = { api: 'test-api-key', application: 'test-application-key' }

/** Starts a server and waits until it is ready. */
export async function startServer(data: string, environment: NodeJS.ProcessEnv = {}): Promise<Server> {
  const bootstrap = { MAPKEEP_BOOTSTRAP_API_KEY: keys.api, MAPKEEP_BOOTSTRAP_APP_KEY: keys.application, MAPKEEP_LOG_LEVEL: 'error' }
  const running = startMapkeep(['serve', '--port', '0', '--data', data], { ...bootstrap, ...environment })
  await Promise.race([waitFor(running, /listening on \S+\n/), running.ended])
  const url = /listening on (\S+)/.exec(running.said.output)?.[1]
  if (!url) throw new Error(`the server did not start: ${running.said.errors}`)
  return { ...running, url }
}

/** Resolves when the program has said something on stdout. */
export async function waitFor({ child, said }: Running, pattern: RegExp): Promise<void> {
  while (!pattern.test(said.output) && child.stdout) await once(child.stdout, 'data')
}

/** The environment of a client of this server. */
export function clientOf({ url }: { readonly url: string }): NodeJS.ProcessEnv {
  return { MAPKEEP_URL: url, DD_API_KEY: keys.api, DD_APP_KEY: keys.application }
}

/** Uploads a small js map and gives the text of the map. */
export async function uploadJs(url: string, { version, name }: { version: string; name: string }): Promise<string> {
  const event = { type: 'js_sourcemap', service: 'shop', version, minified_url: `https://static.example.test/assets/${name}` }
  const map = JSON.stringify({ version: 3, file: name, sources: [`${name}.ts`], names: [], mappings: 'AAAA' })
  const form = new FormData()
  form.set('event', new Blob([JSON.stringify(event)]), 'event')
  form.set('source_map', new Blob([map]), `${name}.map`)
  form.set('minified_file', new Blob(['x()']), name)
  const response = await fetch(`${url}/api/v2/srcmap`, { method: 'POST', headers: { 'dd-api-key': keys.api }, body: form })
  if (!response.ok) throw new Error(`the upload was refused: ${response.status} ${await response.text()}`)
  return map
}

/** Uploads small js maps named 1.js, 2.js, … */
export async function uploadMany(url: string, version: string, count: number): Promise<void> {
  for (let at = 1; at <= count; at++) await uploadJs(url, { version, name: `${at}.js` })
}

/** The flags that select the js maps of a version. */
export function release(version: string): string[] {
  return ['--kind', 'js', '--service', 'shop', '--version', version]
}

/** The files that a table of maps names. */
export function namesIn(output: string): string[] {
  return output.match(/\/assets\/\S+/g) ?? []
}

/** An empty folder that is removed after the tests. */
export function temporaryFolder(): { readonly path: string; readonly remove: () => void } {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mapkeep-cli-'))
  return { path: folder, remove: () => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) }
}

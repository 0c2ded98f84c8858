import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'

const root = path.dirname(import.meta.dirname)
const missing = ['bash', 'curl'].find(program => spawnSync(program, ['--version']).error)

describe('the README, word for word', { skip: missing && `${missing} is missing` }, () => {
  let folder
  let server

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mapkeep-readme-'))
    server = await startServer(path.join(folder, 'data'))
  })

  after(async () => {
    server?.process.kill()
    if (server?.process.exitCode === null) await once(server.process, 'exit')
    fs.rmSync(folder, { recursive: true, force: true })
  })

  test('its shell commands do what it says, one after the other', () => {
    const { status, stdout, stderr } = run(shellBlocks(), server, path.join(folder, 'shop'))
    assert.equal(status, 0, `${stdout}\n${stderr}`)
    for (const line of ['there are   [ ', 'would go    [ ', 'went        [ ', 'came back   [ ']) assert.ok(stdout.includes(line), stdout)
  })

  test('and leave both uploads live', () => {
    const list = version => `node dist/main.js list --kind js --service shop --version ${version} --json`
    for (const version of ['1.4.2', '1.4.3']) {
      const { stdout } = run(list(version), server, folder)
      assert.deepEqual(
        JSON.parse(stdout).data.map(({ attributes }) => attributes.absolute_path),
        ['/assets/cart.js'],
      )
    }
  })
})

function shellBlocks() {
  const text = fs.readFileSync(path.join(root, 'README.md'), 'utf8')
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block).join('\n')
}

/** The same commands, against this test's server and scratch folder instead of the README's. */
function run(commands, { url, apiKey, appKey }, scratch) {
  const script = commands.replaceAll('http://127.0.0.1:8190', url).replaceAll('/tmp/shop', scratch)
  const { PATH, HOME } = process.env
  const env = { PATH, HOME, CI: 'true', NO_COLOR: '1', MAPKEEP_URL: url, DD_API_KEY: apiKey, DD_APP_KEY: appKey }
  return spawnSync('bash', ['--norc', '-euo', 'pipefail', '-c', script], { cwd: root, env, encoding: 'utf8', timeout: 120_000 })
}

/** A server on an empty store, and the keys it prints. */
async function startServer(data) {
  const { PATH, HOME } = process.env
  const args = ['dist/main.js', 'serve', '--port', '0', '--data', data]
  const child = spawn(process.execPath, args, { cwd: root, env: { PATH, HOME }, stdio: ['ignore', 'pipe', 'ignore'] })
  const found = {}
  for await (const line of createInterface({ input: child.stdout })) {
    const [, url] = / listening on (http:\S+)/.exec(line) ?? []
    const [, type, key] = /^(api|application) key +(\S+)/.exec(line) ?? []
    if (url) found.url = url
    if (type) found[type === 'api' ? 'apiKey' : 'appKey'] = key
    if (found.url && found.apiKey && found.appKey) return { ...found, process: child }
  }
  throw new Error('the server ended before it was ready')
}

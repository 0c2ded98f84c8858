import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import https from 'node:https'
import net from 'node:net'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts } from '../../dist/blobs/s3/free-ports.fixture.js'
import { call, jsFiles } from './api.mjs'
import { cleanEnvironment, run, scratchFolder, startServer } from './running-server.mjs'

const root = path.join(import.meta.dirname, '..', '..')
const certificates = path.join(root, 'test', 'fixtures', 'tls')
const host = '127.0.0.1'
const env = cleanEnvironment({})

test('behind nginx as the documentation sets it up', async t => {
  const installed = await run('nginx', ['-v'], { env }).catch(() => undefined)
  if (!installed) return t.skip('nginx is not installed (Debian: nginx-light)')
  const server = await startServer(t, { env: { MAPKEEP_TRUST_PROXY: 'loopback' } })
  const proxy = await startNginx(t, server)

  await t.test('a large upload arrives, and the trail shows the address of the client, whatever it claims', async () => {
    const { status, text } = await upload(proxy, server.keys.apiKey, { 'X-Forwarded-For': '192.0.2.7' })
    assert.equal(status, 200, text)
    const trail = await call(server, 'GET /api/mapkeep/v1/audit', { query: { 'filter[action]': 'upload' } })
    assert.equal(trail.json.data[0].attributes.address, '127.0.0.2')
  })

  await t.test('an upload that is refused before it has come gets its answer', async () => {
    const { status, text } = await upload(proxy, 'not-a-key')
    assert.equal(status, 403)
    assert.equal(typeof JSON.parse(text).errors[0], 'string')
  })

  await t.test('a selection of a thousand ids passes', async () => {
    const ids = Array.from({ length: 1000 }, () => 'filter%5Bid%5D=0f9d5e6c-7e1a-4c55-9f6f-3a9f2c1b7a10').join('&')
    const headers = { 'DD-API-KEY': server.keys.apiKey, 'DD-APPLICATION-KEY': server.keys.appKey }
    const { status, text } = await ask(proxy, { path: `/api/v2/sourcemaps/list?mapkind=ios&${ids}`, headers })
    assert.equal(status, 200, text)
  })

  await t.test('no query comes into the access log', { timeout: 60_000 }, async () => {
    assert.equal((await ask(proxy, { path: '/healthz?api_key=hush' })).status, 200)
    // nginx writes the line when it has answered
    let log = ''
    for (; !log.includes('"GET /healthz" 200'); await sleep(20)) log = await fs.readFile(proxy.log, 'utf8')
    assert.doesNotMatch(log, /hush|filter/)
  })
})

/** nginx with the block of the documentation, in which only names of files, addresses and ports are replaced. */
async function startNginx(t, server) {
  let child
  const folder = await scratchFolder(t, async () => {
    if (!child || child.exitCode !== null) return
    child.kill()
    await once(child, 'close')
  })
  const [port] = await freePorts(1)
  const [log, config] = [path.join(folder, 'access.log'), path.join(folder, 'nginx.conf')]
  const replaced = [
    ['listen 443 ssl', `listen ${host}:${port} ssl`],
    ['/etc/ssl/maps.example.com.pem', path.join(certificates, 'server.pem')],
    ['/etc/ssl/maps.example.com.key', path.join(certificates, 'server.key')],
    ['/var/log/nginx/mapkeep.log', log],
    // One of them where there are several: their own balancer believes no other proxy
    ['http://127.0.0.1:8190', server.nodes[0].url],
  ]
  const block = replaced.reduce(replaceOnce, await documented())
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(name => `${name}_temp_path ${folder}/${name};`).join(' ')
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  await fs.writeFile(config, `${user} daemon off; pid ${folder}/pid; error_log ${folder}/error.log; events {} http { ${places} ${block} }`)
  const args = ['-c', config, '-e', path.join(folder, 'error.log')]
  const { code, output } = await run('nginx', ['-t', ...args], { env })
  assert.equal(code, 0, output)
  assert.doesNotMatch(output, /\[(warn|error|emerg)\]/)
  child = spawn('nginx', args, { env, stdio: 'ignore' })
  while (child.exitCode === null && !(await reachable(port))) await sleep(50)
  return { port, log, ca: await fs.readFile(path.join(certificates, 'ca.pem')) }
}

async function documented() {
  const page = await fs.readFile(path.join(root, 'docs', 'operate', 'tls.md'), 'utf8')
  const [, block] = /^```nginx\n([\s\S]*?)^```/m.exec(page) ?? []
  assert.ok(block, 'the page has an nginx block')
  return block
}

function replaceOnce(text, [from, to]) {
  assert.equal(text.split(from).length, 2, `${from} is in the block once`)
  return text.replace(from, () => to)
}

/** Uploads a map with 20 MB of code, from an address of its own. */
async function upload(proxy, apiKey, more = {}) {
  const form = new FormData()
  form.set('event', JSON.stringify({ type: 'js_sourcemap', service: 'shop', version: '1', minified_url: 'https://static.example/a.js' }))
  const files = { ...jsFiles('a'), minified_file: 'x'.repeat(20_000_000) }
  for (const [part, content] of Object.entries(files)) form.set(part, new Blob([content]), part)
  const message = new Response(form)
  const headers = { 'DD-API-KEY': apiKey, 'content-type': message.headers.get('content-type'), ...more }
  return ask(proxy, { method: 'POST', path: '/api/v2/srcmap', headers, body: Buffer.from(await message.arrayBuffer()) })
}

function ask({ port, ca }, { body, ...options }) {
  return new Promise((resolve, reject) => {
    const fixed = { host, port, ca, localAddress: '127.0.0.2', servername: 'api.mapkeep.test', agent: false }
    const sent = https.request({ ...fixed, ...options }, async incoming => {
      let text = ''
      for await (const chunk of incoming) text += chunk
      resolve({ status: incoming.statusCode, text })
    })
    sent.on('error', reject).end(body)
  })
}

function reachable(port) {
  return new Promise(resolve => {
    const socket = net.connect(port, host, () => resolve(true))
    socket.on('error', () => resolve(false)).on('connect', () => socket.destroy())
  })
}

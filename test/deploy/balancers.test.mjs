import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts } from '../../dist/blobs/s3/free-ports.fixture.js'
import { everyMap } from '../wire/api.mjs'
import { scratchFolder, startServer } from '../wire/running-server.mjs'
import { read } from './files.mjs'

const absent = program => spawnSync(program, ['-v']).error && `${program} is missing`

/** Both balancers with our configuration, changed in nothing but addresses, names and places. */
const balancers = {
  haproxy: {
    missing: absent('haproxy'),
    start: ({ folder, port, nodes }) => {
      const text = nodes.reduce((made, node, index) => made.replace(`node${index + 1}:8190`, node), read('deploy/haproxy.cfg'))
      const file = path.join(folder, 'haproxy.cfg')
      const used = text.replace('bind :8190', `bind 127.0.0.1:${port}`).replace('127.0.0.1:8191', `unix@${path.join(folder, 'self')}`)
      fs.writeFileSync(file, used.replace(/^ {2}server node3.*$/m, ''))
      execFileSync('haproxy', ['-c', '-q', '-f', file], { stdio: 'pipe' })
      return { command: ['haproxy', '-db', '-f', file], url: `http://127.0.0.1:${port}`, log: 'stdout' }
    },
  },
  nginx: {
    missing: absent('nginx') ?? absent('openssl'),
    start: ({ folder, port, nodes }) => {
      const [key, certificate] = ['key', 'crt'].map(ending => path.join(folder, `mapkeep.${ending}`))
      const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
      execFileSync(
        'openssl',
        ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', certificate, ...subject],
        { stdio: 'pipe' },
      )
      const servers = nodes.map(node => `server ${node} max_fails=1 fail_timeout=30s;`).join(' ')
      const site = read('deploy/nginx.conf')
        .replace('server 127.0.0.1:8190 max_fails=1 fail_timeout=30s;', servers)
        .replace('listen 443 ssl;', `listen 127.0.0.1:${port} ssl;`)
        .replace('listen [::]:443 ssl;', '')
        .replaceAll('/etc/nginx/tls', folder)
        .replace('/var/log/nginx/mapkeep.log', path.join(folder, 'log'))
      const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(name => `${name}_temp_path ${path.join(folder, name)};`)
      const file = path.join(folder, 'nginx.conf')
      fs.writeFileSync(
        file,
        `daemon off; pid ${folder}/pid; error_log stderr; worker_processes 1; events {}\nhttp { ${places.join(' ')}\n${site}\n}`,
      )
      execFileSync('nginx', ['-t', '-q', '-c', file], { stdio: 'pipe' })
      return {
        command: ['nginx', '-c', file],
        url: `https://127.0.0.1:${port}`,
        certificate: fs.readFileSync(certificate),
        log: path.join(folder, 'log'),
      }
    },
  },
}

for (const [name, { missing, start }] of Object.entries(balancers)) {
  test(`${name} with our configuration`, { skip: missing }, async t => {
    const server = await startServer(t)
    const [gone] = await freePorts(1)
    const balancer = await run(t, start, [`127.0.0.1:${gone}`, new URL(server.url).host])

    await t.test('fails at most what it sent to a node that is not there, and leaves that out', async () => {
      const answers = []
      for (let number = 0; number < 20; number++) answers.push((await ask(balancer, { path: '/readyz' })).status)
      const failed = answers.filter(status => status !== 200)
      // nginx would send on what a node has seen, too, so it sends on nothing, and tries that node again every thirty seconds
      if (name === 'haproxy') assert.deepEqual(failed, [])
      else assert.ok(failed.length < 5 && failed.every(status => status === 502), failed.join())
    })

    await t.test('sends uploads on as they come, and stores them', async () => {
      const answer = await uploadInTwoHalves(balancer, server)
      assert.equal(answer.status, 200, answer.text)
      assert.equal((await everyMap(server)).length, 1)
    })

    await t.test('takes a selection of a thousand ids', async () => {
      const ids = Array.from({ length: 1000 }, (_, index) => `filter[id]=${10 ** 9 + index}`).join('&')
      const { status, text } = await ask(balancer, {
        path: `/api/v2/sourcemaps/list?mapkind=js&filter[service]=shop&filter[version]=1&${ids}`,
        headers: keysOf(server),
      })
      assert.equal(status, 200, text)
    })

    await t.test('has no query strings in its log', async () => {
      await ask(balancer, { path: '/healthz?dd-api-key=secret-in-a-query' })
      const logged = () => (balancer.log === 'stdout' ? balancer.output : fs.readFileSync(balancer.log, 'utf8'))
      await until(() => /\/healthz/.test(logged()))
      assert.doesNotMatch(logged(), /secret-in-a-query/)
    })
  })
}

test('haproxy leaves out a node that is there and not ready, and comes back to it', { skip: balancers.haproxy.missing }, async t => {
  const nodes = await Promise.all(['a', 'b'].map(name => startNode(t, name)))
  const balancer = await run(
    t,
    balancers.haproxy.start,
    nodes.map(node => node.host),
  )
  const answering = async () => {
    const names = await Promise.all(Array.from({ length: 10 }, () => ask(balancer, { path: '/' }).then(({ text }) => text)))
    return [...new Set(names)].sort().join()
  }
  await until(async () => (await answering()) === 'a,b')
  nodes[0].ready = false
  await until(async () => (await answering()) === 'b')
  nodes[0].ready = true
  await until(async () => (await answering()) === 'a,b')
})

/** A program that answers with its name, and with 503 on /readyz when it is told to: a real node cannot be told. */
async function startNode(t, name) {
  const node = { ready: true, host: '' }
  const server = http.createServer(({ url }, response) => response.writeHead(url === '/readyz' && !node.ready ? 503 : 200).end(name))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => server.close().closeAllConnections())
  node.host = `127.0.0.1:${server.address().port}`
  return node
}

async function run(t, start, nodes) {
  const folder = await scratchFolder(t, () => stop())
  const [port] = await freePorts(1)
  const balancer = { ...start({ folder, port, nodes }), output: '' }
  const [program, ...args] = balancer.command
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = once(child, 'close')
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => (balancer.output += text))
  const stop = async () => {
    child.kill('SIGTERM')
    await closed
  }
  await until(() =>
    ask(balancer, { path: '/healthz' }).then(
      ({ status }) => status === 200,
      () => false,
    ),
  )
  return balancer
}

/** One request through the balancer; `send` writes the body. */
async function ask({ url, certificate }, { path: target, method = 'GET', headers = {}, send = request => request.end() }) {
  const { request } = url.startsWith('https') ? https : http
  const asked = request(url + target, { method, headers, ca: certificate, agent: false })
  const answered = once(asked, 'response')
  await Promise.all([send(asked), answered])
  const [response] = await answered
  const chunks = await response.toArray()
  return { status: response.statusCode, text: Buffer.concat(chunks).toString() }
}

/** Holds the second half of the body back until the node has begun to store the first: only a balancer that streams lets that happen. */
function uploadInTwoHalves(balancer, server) {
  const event = { type: 'js_sourcemap', service: 'shop', version: '1', minified_url: 'https://static.example.com/a.js' }
  const boundary = 'two-halves'
  const part = (name, more, text) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${text}\r\n`
  const filler = 'x'.repeat(8 * 1024 * 1024)
  const map = JSON.stringify({ version: 3, sources: ['a.ts'], names: [], mappings: 'AAAA', sourcesContent: [filler] })
  const body = Buffer.from(
    `${part('event', '', JSON.stringify(event))}${part('source_map', '; filename="a.js.map"', map)}${part('minified_file', '; filename="a.js"', 'a()')}--${boundary}--\r\n`,
  )
  const half = body.length / 2
  const headers = { ...keysOf(server), 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-length': body.length }
  return ask(balancer, {
    path: '/api/v2/srcmap',
    method: 'POST',
    headers,
    send: async request => {
      request.write(body.subarray(0, half))
      await until(() => bytesBelow(path.join(server.data, 'blobs')) > half / 2)
      request.end(body.subarray(half))
    },
  })
}

const bytesBelow = folder =>
  fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .reduce(
      (sum, entry) => sum + (fs.statSync(path.join(entry.parentPath ?? entry.path, entry.name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    )

const keysOf = ({ keys }) => ({ 'dd-api-key': keys.apiKey, 'dd-application-key': keys.appKey })

/** Waits until something is so; for as long as the test runner lets it. */
async function until(isSo) {
  while (!(await isSo())) await sleep(50)
}

import assert from 'node:assert/strict'
import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { createRequire } from 'node:module'
import net from 'node:net'
import path from 'node:path'
import { test } from 'node:test'
import tls from 'node:tls'
import { commands } from './datadog-ci-commands.mjs'
import { startServer } from './running-server.mjs'
import { appleToolNames, datadogCi, inputsInGit, missingProgram } from './uploaders.mjs'

const { client, v1, v2 } = createRequire(import.meta.url)('@datadog/datadog-api-client')
const certificates = path.join(import.meta.dirname, '..', 'fixtures', 'tls')
const authority = path.join(certificates, 'ca.pem')
const site = 'mapkeep.test'
const chosen = ['sourcemaps upload under a URL', 'react-native upload for ios', 'elf-symbols upload', 'dsyms upload']

test('with a site of its own as DD_SITE and nothing else', async t => {
  const env = { MAPKEEP_TLS_CERT: path.join(certificates, 'server.pem'), MAPKEEP_TLS_KEY: path.join(certificates, 'server.key') }
  const server = await startServer(t, { env })
  const { folder } = await inputsInGit(t)
  const names = await nameServer(t, server)
  const pointing = { DD_SITE: site, NODE_EXTRA_CA_CERTS: authority, HTTPS_PROXY: names.url }
  const place = { server, folder, bin: await appleToolNames(t), pointing }
  const official = officialClient(t, server)

  for (const { name, args, needs = [], maps, zipped } of commands.filter(each => chosen.includes(each.name))) {
    await t.test(`the unmodified datadog-ci uploads by TLS: ${name}`, async each => {
      const missing = await missingProgram(needs)
      if (missing) return each.skip(missing)
      names.asked.clear()
      const { code, output } = await datadogCi(place, ...args)
      assert.equal(code, 0, output)
      assert.doesNotMatch(output, /Failed upload|could not be uploaded|WARN/i)
      // Not every command has metrics to send to the first
      names.asked.delete(`api.${site}:443`)
      assert.deepEqual([...names.asked], [`sourcemap-intake.${site}:443`])
      const [{ mapkind, service, version }] = maps
      const release = service ? { filterService: [service], filterVersion: [version] } : {}
      const { data } = await new v2.RUMApi(official).listSourcemaps({ mapkind, ...release })
      if (zipped) assert.ok(data.length >= maps.length)
      else assert.equal(data.length, maps.length)
    })
  }

  await t.test('the official API client reaches the server, and has its key checked there', async () => {
    const { valid } = await new v1.AuthenticationApi(official).validate()
    assert.equal(valid, true)
  })
})

/**
 * Stands in for DNS and port 443, which a test cannot have: a proxy that joins connections to the names of the site with the server's
 * port, as they are, and notes every name that was asked for. TLS goes through it untouched, from the client to mapkeep.
 */
async function nameServer(t, server) {
  const asked = new Set()
  const proxy = http.createServer((_, response) => response.writeHead(403).end())
  proxy.on('connect', ({ url }, socket) => {
    asked.add(url)
    if (!url.endsWith(`.${site}:443`)) return socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
    const onward = net.connect(Number(new URL(server.url).port), '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
    for (const [from, to] of [
      [socket, onward],
      [onward, socket],
    ])
      from.on('error', () => to.destroy()).pipe(to)
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  t.after(() => proxy.close())
  return { asked, url: `http://127.0.0.1:${proxy.address().port}` }
}

/** The official client with nothing but DD_SITE and keys. It takes no proxy, so the same is done to its connections. */
function officialClient(t, { url, keys }) {
  const usual = https.globalAgent
  const ca = fs.readFileSync(authority)
  const agent = new https.Agent()
  agent.createConnection = ({ host }) => tls.connect({ host: '127.0.0.1', port: new URL(url).port, servername: host, ca })
  https.globalAgent = agent
  process.env.DD_SITE = site
  t.after(() => {
    https.globalAgent = usual
    delete process.env.DD_SITE
  })
  const configuration = client.createConfiguration({ authMethods: { apiKeyAuth: keys.apiKey, appKeyAuth: keys.appKey } })
  configuration.unstableOperations['v2.listSourcemaps'] = true
  return configuration
}

import assert from 'node:assert/strict'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { clientOf, mapkeep } from './mapkeep.fixture.ts'
import { ownServer } from './own-server.fixture.ts'

const server = ownServer()

describe('a server that is not as it should be', () => {
  const ask = (url: string) => mapkeep(['list', '--service', 'a', '--version', '1'], { MAPKEEP_URL: url, DD_API_KEY: 'a', DD_APP_KEY: 'b' })

  test('cannot be reached: exit code 3', async () => {
    const closed = http.createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => closed.once('listening', resolve))
    const { port } = closed.address() as AddressInfo
    await new Promise(resolve => closed.close(resolve))
    const { exitCode, errors } = await ask(`http://127.0.0.1:${port}`)
    assert.equal(exitCode, 3)
    assert.equal(
      errors,
      `mapkeep: could not reach http://127.0.0.1:${port}: nothing listens there (ECONNREFUSED); MAPKEEP_URL names the server\n`,
    )
  })

  test('refuses the keys: exit code 1', async () => {
    const { exitCode, errors } = await ask(server.url)
    assert.equal(exitCode, 1)
    assert.match(errors, /not valid/)
  })

  const answers: [string, (response: http.ServerResponse) => void, number, RegExp][] = [
    ['answers with a page of a proxy', response => response.writeHead(502).end('<html>'), 1, /answered 502 Bad Gateway/],
    ['sends the request elsewhere', response => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(), 1, /answered 302/],
    ['refuses in strings', response => response.writeHead(429).end('{"errors":["Too many requests"]}'), 1, /^mapkeep: Too many requests$/m],
    [
      'stops in the middle',
      response => response.writeHead(200, { 'content-length': '99' }).write('{"data":[', () => response.destroy()),
      3,
      /broke off/,
    ],
    ['leaves off the end', response => response.writeHead(200).end('{"data":['), 3, /broke off/],
  ]
  for (const [name, answer, exitCode, message] of answers)
    test(`${name}: exit code ${exitCode}`, async () => {
      const other = http.createServer((_, response) => answer(response)).listen(0, '127.0.0.1')
      await new Promise(resolve => other.once('listening', resolve))
      const ended = await ask(`http://127.0.0.1:${(other.address() as AddressInfo).port}`)
      other.close()
      other.closeAllConnections()
      assert.equal(ended.exitCode, exitCode, ended.errors)
      assert.match(ended.errors, message)
    })
})

test('a deletion whose answer is lost again and again is asked for under one name and then said to be in doubt', async () => {
  const item = { id: '1', type: 'sourcemaps', attributes: { mapkind: 'ios', size: 3, created_at: '2026-01-01T00:00:00.000Z' } }
  const plan = { id: 'pln_1', expires_at: '2026-01-01T01:00:00.000Z' }
  const answer = (dryRun: boolean) => JSON.stringify({ data: [item], meta: { dry_run: dryRun, plan } })
  const names: (string | string[] | undefined)[] = []
  const losing = http
    .createServer((request, response) => {
      const dryRun = request.url?.includes('dry_run=true') ?? false
      if (!dryRun) names.push(request.headers['idempotency-key'])
      response.writeHead(200, { 'content-length': String(answer(dryRun).length) })
      if (dryRun) response.end(answer(true))
      else response.write(answer(false).slice(0, 5), () => response.destroy())
    })
    .listen(0, '127.0.0.1')
  await new Promise(resolve => losing.once('listening', resolve))
  const url = `http://127.0.0.1:${(losing.address() as AddressInfo).port}`
  const environment = { ...clientOf(server), MAPKEEP_URL: url }
  const attempts = [[], ['--json']].map(async more => {
    const { exitCode, output, errors } = await mapkeep(['delete', '--kind', 'ios', '--id', '1', '--yes', ...more], environment)
    assert.equal(exitCode, 3)
    assert.equal(errors.match(/broke off.*asking again/g)?.length, 3, errors)
    assert.match(errors, /may have been made all the same; look with: mapkeep operations/)
    assert.doesNotMatch(output, more.length > 0 ? /./ : /Deleted/)
  })
  await Promise.all(attempts)
  assert.equal(names.length, 8)
  assert.equal(new Set(names).size, 2)
  losing.close()
  losing.closeAllConnections()
})

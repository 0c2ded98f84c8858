import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { Connection } from '../catalog/sqlite/connection.ts'
import { keys, type Server, startMapkeep, startServer, temporaryFolder, uploadJs } from '../cli/mapkeep.fixture.ts'

const folder = temporaryFolder()
after(folder.remove)
const fresh = () => fs.mkdtempSync(path.join(folder.path, 'read-only-'))
const readOnly = { MAPKEEP_READ_ONLY: 'on' }
const headers = { 'DD-API-KEY': keys.api, 'DD-APPLICATION-KEY': keys.application }

const stop = async (server: Server) => {
  server.child.kill('SIGTERM')
  await server.ended
}

async function filled(): Promise<string> {
  const data = fresh()
  const server = await startServer(data)
  await uploadJs(server.url, { version: '1.0', name: 'a.js' })
  await stop(server)
  return data
}

/** The digest of every file but those that only say who works on them; `-shm` and `-wal` are SQLite's scratch when they are empty. */
function digests(data: string): Record<string, string> {
  const files = fs.readdirSync(data, { recursive: true, encoding: 'utf8' }).filter(each => fs.statSync(path.join(data, each)).isFile())
  const told = files.filter(each => !/lock|-shm$|-wal$/.test(each))
  return Object.fromEntries(
    told.sort().map(each => [
      each,
      createHash('sha256')
        .update(fs.readFileSync(path.join(data, each)))
        .digest('hex'),
    ]),
  )
}

describe('a server that only answers reads', () => {
  test('answers them, refuses the rest, is ready, and changes no file', async () => {
    const data = await filled()
    const before = digests(data)
    const server = await startServer(data, readOnly)
    const ask = async (method: string, route: string) => (await fetch(server.url + route, { method, headers })).status
    const release = 'mapkind=js&filter[service]=shop&filter[version]=1.0'
    assert.deepEqual(
      [
        await ask('GET', `/api/v2/sourcemaps/list?${release}`),
        await ask('GET', '/readyz'),
        await ask('DELETE', `/api/v2/sourcemaps?${release}`),
        await ask('POST', '/api/v2/srcmap'),
      ],
      [200, 200, 503, 503],
    )
    await stop(server)
    assert.deepEqual(digests(data), before)
  })

  test('makes no installation where none is', async () => {
    const data = fresh()
    const { exitCode, errors } = await startMapkeep(['serve', '--port', '0', '--data', data], readOnly).ended
    assert.equal(exitCode, 1)
    assert.match(errors, /there is no catalog/)
  })

  test('does not bring an older catalog up to date', async () => {
    const data = await filled()
    const file = new Connection(path.join(data, 'catalog.db'), 'write')
    file.exec('delete from kysely_migration where name = (select max(name) from kysely_migration)')
    file.close()
    const { exitCode, errors } = await startMapkeep(['serve', '--port', '0', '--data', data], readOnly).ended
    assert.deepEqual([exitCode, /mapkeep migrate/.test(errors)], [1, true], errors)
  })
})

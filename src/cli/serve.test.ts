import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { clientOf, keys, mapkeep, startMapkeep, startServer, temporaryFolder, uploadJs, waitFor } from './mapkeep.fixture.ts'

const folder = temporaryFolder()
after(folder.remove)
const fresh = () => fs.mkdtempSync(path.join(folder.path, 'data-'))

describe('mapkeep serve', { concurrency: 2 }, () => {
  test('says where it listens, then shows the first keys, once', async () => {
    const data = fresh()
    const first = startMapkeep(['serve', '--port', '0', '--data', data])
    await waitFor(first, /application key.*\n/)
    const lines = first.said.output.trimEnd().split('\n')
    assert.match(lines[0] ?? '', /^mapkeep \d+\.\d+\.\d+\S* listening on http:\/\/127\.0\.0\.1:\d+$/)
    assert.match(lines[1] ?? '', /^api key {10}mka_[\w-]{43} {3}\(shown once\)$/)
    assert.match(lines[2] ?? '', /^application key {2}mkp_[\w-]{43} {3}\(shown once; rum_apps_read rum_delete_data mapkeep_admin\)$/)
    assert.equal(lines.length, 3)
    first.child.kill('SIGTERM')
    assert.equal((await first.ended).exitCode, 0)

    const second = await startServer(data, { MAPKEEP_BOOTSTRAP_API_KEY: '', MAPKEEP_BOOTSTRAP_APP_KEY: '' })
    second.child.kill('SIGINT')
    const { exitCode, output } = await second.ended
    assert.equal(exitCode, 0)
    assert.doesNotMatch(output, /key/)
  })

  test('takes the first keys from the environment and never prints them', async () => {
    const server = await startServer(fresh(), { MAPKEEP_LOG_LEVEL: 'trace' })
    await uploadJs(server.url, { version: '1', name: 'a.js' })
    const listed = await mapkeep(['list', '--service', 'shop', '--version', '1', '--json'], clientOf(server))
    assert.equal(listed.exitCode, 0)
    server.child.kill('SIGTERM')
    const { output, errors } = await server.ended
    for (const key of Object.values(keys)) assert.ok(!(output + errors).includes(key))
  })

  test('makes up only the key that was not given', async () => {
    const server = await startServer(fresh(), { MAPKEEP_BOOTSTRAP_APP_KEY: '' })
    await waitFor(server, /application key.*\n/)
    assert.doesNotMatch(server.said.output, /api key/)
    server.child.kill('SIGTERM')
    await server.ended
  })

  test('is the only server of its folder, until it is gone, even by a kill', async () => {
    const data = fresh()
    const first = await startServer(data)
    const second = await mapkeep(['serve', '--port', '0', '--data', data])
    assert.equal(second.exitCode, 1)
    assert.match(second.errors, /^mapkeep: another mapkeep server already works on .*data-/m)
    first.child.kill('SIGKILL')
    await first.ended
    const third = await startServer(data)
    third.child.kill('SIGTERM')
    assert.equal((await third.ended).exitCode, 0)
  })

  test('a port in use is one clear line and makes no keys that nobody saw', async () => {
    const first = await startServer(fresh())
    const data = fresh()
    const port = new URL(first.url).port
    const second = await mapkeep(['serve', '--port', port, '--data', data, '--host', '127.0.0.1'])
    assert.equal(second.exitCode, 1)
    assert.match(second.errors, new RegExp(`^mapkeep: cannot listen on 127.0.0.1, port ${port} .*another program uses it$`, 'm'))
    const listed = await mapkeep(['orgs', 'list', '--data', data, '--json'])
    assert.deepEqual(JSON.parse(listed.output), { data: [] })
    first.child.kill('SIGTERM')
    await first.ended
  })

  test('a folder that cannot be used is one clear line', async () => {
    const file = path.join(fresh(), 'file')
    fs.writeFileSync(file, '')
    const { exitCode, errors } = await mapkeep(['serve', '--data', path.join(file, 'below')])
    assert.equal(exitCode, 1)
    assert.match(errors, /^mapkeep: cannot use .*file.*MAPKEEP_DATA\)\n$/)
  })

  test('a file that is no catalog is one clear line', async () => {
    const data = fresh()
    fs.writeFileSync(path.join(data, 'catalog.db'), 'something else altogether\n'.repeat(100))
    const { exitCode, errors } = await mapkeep(['serve', '--port', '0', '--data', data])
    assert.equal(exitCode, 1)
    assert.match(errors, /^mapkeep: cannot open the catalog .*catalog\.db: it is no SQLite database/m)
  })

  test('faulty settings are wrong usage, all of them at once', async () => {
    const { exitCode, errors, output } = await mapkeep(['serve', '--port', 'x'], {
      MAPKEEP_UNDO_WINDOW: 'y',
      MAPKEEP_BOOTSTRAP_API_KEY: 'hush hush',
    })
    assert.equal(exitCode, 2)
    for (const name of ['MAPKEEP_PORT', 'MAPKEEP_UNDO_WINDOW', 'MAPKEEP_BOOTSTRAP_API_KEY']) assert.match(errors, new RegExp(name))
    assert.doesNotMatch(output + errors, /hush/)
  })

  test('one secret for both of the first keys is wrong usage, before anything is made', async () => {
    const data = path.join(fresh(), 'data')
    const same = { MAPKEEP_BOOTSTRAP_API_KEY: 'hush', MAPKEEP_BOOTSTRAP_APP_KEY: 'hush' }
    const { exitCode, errors } = await mapkeep(['serve', '--port', '0', '--data', data], same)
    assert.equal(exitCode, 2)
    assert.doesNotMatch(errors, /hush/)
    assert.equal(fs.existsSync(data), false)
  })

  test('a variable that is no setting is named, and does not stop the start', async () => {
    const server = await startServer(fresh(), { MAPKEEP_PROT: '1' })
    assert.match(server.said.errors, /MAPKEEP_PROT is set, but there is no such setting/)
    server.child.kill('SIGTERM')
    assert.equal((await server.ended).exitCode, 0)
  })

  test('waits for requests in flight when it is stopped, but not for ever, and a second signal ends it at once', async () => {
    const hold = async (grace: string) => {
      const server = await startServer(fresh(), { MAPKEEP_SHUTDOWN_GRACE: grace })
      const body = new ReadableStream({ start: control => control.enqueue(Buffer.from('--b\r\n')) })
      const headers = { 'dd-api-key': keys.api, 'content-type': 'multipart/form-data; boundary=b' }
      const upload = fetch(`${server.url}/api/v2/srcmap`, { method: 'POST', headers, body, duplex: 'half' } as RequestInit)
      const failed = assert.rejects(upload)
      await new Promise(resolve => setTimeout(resolve, 300))
      server.child.kill('SIGTERM')
      return { ...server, failed }
    }
    const short = await hold('500ms')
    assert.equal((await short.ended).exitCode, 0)
    await short.failed
    const long = await hold('1h')
    await new Promise(resolve => setTimeout(resolve, 300))
    assert.equal(long.child.exitCode, null)
    long.child.kill('SIGTERM')
    assert.equal((await long.ended).exitCode, 143)
    await long.failed
  })
})

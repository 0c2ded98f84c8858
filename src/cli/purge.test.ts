import assert from 'node:assert/strict'
import { cpSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { clientOf, mapkeep, type Server, startServer, temporaryFolder, uploadJs } from './mapkeep.fixture.ts'

const folder = temporaryFolder()
const data = path.join(folder.path, 'data')
let server: Server
before(async () => {
  // The first of its own purges is over when something is deleted, and the next one far
  server = await startServer(data, { MAPKEEP_UNDO_WINDOW: '0s', MAPKEEP_PURGE_INTERVAL: '1d' })
})
after(async () => {
  server.child.kill('SIGKILL')
  await server.ended
  folder.remove()
})

const purge = (...flags: string[]) => mapkeep(['purge', '--data', data, ...flags])
const filesKept = () =>
  readdirSync(path.join(data, 'blobs'), { recursive: true, encoding: 'utf8' }).filter(name => /[0-9a-f]{64}-/.test(name)).length

test('mapkeep purge says what it would do, does it beside a running server, and has nothing to do after that', async () => {
  for (const name of ['a.js', 'b.js', 'c.js']) await uploadJs(server.url, { version: '1', name })
  const selection = ['--kind', 'js', '--service', 'shop', '--version', '1']
  assert.equal((await purge()).output, 'Nothing is due.\n')
  assert.equal((await mapkeep(['delete', ...selection, '--yes'], clientOf(server))).exitCode, 0)
  const kept = filesKept()
  assert.ok(kept > 0)

  const dry = JSON.parse((await purge('--dry-run', '--json')).output)
  assert.deepEqual([dry.dry_run, dry.deletions, dry.count, dry.held], [true, 1, 3, 0])
  assert.ok(dry.freed_size > 0)
  assert.match(
    (await purge('--dry-run')).output,
    /^deletions due +1\nmaps to be purged +3\nbytes as uploaded +\d+ B\nbytes to be freed +\d+ B\n$/,
  )
  assert.equal(filesKept(), kept)

  const { exitCode, output, errors } = await purge('--json')
  assert.deepEqual([exitCode, errors], [0, ''])
  assert.deepEqual(JSON.parse(output), { ...dry, dry_run: false })
  assert.equal(filesKept(), 0)
  assert.equal((await purge()).output, 'Nothing is due.\n')
  const restored = await mapkeep(['restore', ...selection, '--yes'], clientOf(server))
  assert.equal(restored.exitCode, 1)
})

test('mapkeep purge refuses blobs of another installation, and folders without any', async () => {
  const other = path.join(folder.path, 'other')
  await mapkeep(['migrate', '--data', other])
  const empty = await mapkeep(['purge', '--data', other])
  assert.equal(empty.exitCode, 1)
  assert.match(empty.errors, /no blobs of mapkeep in .*other/)
  cpSync(path.join(data, 'blobs'), path.join(other, 'blobs'), { recursive: true, filter: name => !name.endsWith('-lock') })
  for (const flags of [[], ['--dry-run']]) {
    const { exitCode, errors } = await mapkeep(['purge', '--data', other, ...flags])
    assert.equal(exitCode, 1)
    assert.match(errors, /another installation/)
  }
})

import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { postgresMissing } from '../catalog/postgres/postgres-programs.fixture.ts'
import { startPostgres } from '../catalog/postgres/postgres-server.fixture.ts'
import { stop, uploadLarge } from './backup.fixture.ts'
import { clientOf, mapkeep, namesIn, release, startServer, temporaryFolder, uploadMany } from './mapkeep.fixture.ts'

const folder = temporaryFolder()
after(folder.remove)
const impatient = { MAPKEEP_UNDO_WINDOW: '0s', MAPKEEP_PURGE_INTERVAL: '1s' }

test('mapkeep purge --suspend keeps servers and commands from purging until --resume, or until its time is over', async () => {
  const data = path.join(folder.path, 'data')
  const server = await startServer(data, impatient)
  const purge = (...flags: string[]) => mapkeep(['purge', '--data', data, ...flags])
  await uploadMany(server.url, '1', 3)
  const suspended = JSON.parse((await purge('--suspend', '6h', '--json')).output)
  assert.ok(Date.parse(suspended.suspended_until) > Date.now() + 5 * 3_600_000)
  await mapkeep(['delete', ...release('1'), '--yes'], clientOf(server))
  const refused = await purge()
  assert.deepEqual([refused.exitCode, refused.output], [1, ''])
  assert.match(refused.errors, /nothing is purged now: .* or until mapkeep purge --resume/)
  assert.equal(JSON.parse((await purge('--dry-run', '--json')).output).count, 3)
  await stop(server)
  assert.equal((await purge('--resume')).output, 'Purging goes on.\n')
  assert.equal(JSON.parse((await purge('--json')).output).count, 3)
  await purge('--suspend', '1ms')
  assert.equal((await purge()).exitCode, 0)
  for (const flags of [
    ['--suspend', 'soon'],
    ['--suspend', '1h', '--resume'],
    ['--suspend', '1h', '--dry-run'],
  ])
    assert.equal((await purge(...flags)).exitCode, 2)
})

describe('with Postgres', { skip: postgresMissing() ?? false }, () => {
  test('a copy of the database and, after it, of the bytes fit together when purging is suspended', async t => {
    const postgres = await startPostgres({ fsync: 'off' })
    t.after(() => postgres.remove())
    const [data, bytes, copied] = ['pg', 'pg-bytes', 'pg-bytes-copy'].map(name => path.join(folder.path, name)) as [string, string, string]
    const url = await postgres.createDatabase('mapkeep')
    const places = (database: string, blobs: string) => ({ MAPKEEP_DATABASE_URL: database, MAPKEEP_BLOBS_URL: `file:${blobs}` })
    const server = await startServer(data, { ...places(url, bytes), ...impatient, MAPKEEP_LOG_LEVEL: 'silent' })
    const purge = (...flags: string[]) => mapkeep(['purge', '--data', data, ...flags], places(url, bytes))
    await uploadMany(server.url, 'kept', 3)
    await uploadMany(server.url, 'gone', 3)
    for (const name of ['a', 'b', 'c']) await uploadLarge(server.url, name, 3000)

    assert.equal((await purge('--suspend', '1h')).exitCode, 0)
    const backup = await postgres.addStandby('backup')
    t.after(() => backup.remove())
    await backup.promote()
    // What the backup knows as live is deleted and due before its bytes are copied
    const gone = await mapkeep(['delete', ...release('gone'), '--yes'], clientOf(server))
    assert.equal(gone.exitCode, 0, gone.errors)
    await uploadMany(server.url, 'later', 2)
    assert.match((await purge()).errors, /nothing is purged now/)
    fs.cpSync(bytes, copied, { recursive: true })
    assert.equal((await purge('--resume')).exitCode, 0)
    // The server may be purging by now, and no two do
    await stop(server)
    const purged = await purge()
    assert.equal(purged.exitCode, 0, purged.errors)

    const restored = places(backup.url('mapkeep'), copied)
    const check = (...flags: string[]) => mapkeep(['fsck', '--data', `${data}-copy`, '--json', '--verify-bytes', ...flags], restored)
    const { counts } = JSON.parse((await check('--repair')).output)
    const { unreferenced_bytes, interrupted_upload, unfinished_copy, temporary_file, ...lost } = counts
    assert.deepEqual(
      Object.entries(lost).filter(([, count]) => count !== 0),
      [],
      'nothing but what came later is too much',
    )
    assert.equal((await check()).exitCode, 0)
    const again = await startServer(`${data}-copy`, { ...restored, ...impatient })
    for (const version of ['kept', 'gone'])
      assert.equal(namesIn((await mapkeep(['list', ...release(version)], clientOf(again))).output).length, 3)
    // The copy was made while purging was suspended, and so it is there
    assert.match((await mapkeep(['purge', '--data', data], restored)).errors, /nothing is purged now/)
    await stop(again)
  })
})

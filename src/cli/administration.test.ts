import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { Connection } from '../catalog/sqlite/connection.ts'
import { clientOf, mapkeep } from './mapkeep.fixture.ts'
import { ownServer } from './own-server.fixture.ts'

const server = ownServer()
const { data, folder } = server
const list = async () => JSON.parse((await mapkeep(['keys', 'list', '--json', '--data', data])).output).data as Record<string, unknown>[]
const askWith = (application: string) =>
  mapkeep(['list', '--service', 'x', '--version', '1'], { ...clientOf(server), DD_APP_KEY: application })

describe('mapkeep keys, beside a running server', () => {
  test('makes a key that works at once, prints its secret alone, and ends it at once', async () => {
    const made = await mapkeep(['keys', 'create', '--type', 'application', '--name', 'reader', '--data', data])
    assert.equal(made.exitCode, 0)
    assert.match(made.output, /^mkp_[\w-]{43}\n$/)
    const secret = made.output.trim()
    assert.match((await askWith(secret)).errors, /nothing matches/)
    const [key] = (await list()).filter(each => each.name === 'reader')
    assert.deepEqual(key?.permissions, ['rum_apps_read'])
    assert.ok(!JSON.stringify(await list()).includes(secret))

    const revoked = await mapkeep(['keys', 'revoke', String(key?.id), '--data', data])
    assert.equal(revoked.exitCode, 0)
    assert.match((await askWith(secret)).errors, /not valid/)
    assert.match((await mapkeep(['keys', 'list', '--data', data])).output, /reader .* revoked/)
  })

  test('gives exactly the permissions that were asked for, and an end', async () => {
    const flags = ['--permission', 'rum_delete_data', '--permission', 'mapkeep_admin', '--expires', '30d']
    const { output } = await mapkeep(['keys', 'create', '--type', 'application', '--name', 'cleaner', ...flags, '--json', '--data', data])
    const { permissions, created_at, expires_at, secret } = JSON.parse(output)
    assert.deepEqual(permissions, ['rum_delete_data', 'mapkeep_admin'])
    assert.equal(Date.parse(expires_at) - Date.parse(created_at) < 30 * 86_400_000 + 10_000, true)
    const { exitCode, errors } = await askWith(secret)
    assert.equal(exitCode, 1)
    assert.match(errors, /rum_apps_read/)
  })

  test('refuses what makes no sense as wrong usage', async () => {
    const attempts = [
      ['--type', 'api', '--name', 'x', '--permission', 'rum_apps_read'],
      ['--type', 'application', '--name', 'x', '--permission', 'everything'],
      ['--type', 'api', '--name', 'x', '--expires', 'soon'],
      ['--type', 'api', '--name', 'x', '--expires', '0s'],
      ['--type', 'api', '--name', ' '],
      ['--type', 'root', '--name', 'x'],
      ['--type', 'api'],
    ]
    for (const attempt of attempts)
      assert.equal((await mapkeep(['keys', 'create', ...attempt, '--data', data])).exitCode, 2, attempt.join(' '))
  })

  test('says when there is no such key or organization', async () => {
    assert.equal((await mapkeep(['keys', 'revoke', 'key_none', '--data', data])).exitCode, 1)
    assert.equal((await mapkeep(['keys', 'create', '--type', 'api', '--name', 'x', '--org', 'none', '--data', data])).exitCode, 1)
  })

  test('never makes a catalog in a wrong folder', async () => {
    const wrong = path.join(folder, 'wrong')
    const { exitCode, errors } = await mapkeep(['keys', 'list', '--data', wrong])
    assert.equal(exitCode, 1)
    assert.ok(errors.includes(path.join(wrong, 'catalog.db')), errors)
    assert.equal(existsSync(wrong), false)
  })
})

describe('mapkeep orgs', () => {
  test('makes organizations, each name once, and keys for them', async () => {
    assert.equal((await mapkeep(['orgs', 'create', 'acme', '--data', data])).exitCode, 0)
    assert.equal((await mapkeep(['orgs', 'create', 'acme', '--data', data])).exitCode, 1)
    assert.match((await mapkeep(['orgs', 'list', '--data', data])).output, /^default .*\nacme /m)
    assert.equal((await mapkeep(['keys', 'create', '--type', 'api', '--name', 'ci', '--org', 'acme', '--data', data])).exitCode, 0)
    const { output } = await mapkeep(['keys', 'list', '--org', 'acme', '--json', '--data', data])
    assert.deepEqual(
      JSON.parse(output).data.map((key: { name: string }) => key.name),
      ['ci'],
    )
  })
})

test('mapkeep migrate makes a catalog, and the second time has nothing to do', async () => {
  const fresh = path.join(folder, 'fresh')
  assert.match((await mapkeep(['migrate', '--data', fresh])).output, /^ran 0001/)
  assert.equal((await mapkeep(['migrate', '--data', fresh])).output, 'The catalog is up to date.\n')
})

describe('a catalog of another version', () => {
  const ran = (file: string) => query(file, 'select name from kysely_migration').map(row => (row as { name: string }).name)

  test('is not migrated by a command that lists keys, which says what to do instead', async () => {
    const older = path.join(folder, 'older')
    await mapkeep(['migrate', '--data', older])
    query(path.join(older, 'catalog.db'), 'delete from kysely_migration')
    for (const command of [
      ['keys', 'list'],
      ['orgs', 'create', 'acme'],
    ]) {
      const { exitCode, errors } = await mapkeep([...command, '--data', older])
      assert.equal(exitCode, 1)
      assert.match(errors, /^mapkeep: the catalog .*catalog\.db is of an older version: run mapkeep migrate\n$/)
    }
    assert.deepEqual(ran(path.join(older, 'catalog.db')), [])
  })

  test('is refused in one clear line by every command when it is newer, and left as it is', async () => {
    const newer = path.join(folder, 'newer')
    await mapkeep(['migrate', '--data', newer])
    query(path.join(newer, 'catalog.db'), "insert into kysely_migration (name, timestamp) values ('9999-the-future', '2999')")
    const before = ran(path.join(newer, 'catalog.db'))
    for (const command of [['keys', 'list'], ['migrate'], ['serve', '--port', '0']]) {
      const { exitCode, errors } = await mapkeep([...command, '--data', newer])
      assert.equal(exitCode, 1)
      assert.match(errors, /^mapkeep: the catalog .*catalog\.db was made by a newer version of mapkeep: upgrade this one\n$/)
    }
    assert.deepEqual(ran(path.join(newer, 'catalog.db')), before)
  })
})

function query(file: string, text: string): unknown[] {
  const connection = new Connection(file, 'write')
  try {
    return connection.run(text, []).rows
  } finally {
    connection.close()
  }
}

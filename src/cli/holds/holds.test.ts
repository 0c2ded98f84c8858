import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ownServer } from '../own-server.fixture.ts'

const server = ownServer()
const holds = (...args: string[]) => server.client('holds', ...args)
const why = ['--reason', 'support until 2030', '--owner', 'payments team']

describe('mapkeep holds', () => {
  test('places a hold, lists it and releases it', async () => {
    assert.equal((await holds('list')).errors, 'Nothing is held.\n')
    const placed = await holds('place', ...why, '--kind', 'js', '--service', 'shop', '--version', '1.*')
    assert.equal(placed.exitCode, 0, placed.errors)
    assert.match(
      placed.output,
      /^Placed hld_\S+: it keeps every map of --kind js --service shop --version '1\.\*' until it is released\.$/m,
    )
    const id = /mapkeep holds release (\S+)/.exec(placed.output)?.[1] ?? ''
    const list = await holds('list')
    assert.match(
      list.output,
      new RegExp(`^${id} +--kind js --service shop --version '1\\.\\*' +support until 2030 +payments team +\\d{4}-`, 'm'),
    )
    assert.equal((await holds('release', id)).output, `Released ${id}.\n`)
    assert.equal((await holds('list')).output, '')
    assert.match((await holds('list', '--all')).output, /^ID .* RELEASED\nhld_/)
    const again = await holds('release', id)
    assert.equal(again.exitCode, 1)
  })

  test('ends by itself after a time or at one', async () => {
    const before = Date.now()
    const { data } = JSON.parse((await holds('place', ...why, '--service', 'a', '--expires', '90d', '--json')).output)
    const ninetyDays = 90 * 86_400_000
    const end = Date.parse(data.attributes.expires_at)
    assert.ok(end >= before + ninetyDays && end <= Date.now() + ninetyDays)
    const other = await holds('place', ...why, '--service', 'b', '--expires', '2999-01-01T00:00:00Z')
    assert.match(other.output, /until 2999-01-01 00:00 UTC\./)
    assert.equal(JSON.parse((await holds('list', '--json')).output).data.length, 2)
    assert.deepEqual(JSON.parse((await holds('release', data.id, '--json')).output), { meta: { released: data.id } })
  })

  test('refuses ids that are no map here, naming them', async () => {
    const { exitCode, errors } = await holds('place', ...why, '--id', '424242')
    assert.equal(exitCode, 1)
    assert.match(errors, /424242/)
  })
})

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { release, uploadJs, uploadMany } from './mapkeep.fixture.ts'
import { ownServer } from './own-server.fixture.ts'
import { needsTerminal, onTerminal } from './terminal.fixture.ts'

const server = ownServer({ MAPKEEP_DELETE_LIMIT: '4' })
const { client, live } = server
const ids = async (version: string) =>
  JSON.parse((await client('list', ...release(version), '--json')).output).data.map(({ id }: { id: string }) => id)
const planOf = (output: string) => (/^ {2}mapkeep ((?:delete|restore) .* --plan pln_\S+)/m.exec(output)?.[1] ?? '').split(' ')

describe('a deletion', () => {
  test('takes what was shown, not what is uploaded between preview and confirmation', needsTerminal, async () => {
    await uploadMany(server.url, 'shown', 2)
    const late = () => uploadJs(server.url, { version: 'shown', name: 'late.js' })
    const shown = await onTerminal(server, { args: ['delete', ...release('shown')], answer: 'y', meanwhile: late })
    assert.match(shown, /Delete 2 maps \(\d+ B\)\?/)
    assert.match(shown, /Deleted 2 maps \(\d+ B\)\.\r?\n/)
    assert.deepEqual(await live('shown'), ['/assets/late.js'])
  })

  test('does nothing when a map has gone between preview and confirmation', needsTerminal, async () => {
    await uploadMany(server.url, 'gone', 2)
    const [id] = await ids('gone')
    const meanwhile = () => client('delete', ...release('gone'), '--id', id, '--yes')
    const shown = await onTerminal(server, { args: ['delete', ...release('gone')], answer: 'y', meanwhile })
    assert.match(shown, /nothing was changed, because the maps have changed since the preview \(2 maps then, 1 map now\); preview again/)
    assert.equal((await live('gone')).length, 1)
  })

  test('prints the command that carries out its preview later, which deletes no more and repeats itself', async () => {
    await uploadMany(server.url, 'plan', 2)
    const { output } = await client('delete', ...release('plan'), '--dry-run', '--force', '--reason', 'old')
    assert.match(output, / --plan pln_\S+ --force --reason old$/m)
    assert.match(output, /^To carry out exactly this until \d{4}-\d\d-\d\d \d\d:\d\d UTC run:$/m)
    await uploadJs(server.url, { version: 'plan', name: 'late.js' })
    const first = await client(...planOf(output), '--yes')
    assert.match(first.output, /^Deleted 2 maps/)
    assert.deepEqual(await live('plan'), ['/assets/late.js'])
    assert.equal((await client(...planOf(output), '--yes')).output, first.output)
    assert.deepEqual(await live('plan'), ['/assets/late.js'])
  })

  test('is refused with exit code 1 when its plan no longer holds, is unknown or was made for another selection', async () => {
    await uploadMany(server.url, 'stale', 3)
    const { output } = await client('delete', ...release('stale'), '--dry-run')
    await client('delete', ...release('stale'), '--id', (await ids('stale'))[0], '--yes')
    const stale = await client(...planOf(output), '--yes')
    assert.equal(stale.exitCode, 1)
    assert.match(stale.errors, /^mapkeep: nothing was changed, .*\(3 maps then, 2 maps now\); preview again$/m)
    const plan = planOf(output).at(-1) ?? ''
    assert.equal((await client('delete', ...release('plan'), '--plan', plan, '--yes')).exitCode, 1)
    assert.equal((await client('delete', ...release('stale'), '--plan', 'pln_none', '--yes')).exitCode, 1)
    assert.equal((await live('stale')).length, 2)
  })

  test('beyond the limit needs --force and a reason, which is kept', async () => {
    await uploadMany(server.url, 'limit', 5)
    const refused = await client('delete', ...release('limit'), '--yes')
    assert.equal(refused.exitCode, 1)
    assert.match(refused.errors, /5 maps/)
    assert.match(refused.errors, /--force/)
    const forced = await client('delete', ...release('limit'), '--yes', '--force', '--reason', 'end of life')
    assert.equal(forced.exitCode, 0, forced.errors)
    const { output } = await client('operations', /mapkeep undo (\S+)/.exec(forced.output)?.[1] ?? '')
    assert.match(output, /end of life/)
    assert.match(output, /^forced/m)
  })

  test('says how many bytes come back, and how many stay because another release has the same content', async () => {
    await uploadMany(server.url, 'one', 1)
    await uploadMany(server.url, 'two', 1)
    const { output } = await client('delete', ...release('one'), '--dry-run')
    assert.match(output, /^0 B on disk come back when they are purged, after the undo window; \d+ B stay, because other maps have/m)
  })
})

describe('what is held', () => {
  const place = (...args: string[]) => client('holds', 'place', '--reason', 'LTS', '--owner', 'ops', ...args)

  test('is shown by the preview and stays', async () => {
    await uploadMany(server.url, 'lts', 2)
    const [id] = await ids('lts')
    assert.equal((await place('--id', id)).exitCode, 0)
    const held = new RegExp(`^1 map held, so not touched:\\n  ${id} is held by hld_\\S+: LTS$`, 'm')
    const preview = await client('delete', ...release('lts'), '--dry-run')
    assert.match(preview.output, held)
    const deleted = await client(...planOf(preview.output), '--yes')
    assert.match(deleted.output, held)
    assert.match(deleted.output, /^Deleted 1 map /m)
    assert.deepEqual(await ids('lts'), [id])
  })

  test('is a refusal with exit code 1 when nothing else matches', async () => {
    await uploadMany(server.url, 'line-1', 2)
    assert.equal((await place('--version', 'line-*')).exitCode, 0)
    const { exitCode, errors } = await client('delete', ...release('line-1'), '--yes')
    assert.equal(exitCode, 1)
    assert.match(errors, /nothing was changed, because all that match are held\nmapkeep: \d+ is held by hld_\S+: LTS\n/)
    assert.equal((await live('line-1')).length, 2)
  })
})

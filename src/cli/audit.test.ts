import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { eventsTable } from './audit-table.ts'
import { clientOf, keys, mapkeep, type Server, startServer, temporaryFolder, uploadJs } from './mapkeep.fixture.ts'

describe('mapkeep audit', () => {
  const { path: data, remove } = temporaryFolder()
  let server: Server
  const audit = (...args: string[]) => mapkeep(['audit', ...args], clientOf(server))
  before(async () => {
    server = await startServer(data)
    for (const version of ['1.0', '2.0', '3.0']) await uploadJs(server.url, { version, name: 'main' })
    const made = await mapkeep(['keys', 'create', '--data', data, '--type', 'api', '--name', 'made \x1b[31mhere'])
    assert.equal(made.exitCode, 0, made.errors)
    await mapkeep(['delete', '--kind', 'js', '--service', 'none', '--version', '9', '--dry-run'], clientOf(server))
  })
  after(async () => {
    server.child.kill()
    await server.ended
    remove()
  })

  test('shows who did what, when and from where, newest first', async () => {
    const { exitCode, output, errors } = await audit()
    assert.equal(exitCode, 0, errors)
    const [titles = '', ...lines] = output.trimEnd().split('\n')
    assert.deepEqual(titles.split(/ {2,}/), ['TIME', 'ACTION', 'ACTOR', 'SUBJECT', 'FROM', 'DETAIL'])
    assert.deepEqual(
      lines.map(line => line.split(/ {2,}/)[1]),
      ['deletion.refused', 'key.created', 'upload', 'upload', 'upload', ...firstStart(lines)],
    )
    assert.match(lines[0] ?? '', /first application key \(key_\S+\) +127\.0\.0\.1 +404: /)
    assert.match(lines[1] ?? '', /command line +key_/)
    assert.match(
      lines[2] ?? '',
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC +upload +first api key \(key_\S+\) +3 +127.0.0.1 +kind js, service shop, version 3.0$/,
    )
    for (const secret of Object.values(keys)) assert.ok(!output.includes(secret))
  })

  test('takes filters and a limit, and says when there is more', async () => {
    const limited = await audit('--action', 'upload', '--limit', '2')
    assert.equal(limited.output.trimEnd().split('\n').length, 3)
    assert.match(limited.errors, /the newest 2 events; there are more \(--limit\)/)
    const both = await audit('--action', 'upload', '--action', 'key.created', '--subject', '2', '--json')
    const { data: events, meta } = JSON.parse(both.output)
    assert.deepEqual([events.length, events[0].attributes.action, meta.page.has_more_results], [1, 'upload', false])
    assert.equal((await audit('--actor', 'command line', '--json')).output.match(/key\.created/g)?.length, 1)
    assert.equal((await audit('--since', '1h', '--until', '2100-01-01T00:00:00Z')).exitCode, 0)
    const none = await audit('--until', '1h')
    assert.deepEqual([none.exitCode, none.errors], [1, 'mapkeep: nothing matches\n'])
  })

  test('exports everything that matches, one event on each line', async () => {
    const { output, exitCode } = await audit('--jsonl', '--action', 'upload')
    const lines = output.trimEnd().split('\n')
    assert.deepEqual([exitCode, lines.map(line => JSON.parse(line).attributes.subject)], [0, ['3', '2', '1']])
  })

  test('never lets names steer the terminal', async () => {
    const { output } = await audit()
    assert.doesNotMatch(output.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u)
    assert.match(output, /name made \ufffd\[31mhere/)
  })

  test('explains wrong usage before it asks anybody', async () => {
    const nobody = { ...clientOf({ url: 'http://127.0.0.1:1' }) }
    const use = async (...args: string[]) => mapkeep(['audit', ...args], nobody)
    const wrong = [
      await use('--action', 'delete'),
      await use('--since', 'yesterday'),
      await use('--json', '--jsonl'),
      await use('--limit', '0'),
    ]
    assert.deepEqual(
      wrong.map(({ exitCode }) => exitCode),
      [2, 2, 2, 2],
    )
    assert.match(wrong[0]?.errors ?? '', /Allowed .*upload, deletion/)
    assert.match(wrong[1]?.errors ?? '', /2026-01-31T08:00:00Z, or how long ago/)
    assert.equal((await use()).exitCode, 3)
  })
})

/** What a server's very first moment is told as, in the order of the day. */
function firstStart(lines: readonly string[]): (string | undefined)[] {
  const first = lines.slice(5).map(line => line.split(/ {2,}/)[1])
  assert.deepEqual(first.toSorted(), ['key.created', 'key.created', 'organization.created'])
  return first
}

test('a table of events tells details in few words', () => {
  const attributes = { at: '2026-01-15T10:00:00.000Z', action: 'deletion', actor: { id: 'mapkeep', name: 'mapkeep' } }
  const detail = { totals: { count: 2 }, forced: true, plan: null, reason: 'r'.repeat(200) }
  const [, line = ''] = eventsTable([{ id: 'evt_1', attributes: { ...attributes, detail } }])
  assert.match(line, /^2026-01-15 10:00:00 UTC {2}deletion {2}mapkeep {2}totals \{"count":2\}, forced, reason r+…$/)
  assert.ok(line.length < 140)
})

import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { mapkeep, startServer, uploadJs } from './mapkeep.fixture.ts'
import { ownServer } from './own-server.fixture.ts'

const server = ownServer({}, async url => {
  await uploadJs(url, { version: '1.0', name: 'a.js' })
  await uploadJs(url, { version: '2.0', name: 'a.js' })
  await uploadJs(url, { version: '2.0', name: 'b.js' })
})
const { data, folder } = server
const token = 'token-of-the-metrics'
const usage = (...flags: string[]) => server.client('usage', ...flags)
const disk = (...flags: string[]) => mapkeep(['disk', ...flags, '--data', data])

describe('mapkeep usage', () => {
  test('shows a table by service that ends with the totals', async () => {
    const { exitCode, output } = await usage()
    assert.equal(exitCode, 0)
    const [titles, ...lines] = output.trimEnd().split('\n')
    assert.match(titles ?? '', /^SERVICE +MAPS +UPLOADED +STORED +DELETED +WAITING +A DAY$/)
    assert.equal(lines.length, 2)
    assert.match(lines[0] ?? '', /^shop +3 +\d+ B +\d+ B +0 +0 B +\d+ B$/)
    assert.match(lines[1] ?? '', /^total +3 +\d+ B +\d+ B +0 +0 B +\d+ B$/)
    assert.equal(
      new Set(
        output
          .trimEnd()
          .split('\n')
          .map(line => line.length),
      ).size,
      1,
      'the columns end at the same place',
    )
  })

  test('groups by what it is told, in that order', async () => {
    const { output } = await usage('--by', 'mapkind,version,uploader')
    assert.match(output, /^KIND +VERSION +UPLOADER +MAPS /)
    assert.match(output, /^js +2\.0 +key_\S+ \(.+\) +2 /m)
    assert.match(output, /^js +1\.0 +key_\S+ \(.+\) +1 /m)
  })

  test('prints the answer of the server for scripts', async () => {
    const { output } = await usage('--by', 'version', '--json')
    const { data: groups, meta } = JSON.parse(output)
    assert.deepEqual(new Set(groups.map((each: { id: string }) => each.id)), new Set(['version=1.0', 'version=2.0']))
    assert.equal(meta.totals.maps, 3)
  })

  test('refuses a group that there is not as wrong usage', async () => {
    for (const groups of ['origin', '', 'service,service']) {
      const { exitCode, errors } = await usage('--by', groups)
      assert.equal(exitCode, 2)
      assert.match(errors, /service, version, mapkind, uploader/)
    }
  })
})

describe('mapkeep disk, beside a running server', () => {
  test('tells what is stored, what is free and how long that will do', async () => {
    const figures = JSON.parse((await disk('--json')).output)
    const { stored_size } = JSON.parse((await usage('--json')).output).meta.totals
    assert.equal(figures.stored_size, stored_size)
    assert.equal(figures.waiting_size, 0)
    assert.equal(figures.growth_per_day, stored_size, 'of a store that is not a day old, the first day')
    assert.ok(figures.free_size > 0)
    assert.equal(figures.days_until_full, figures.free_size / figures.growth_per_day)
    const { exitCode, output } = await disk()
    assert.equal(exitCode, 0)
    assert.match(
      output,
      /^stored {15}\d+ B\nwaiting for a purge {2}0 B\nfree on the volume {3}\d.* .B\ngrowth a day {9}\d+ B\nfull in {14}(\d+ days|more than ten years)\n$/,
    )
  })

  test('says that nothing was uploaded instead of a date', async () => {
    const empty = path.join(folder, 'empty')
    assert.equal((await mapkeep(['migrate', '--data', empty])).exitCode, 0)
    const without = await mapkeep(['disk', '--data', empty])
    assert.equal(without.exitCode, 1)
    assert.match(without.errors, /no folder of blobs .*MAPKEEP_BLOBS_URL/)
    fs.mkdirSync(path.join(empty, 'blobs'))
    const { output } = await mapkeep(['disk', '--data', empty])
    assert.match(output, /^full in .* nothing was uploaded/m)
    assert.equal('days_until_full' in JSON.parse((await mapkeep(['disk', '--data', empty, '--json'])).output), false)
  })

  test('refuses a folder of blobs that belongs to another catalog, and never makes one', async () => {
    const other = path.join(folder, 'other')
    await mapkeep(['migrate', '--data', other])
    const { exitCode, errors } = await mapkeep(['disk', '--data', other, '--blobs', `file:${path.join(data, 'blobs')}`])
    assert.equal(exitCode, 1)
    assert.match(errors, /belong to another installation/)
    const none = path.join(folder, 'none')
    assert.equal((await mapkeep(['disk', '--data', none])).exitCode, 1)
    assert.equal(fs.existsSync(none), false)
  })
})

test('the metrics have the same figures, made in the background', async () => {
  const watched = path.join(folder, 'watched')
  const first = await startServer(watched)
  await uploadJs(first.url, { version: '1.0', name: 'a.js' })
  first.child.kill('SIGTERM')
  await first.ended
  // Read at the start, and then about once a minute
  const second = await startServer(watched, { MAPKEEP_METRICS_TOKEN: token })
  const read = async () => (await fetch(`${second.url}/metrics`, { headers: { authorization: `Bearer ${token}` } })).text()
  let text = await read()
  for (let tries = 0; !/^mapkeep_blob_stored_bytes /m.test(text) && tries < 200; tries++, text = await read()) await sleep(50)
  const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
  assert.equal(value('mapkeep_blob_stored_bytes'), JSON.parse((await mapkeep(['disk', '--data', watched, '--json'])).output).stored_size)
  assert.equal(value('mapkeep_blob_waiting_bytes'), 0)
  assert.ok(value('mapkeep_volume_free_bytes') > 0)
  assert.ok(value('mapkeep_volume_days_until_full') > 0)
  second.child.kill('SIGTERM')
  await second.ended
})

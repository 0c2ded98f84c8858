import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { mapkeep, namesIn, release, uploadJs, uploadMany as uploadTo } from './mapkeep.fixture.ts'
import { ownServer } from './own-server.fixture.ts'
import { needsTerminal, onTerminal } from './terminal.fixture.ts'

const server = ownServer()
const { client, folder } = server
const uploadMany = (version: string, count: number) => uploadTo(server.url, version, count)

describe('mapkeep list', () => {
  test('shows a table, newest first, page after page up to the limit', async () => {
    await uploadMany('list', 5)
    const all = await client('list', ...release('list'))
    assert.equal(all.exitCode, 0)
    assert.match(all.output, /^ID +KIND +SERVICE +VERSION +FILE OR ID +SIZE +AGE\n/m)
    assert.deepEqual(namesIn(all.output), ['/assets/5.js', '/assets/4.js', '/assets/3.js', '/assets/2.js', '/assets/1.js'])
    const some = await client('list', ...release('list'), '--limit', '2')
    assert.deepEqual(namesIn(some.output), ['/assets/5.js', '/assets/4.js'])
    assert.match(some.errors, /there are more \(--limit\)/)
  })

  test('prints what the server answered as lines of JSON', async () => {
    await uploadMany('json', 1)
    const { output } = await client('list', ...release('json'), '--json')
    const { data, meta } = JSON.parse(output)
    assert.equal(data[0].attributes.file_name, '1.js')
    assert.equal(meta.page.has_more_results, false)
  })

  test('says so when nothing matches, and names the flag that the server misses', async () => {
    const nothing = await client('list', ...release('never'))
    assert.deepEqual([nothing.exitCode, nothing.output], [1, ''])
    assert.match(nothing.errors, /^mapkeep: nothing matches; mapkeep usage --by service,version shows what there is$/m)
    const refused = await client('list')
    assert.equal(refused.exitCode, 1)
    assert.match(refused.errors, /^mapkeep: --service is required/m)
    assert.match(refused.errors, /^mapkeep: --version is required/m)
  })
})

describe('mapkeep get', () => {
  test('shows one map and downloads its files byte for byte', async () => {
    const map = await uploadJs(server.url, { version: 'get', name: 'get.js' })
    const id = JSON.parse((await client('list', ...release('get'), '--json')).output).data[0].id
    assert.match((await client('get', id)).output, /file_name +get\.js\n/)
    assert.equal((await client('get', id, '--part', 'source_map')).output, map)
    const target = path.join(folder, 'downloaded.map')
    assert.equal((await client('get', id, '--part', 'source_map', '--output', target)).exitCode, 0)
    assert.equal(fs.readFileSync(target, 'utf8'), map)
    assert.deepEqual(
      fs.readdirSync(folder).filter(name => name.endsWith('.part')),
      [],
    )
  })

  test('says when there is no such map, part or place to write', async () => {
    assert.equal((await client('get', '999999')).exitCode, 1)
    assert.equal((await client('get', '1', '--part', 'none')).exitCode, 1)
    const { exitCode, errors } = await client('get', '1', '--part', 'source_map', '--output', path.join(folder, 'no', 'such', 'folder'))
    assert.equal(exitCode, 1)
    assert.match(errors, /could not write/)
    assert.equal((await client('get', 'x')).exitCode, 2)
  })
})

describe('mapkeep delete and restore', () => {
  test('preview without changing anything, the first twenty by name and all by number', async () => {
    await uploadMany('preview', 23)
    const { exitCode, output } = await client('delete', ...release('preview'), '--dry-run')
    assert.equal(exitCode, 0)
    assert.equal(namesIn(output).length, 20)
    assert.match(output, /^… and 3 more\n/m)
    assert.match(output, /this was a preview of 23 maps \(/)
    assert.equal(namesIn((await client('list', ...release('preview'))).output).length, 23)
  })

  test('do what they say, and print the command that takes it back', async () => {
    await uploadMany('both', 2)
    const deleted = await client('delete', ...release('both'), '--yes')
    assert.equal(deleted.exitCode, 0, deleted.errors)
    assert.match(deleted.output, /^\d+ B on disk come back when they are purged, after the undo window\b/m)
    assert.match(deleted.output, /^Deleted 2 maps \(\d+ B\)\.\nTo take it back until \d{4}-\d\d-\d\d \d\d:\d\d UTC run:$/m)
    assert.equal((await client('list', ...release('both'))).exitCode, 1)
    const undone = await client(...takeBack(deleted.output), '--yes')
    assert.match(undone.output, /^Undid op_\d+: brought back 2 maps/m)
    assert.equal(namesIn((await client('list', ...release('both'))).output).length, 2)
    assert.equal((await client('restore', ...release('both'), '--yes')).exitCode, 1)
    await client('delete', ...release('both'), '--yes')
    const restored = await client('restore', ...release('both'), '--yes')
    assert.match(restored.output, /^Restored 2 maps \(\d+ B\)\.\nTo take it back run:$/m)
    await client(...takeBack(restored.output), '--yes')
    assert.equal((await client('list', ...release('both'))).exitCode, 1)
  })

  test('print the answer of the server for scripts', async () => {
    await uploadMany('script', 2)
    const preview = JSON.parse((await client('delete', ...release('script'), '--dry-run', '--json')).output)
    assert.deepEqual([preview.meta.dry_run, preview.meta.totals.count], [true, 2])
    const real = JSON.parse((await client('delete', ...release('script'), '--yes', '--json')).output)
    assert.deepEqual([real.meta.dry_run, real.data.length], [false, 2])
  })

  test('name ids that match nothing', async () => {
    await uploadMany('ids', 1)
    const id = JSON.parse((await client('list', ...release('ids'), '--json')).output).data[0].id
    const { exitCode, errors } = await client('delete', ...release('ids'), '--id', id, '--id', '424242', '--yes')
    assert.equal(exitCode, 0)
    assert.match(errors, /No map here has the id 424242\./)
  })

  test('ask on a terminal, and only a yes is a yes', needsTerminal, async () => {
    await uploadMany('ask', 1)
    const no = await onTerminal(server, { args: ['delete', ...release('ask')], answer: 'n' })
    assert.match(no, /Delete 1 map \(\d+ B\)\? \[y\/N\]/)
    assert.match(no, /nothing was changed/)
    assert.equal((await client('list', ...release('ask'))).exitCode, 0)
    assert.match(await onTerminal(server, { args: ['delete', ...release('ask')], answer: 'y' }), /Deleted 1 map/)
    assert.equal((await client('list', ...release('ask'))).exitCode, 1)
  })

  test('are coloured on a terminal unless NO_COLOR is set', needsTerminal, async () => {
    await uploadMany('colour', 1)
    const scene = { args: ['delete', ...release('colour')], answer: 'n' }
    assert.ok((await onTerminal(server, { ...scene, environment: { NO_COLOR: '', TERM: 'xterm' } })).includes('\x1b[31mmapkeep:'))
    assert.ok(!(await onTerminal(server, { ...scene, environment: { NO_COLOR: '1', TERM: 'xterm' } })).includes('\x1b[31m'))
  })
})

describe('wrong usage', () => {
  test('is exit code 2 and sends nothing', async () => {
    const attempts = [
      ['delete', '--service', 'shop', '--version', '1', '--yes'],
      ['delete', '--kind', 'js', '--service', 'shop', '--yes'],
      ['delete', '--kind', 'ios', '--yes'],
      ['delete', '--kind', 'ios', '--service', 'shop', '--yes'],
      ['delete', '--kind', 'elf', '--filename', 'a', '--filename', 'b', '--yes'],
      ['delete', '--kind', 'js', '--service', '', '--version', '1', '--yes'],
      ['delete', '--kind', 'ios', '--id', '1', '--yes', '--force'],
      ['delete', '--kind', 'ios', '--id', '1', '--yes', '--reason', ''],
      ['delete', '--kind', 'ios', '--id', '1', '--plan', 'pln_1', '--dry-run'],
      ['undo'],
      ['undo', '--yes'],
      ['undo', 'op_1'],
      ['operations', '--limit', 'x'],
      ['holds', 'place', '--reason', 'a', '--owner', 'b'],
      ['holds', 'place', '--id', '1', '--owner', 'b'],
      ['holds', 'place', '--id', '1', '--reason', 'a', '--owner', 'b', '--expires', 'soon'],
      ['holds', 'place', '--id', '1', '--reason', 'a', '--owner', 'b', '--expires', '2001-01-01'],
      ['restore', '--kind', 'js', '--service', 'shop', '--version', '1', '--sevrice', 'x', '--yes'],
      ['list', '--kind', 'python'],
      ['list', '--limit', '0'],
      ['get'],
      ['frobnicate'],
      [],
    ]
    for (const attempt of attempts) {
      // Nothing listens there: whoever sends something ends with 3
      const environment = { MAPKEEP_URL: 'http://127.0.0.1:1', DD_API_KEY: 'a', DD_APP_KEY: 'b' }
      assert.equal((await mapkeep(attempt, environment)).exitCode, 2, attempt.join(' '))
    }
  })

  test('is a deletion that nobody can be asked about', async () => {
    const { exitCode, errors } = await client('delete', ...release('1'))
    assert.equal(exitCode, 2)
    assert.match(errors, /--yes/)
  })

  test('is a missing key, all of them at once', async () => {
    const { exitCode, errors } = await mapkeep(['list'], { MAPKEEP_URL: 'ftp://x' })
    assert.equal(exitCode, 2)
    for (const name of ['MAPKEEP_URL', 'DD_API_KEY', 'DD_APP_KEY']) assert.match(errors, new RegExp(name))
  })
})

describe('the program', () => {
  test('says its version only where that is asked', async () => {
    const { version } = JSON.parse(fs.readFileSync(path.join(root(import.meta.dirname), 'package.json'), 'utf8'))
    assert.equal((await mapkeep(['--version'])).output, `${version}\n`)
  })

  test('has help for every command', async () => {
    const commands = [
      '',
      'serve',
      'keys',
      'keys create',
      'orgs',
      'migrate',
      'list',
      'get',
      'delete',
      'restore',
      'deleted',
      'operations',
      'undo',
      'holds',
      'holds place',
      'demo',
    ]
    for (const command of commands) {
      const { exitCode, output } = await mapkeep([...command.split(' ').filter(Boolean), '--help'])
      assert.equal(exitCode, 0)
      assert.match(output, new RegExp(`^Usage: mapkeep ${command}`))
    }
  })
})

/** The arguments of the command that takes a change back. */
function takeBack(output: string): string[] {
  return (/^ {2}mapkeep (undo .*)$/m.exec(output)?.[1] ?? '').split(' ')
}

function root(folder: string): string {
  return fs.existsSync(path.join(folder, 'package.json')) ? folder : root(path.dirname(folder))
}

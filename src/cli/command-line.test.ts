import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { clientOf, mapkeep, type Server, shellCommand, startServer, temporaryFolder, uploadJs } from './mapkeep.fixture.ts'

const folder = temporaryFolder()
let server: Server
before(async () => {
  server = await startServer(path.join(folder.path, 'data'))
})
after(async () => {
  server.child.kill('SIGTERM')
  await server.ended
  folder.remove()
})

const client = (...args: string[]) => mapkeep(args, clientOf(server))
const release = (version: string) => ['--kind', 'js', '--service', 'shop', '--version', version]
const uploadMany = async (version: string, count: number) => {
  for (let at = 1; at <= count; at++) await uploadJs(server.url, { version, name: `${at}.js` })
}
const namesIn = (output: string) => output.match(/\/assets\/\S+/g) ?? []

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
    const target = path.join(folder.path, 'downloaded.map')
    assert.equal((await client('get', id, '--part', 'source_map', '--output', target)).exitCode, 0)
    assert.equal(fs.readFileSync(target, 'utf8'), map)
    assert.deepEqual(
      fs.readdirSync(folder.path).filter(name => name.endsWith('.part')),
      [],
    )
  })

  test('says when there is no such map, part or place to write', async () => {
    assert.equal((await client('get', '999999')).exitCode, 1)
    assert.equal((await client('get', '1', '--part', 'none')).exitCode, 1)
    const { exitCode, errors } = await client(
      'get',
      '1',
      '--part',
      'source_map',
      '--output',
      path.join(folder.path, 'no', 'such', 'folder'),
    )
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
    assert.equal(deleted.exitCode, 0)
    assert.match(deleted.output, /^Deleted 2 maps \(\d+ B\)\.\nTo take it back until \d{4}-\d\d-\d\d \d\d:\d\d UTC run:$/m)
    assert.equal((await client('list', ...release('both'))).exitCode, 1)
    const back = /^ {2}mapkeep (restore .*)$/m.exec(deleted.output)?.[1] ?? ''
    const restored = await client(...back.split(' '), '--yes')
    assert.match(restored.output, /^Restored 2 maps/m)
    assert.equal(namesIn((await client('list', ...release('both'))).output).length, 2)
    assert.equal((await client('restore', ...release('both'), '--yes')).exitCode, 1)
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

  test('ask on a terminal, and only a yes is a yes', { skip: hasScript() ? false : 'needs script(1) for a terminal' }, async () => {
    await uploadMany('ask', 1)
    const no = await answerOnTerminal(['delete', ...release('ask')], 'n')
    assert.match(no, /Delete 1 map \(\d+ B\)\? \[y\/N\]/)
    assert.match(no, /nothing was changed/)
    assert.equal((await client('list', ...release('ask'))).exitCode, 0)
    assert.match(await answerOnTerminal(['delete', ...release('ask')], 'y'), /Deleted 1 map/)
    assert.equal((await client('list', ...release('ask'))).exitCode, 1)
  })
})

describe('a change that was previewed', () => {
  const needsTerminal = { skip: hasScript() ? false : 'needs script(1) for a terminal' }

  test('takes what was shown, not what is uploaded between preview and confirmation', needsTerminal, async () => {
    await uploadMany('shown', 2)
    const shown = await answerOnTerminal(['delete', ...release('shown')], 'y', () =>
      uploadJs(server.url, { version: 'shown', name: 'late.js' }),
    )
    assert.match(shown, /Delete 2 maps \(\d+ B\)\?/)
    assert.match(shown, /Deleted 2 maps \(\d+ B\)\.\r?\n/)
    assert.deepEqual(namesIn((await client('list', ...release('shown'))).output), ['/assets/late.js'])
  })

  test('says how many it missed when some went between preview and confirmation', needsTerminal, async () => {
    await uploadMany('gone', 2)
    const id = JSON.parse((await client('list', ...release('gone'), '--json')).output).data[0].id
    const shown = await answerOnTerminal(['delete', ...release('gone')], 'y', () =>
      client('delete', ...release('gone'), '--id', id, '--yes'),
    )
    assert.match(shown, /Deleted 1 map \(\d+ B\) \(the preview said 2: the others had gone meanwhile\)\./)
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
    const commands = ['', 'serve', 'keys', 'keys create', 'orgs', 'migrate', 'list', 'get', 'delete', 'restore', 'demo']
    for (const command of commands) {
      const { exitCode, output } = await mapkeep([...command.split(' ').filter(Boolean), '--help'])
      assert.equal(exitCode, 0)
      assert.match(output, new RegExp(`^Usage: mapkeep ${command}`))
    }
  })
})

/** Runs a command on a terminal, types the answer when it is asked for and something happened, and gives all that was shown. */
async function answerOnTerminal(
  args: readonly string[],
  answer: string,
  meanwhile: () => Promise<unknown> = async () => undefined,
): Promise<string> {
  const environment = { ...process.env, ...clientOf(server), NO_COLOR: '1' }
  const child = spawn('script', ['-qec', shellCommand(args), '/dev/null'], { env: environment })
  let shown = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    const asked = shown.includes('[y/N]')
    shown += text
    if (!asked && shown.includes('[y/N]')) void meanwhile().then(() => child.stdin.write(`${answer}\n`))
  })
  await once(child, 'close')
  return shown
}

function hasScript(): boolean {
  return process.platform === 'linux' && spawnSync('script', ['--version']).status === 0
}

function root(folder: string): string {
  return fs.existsSync(path.join(folder, 'package.json')) ? folder : root(path.dirname(folder))
}

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { keys, uploadJs } from './cli/mapkeep.fixture.ts'

/** One system call that ended well: between which lines of the trace, on which path; for a rename also the new one. */
interface Call {
  readonly name: string
  readonly path: string
  readonly to: string
  readonly text: string
  readonly begin: number
  readonly end: number
}

const strace = !spawnSync('strace', ['-V']).error
const readyText = 'listening on http'

// kill -9 cannot see a missing fsync, since the system's cache outlives the process: the order of the calls is what can be seen
describe('a first start and its first upload', { skip: !strace && 'strace is not installed' }, () => {
  let folder: string
  let calls: Call[]
  before(async () => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'mapkeep-start-')))
    calls = await traceFirstUpload(folder)
  })
  after(() => fs.rmSync(folder, { recursive: true, force: true }))

  const first = (what: string, wanted: (call: Call) => boolean, since = -1): Call => {
    const found = calls.find(call => call.begin > since && wanted(call))
    assert.ok(found, `there is a call: ${what}`)
    return found
  }
  const syncOf = (file: string, since: Call) => first(`sync of ${file}`, call => isSync(call) && call.path === file, since.end)

  test('every folder that was made is in its parent for good before the server is ready', () => {
    const ready = first('ready line', call => call.text.includes(readyText))
    const data = path.join(folder, 'new', 'data')
    for (const made of [path.dirname(data), data, path.join(data, 'blobs'), path.join(data, 'blobs', '.mapkeep-tmp')]) {
      const mkdir = first(`mkdir of ${made}`, call => call.name.startsWith('mkdir') && call.path === made)
      assert.ok(syncOf(path.dirname(made), mkdir).end < ready.begin, `the folder of ${made} is synced`)
    }
  })

  test('so is the catalog, and the file that ties the blobs to it', () => {
    const ready = first('ready line', call => call.text.includes(readyText))
    const data = path.join(folder, 'new', 'data')
    const made = first('catalog is made', call => isMaking(call) && call.path === path.join(data, 'catalog.db'))
    assert.ok(syncOf(data, made).end < ready.begin)
    const owner = path.join(data, 'blobs', '.mapkeep-installation')
    const renamed = first('owner file is renamed', call => call.name.startsWith('rename') && call.to === owner)
    const synced = calls.find(call => isSync(call) && call.path === renamed.path && call.end < renamed.begin)
    assert.ok(synced, 'the file is synced before it gets its name')
    assert.ok(syncOf(path.dirname(owner), renamed).end < ready.begin)
  })

  test('each file is written, synced, renamed, its folder synced, then the catalog, and only then comes the answer', () => {
    const answer = first('answer', call => call.text.includes('HTTP/1.1 200 OK'))
    const log = path.join(folder, 'new', 'data', 'catalog.db-wal')
    const renames = calls.filter(call => call.name.startsWith('rename') && /[0-9a-f]{64}-/.test(call.to) && call.end < answer.begin)
    assert.equal(renames.length, 2, 'the map and the minified file')
    for (const rename of renames) {
      const written = first(`write of ${rename.path}`, call => isWrite(call) && call.path === rename.path)
      assert.ok(syncOf(rename.path, written).end < rename.begin, 'synced before it gets its name')
      const named = syncOf(path.dirname(rename.to), rename)
      const committed = first('commit', call => isWrite(call) && call.path === log, named.end)
      assert.ok(syncOf(log, committed).end < answer.begin, 'the commit is synced before the answer')
    }
  })
})

const isSync = ({ name }: Call) => /^f(data)?sync$/.test(name)
const isWrite = ({ name }: Call) => /^p?write/.test(name)
const isMaking = ({ name, text }: Call) => name.startsWith('open') && text.includes('O_CREAT')

/** Starts the built server under strace on a folder that is not there yet, uploads once, stops it. */
async function traceFirstUpload(folder: string): Promise<Call[]> {
  const output = path.join(folder, 'strace')
  const names = 'write,writev,sendto,sendmsg,pwrite64,pwritev,fsync,fdatasync,rename,renameat,renameat2,mkdir,mkdirat,open,openat'
  const main = path.join(import.meta.dirname, 'main.js')
  const server = [process.execPath, main, 'serve', '--port', '0', '--data', path.join(folder, 'new', 'data')]
  const env = {
    PATH: process.env.PATH,
    UV_USE_IO_URING: '0',
    MAPKEEP_BOOTSTRAP_API_KEY: keys.api,
    MAPKEEP_BOOTSTRAP_APP_KEY: keys.application,
  }
  const child = spawn('strace', ['-f', '-y', '-s', '512', '-o', output, '-e', `trace=${names}`, ...server], {
    env: { ...env, MAPKEEP_LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  const [line] = await Promise.race([once(child.stdout, 'data'), closed])
  try {
    await uploadJs(/http:\S+/.exec(String(line))?.[0] ?? '', { version: '1', name: 'a.js' })
  } finally {
    // The server itself, which is the first process of the trace: strace would leave it alone
    process.kill(Number(fs.readFileSync(output, 'utf8').split(' ')[0]), 'SIGTERM')
  }
  await closed
  return toCalls(fs.readFileSync(output, 'utf8').split('\n'))
}

function toCalls(lines: readonly string[]): Call[] {
  const begun = new Map<string, { text: string; begin: number }>()
  const calls: Call[] = []
  for (const [at, line] of lines.entries()) {
    const [, thread = '', text = ''] = /^(\d+) +(.*)$/.exec(line) ?? []
    if (text.endsWith('<unfinished ...>')) {
      begun.set(thread, { text: text.slice(0, -'<unfinished ...>'.length), begin: at })
      continue
    }
    const rest = /^<\.\.\. \w+ resumed>(.*)$/.exec(text)?.[1]
    const start = rest === undefined ? undefined : begun.get(thread)
    const call = toCall(start ? start.text + rest : text)
    if (call) calls.push({ ...call, begin: start?.begin ?? at, end: at })
  }
  return calls.sort((a, b) => a.begin - b.begin)
}

function toCall(text: string): Omit<Call, 'begin' | 'end'> | undefined {
  const [, name = '', rest = ''] = /^(\w+)\((.*)\) += [^-]/.exec(text) ?? []
  if (!name) return undefined
  const [one = '', two = ''] = [...rest.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(match => match[1] ?? '')
  const descriptor = /^\d+<([^>]*)>/.exec(rest)?.[1]
  return { name, path: descriptor ?? one, to: two, text: rest }
}

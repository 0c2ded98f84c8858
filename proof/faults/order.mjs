// The order of durability. A kill cannot see a missing sync, since the system's cache outlives the process: the order of the system calls
// is what can be seen. The server is started under strace on a folder that is not there yet; each kind of acknowledged write is asked for
// alone; and between the request and the first byte of its answer the calls must come in the order that a power cut forgives.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { call } from '../../test/wire/api.mjs'
import { main } from '../../test/wire/node-process.mjs'
import { cleanEnvironment } from '../../test/wire/running-server.mjs'
import { readTrace } from '../shared/trace.mjs'
import { createBook } from './book.mjs'
import { expectOk, works } from './works.mjs'

const traced =
  'read,write,writev,sendto,sendmsg,pwrite64,pwritev,fsync,fdatasync,rename,renameat,renameat2,mkdir,mkdirat,open,openat,unlink,unlinkat'

const isSync = ({ name }) => /^f(data)?sync$/.test(name)
const isWrite = ({ name }) => /^p?write/.test(name)
const isRename = ({ name }) => name.startsWith('rename')

/** Starts a server on new folders under strace, has each kind of write done once, and checks the order; gives what was seen for each kind. */
export async function checkOrder(folder) {
  const { calls, data } = await traceWrites(folder)
  checkStart(calls, data)
  const parts = splitAtAnswers(calls)
  return Object.keys(works).map(work => {
    const part = parts.get(work)
    assert.ok(part, `${work} is found in the trace`)
    return { work, ...checkWrite(work, part, data) }
  })
}

/** Before the ready line every folder that was made is in its parent for good, and so are the catalog, its first keys and the owner's file. */
function checkStart(calls, data) {
  const before = calls.slice(
    0,
    calls.findIndex(call => isWrite(call) && call.text.includes('listening on http')),
  )
  const blobs = path.join(data, 'blobs')
  for (const made of [path.dirname(data), data, blobs, path.join(blobs, '.mapkeep-tmp')]) {
    const mkdir = find(before, `mkdir of ${made}`, call => call.name.startsWith('mkdir') && call.path === made)
    find(before, `sync of the folder of ${made}`, call => isSync(call) && call.path === path.dirname(made) && call.begin > mkdir.end)
  }
  const isMade = call => call.name.startsWith('open') && call.text.includes('O_CREAT') && call.path === path.join(data, 'catalog.db')
  const made = find(before, 'the making of the catalog', isMade)
  find(before, 'sync of its name', call => isSync(call) && call.path === data && call.begin > made.end)
  const owner = find(before, 'rename of the owner file', call => isRename(call) && call.to === path.join(blobs, '.mapkeep-installation'))
  checkRename(before, owner)
  const keys = find(before, 'commit of the first keys', call => isWrite(call) && call.text.includes('first api key'))
  commitAfter(before, data, keys.begin - 1)
}

/** Between a request and its answer: bytes, then names, then the commit that counts on them, and nothing of it left to the system's cache. */
function checkWrite(work, part, data) {
  const blobs = path.join(data, 'blobs', path.sep)
  // A compressed copy is the background's, of an upload long answered
  const renames = part.filter(call => isRename(call) && call.to.startsWith(blobs) && !call.to.endsWith('.br'))
  const named = renames.map(rename => checkRename(part, rename).end)
  const files = { 'upload of new bytes': 2, 'upload of a large file': 1 }[work] ?? 0
  assert.equal(renames.length, files, `${work}: files that get a name`)
  // The row counts on the bytes and their names, and the answer on the row
  commitAfter(part, data, Math.max(-1, ...named))
  return { files, syncs: part.filter(isSync).length }
}

/** Written, synced, renamed, its folder synced, and the folders that were made for it as well; gives the sync of its folder. */
function checkRename(calls, rename) {
  const own = calls.filter(call => call.path === rename.path)
  const written = own.findLast(call => isWrite(call) && call.begin < rename.begin)
  assert.ok(written, `${rename.path} is written`)
  find(
    own,
    `sync of ${rename.path} between its last write and its rename`,
    call => isSync(call) && call.begin > written.end && call.end < rename.begin,
  )
  assert.ok(!calls.some(call => isWrite(call) && call.path === rename.to), 'nothing is written after the rename')
  const folder = path.dirname(rename.to)
  for (const mkdir of calls.filter(call => call.name.startsWith('mkdir') && `${folder}/`.startsWith(`${call.path}/`) && !call.error)) {
    const parent = path.dirname(mkdir.path)
    find(calls, `sync of ${parent}`, call => isSync(call) && call.path === parent && call.begin > mkdir.end && call.end < rename.begin)
  }
  return find(calls, `sync of ${folder}`, call => isSync(call) && call.path === folder && call.begin > rename.end)
}

/** What is committed after that line of the trace is written to the catalog's log and synced there. */
function commitAfter(calls, data, line) {
  const log = calls.filter(call => call.path === path.join(data, 'catalog.db-wal'))
  const written = find(log, 'commit', call => isWrite(call) && call.begin > line)
  find(log, 'sync of the commit', call => isSync(call) && call.begin > written.end)
}

function find(calls, what, wanted) {
  const found = calls.find(call => !call.error && wanted(call))
  assert.ok(found, `there is the ${what}`)
  return found
}

/** The calls from the mark of each work on, until its answer is written. */
function splitAtAnswers(calls) {
  const parts = new Map()
  for (const [at, mark] of calls.entries()) {
    const work = mark.name === 'read' ? /GET \/mark\/([\w-]+)/.exec(mark.text)?.[1].replaceAll('-', ' ') : undefined
    if (!work) continue
    const rest = calls.slice(at)
    const answer = rest.find(each => isWrite(each) && /HTTP\/1\.1 20[01] /.test(each.text) && each.begin > mark.end)
    assert.ok(answer, `the answer to ${work} is seen`)
    // What has not ended before the answer begins came too late
    parts.set(
      work,
      rest.filter(each => each.end < answer.begin),
    )
  }
  return parts
}

async function traceWrites(folder) {
  const log = path.join(folder, 'order')
  const data = path.join(folder, 'new', 'data')
  const keys = { apiKey: `mka_${randomBytes(24).toString('base64url')}`, appKey: `mkp_${randomBytes(24).toString('base64url')}` }
  const env = cleanEnvironment({
    MAPKEEP_BOOTSTRAP_API_KEY: keys.apiKey,
    MAPKEEP_BOOTSTRAP_APP_KEY: keys.appKey,
    MAPKEEP_LOG_LEVEL: 'silent',
    MAPKEEP_PURGE_INTERVAL: 'off',
  })
  const command = [process.execPath, main, 'serve', '--port', '0', '--data', data]
  const strace = spawn('strace', ['-f', '-y', '-s', '5000', '-o', log, '-e', `trace=${traced}`, ...command], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(strace, 'close')
  const [line] = await Promise.race([once(strace.stdout, 'data'), closed])
  const server = { keys, url: /http:\S+/.exec(String(line))?.[0] }
  try {
    await writeEach(server)
  } finally {
    // The server itself, which is the first process of the trace: strace would leave it alone
    process.kill(Number(/^\d+/.exec(fs.readFileSync(log, 'utf8'))[0]), 'SIGTERM')
  }
  await closed
  return { calls: readTrace(log), data }
}

/** One after another; a request that leads nowhere marks where the preparation of a work ends and the work begins. */
async function writeEach(server) {
  const book = { ...createBook(), purging: false }
  for (const work of Object.keys(works)) {
    const name = work.replaceAll(' ', '-')
    const job = await works[work]({ server, book, name })
    await call(server, `GET /mark/${name}`)
    job.acknowledged(expectOk(await job.ask(server)))
  }
}

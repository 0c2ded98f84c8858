// A real file system that is full: a small one in memory, mounted where only the server and its commands see it.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { call, download, list, remove, sha256, upload } from '../../test/wire/api.mjs'
import { endProcess, main, startNode } from '../../test/wire/node-process.mjs'
import { cleanEnvironment, run } from '../../test/wire/running-server.mjs'
import { settles } from '../../test/wire/stored-files.mjs'
import { checkRefusal } from './refusals.mjs'
import { checkDatabase } from './soundness.mjs'

const root = process.getuid() === 0
const unshare = root ? ['--mount'] : ['--user', '--map-root-user', '--mount']
const enter = root ? [] : ['--user', '--preserve-credentials']

/** Whether this user may mount a file system that nobody else sees. */
export const mayMount = spawnSync('unshare', [...unshare, 'mount', '-t', 'tmpfs', '-o', 'size=1m', 'none', '/mnt']).status === 0

const size = 24
const part = 'jvm_mapping_file'
const service = 'full'

/** Fills the disk with uploads, reads and fails at the brim, deletes and purges, and uploads again; gives the figures. */
export async function fillDisk(folder) {
  const disk = await mountDisk(folder)
  const server = await disk.start()
  const kept = new Map()
  try {
    const refused = await fillUp(server, kept)
    await checkReads(server, kept)
    const filled = kept.size
    const freed = await makeRoom(server, kept)
    // Without a restart; a little is left over for the catalog, which has grown
    for (let again = 0; again < freed - 4_000_000; again += 1_000_000)
      await settles(async () => assert.equal(await add(server, kept, 1_000_000), 200, 'what was freed has room for as much'))
    await checkReads(server, kept)
    await disk.stop()
    await disk.checkSound()
    return { filled, refused, freed }
  } finally {
    await disk.end()
  }
}

/** Smaller and smaller uploads, until not even the smallest has room; gives how many were refused. */
async function fillUp(server, kept) {
  let refused = 0
  for (const bytes of [3_000_000, 1_000_000, 100_000, 5_000, 200]) {
    for (let refusals = 0; refusals < 3; ) {
      if ((await add(server, kept, bytes)) === 200) continue
      refusals++
      refused++
      assert.equal((await list(server, 'jvm', { service, version: '1' })).length, kept.size, 'nothing refused is stored')
    }
  }
  return refused
}

async function add(server, kept, bytes) {
  // Nothing that a compression could make smaller
  const content = randomBytes(bytes)
  const name = `${bytes}-${sha256(content).slice(0, 12)}`
  const answer = await upload(server, { type: part, service, version: '1', build_id: name }, { [part]: content })
  if (answer.status === 200) kept.set(answer.id, { name, bytes, digest: sha256(content) })
  else {
    checkRefusal('upload', answer)
    assert.equal(answer.status, 503, 'a full disk is no fault of the program, and says so')
  }
  return answer.status
}

async function checkReads(server, kept) {
  const listed = await list(server, 'jvm', { service, version: '1' })
  assert.deepEqual(new Set(listed.map(item => item.id)), new Set(kept.keys()))
  for (const [id, { digest }] of kept) {
    const { status, bytes } = await download(server, id, part)
    assert.deepEqual([status, sha256(bytes)], [200, digest])
  }
}

/** Deletes all that is large, one by one; the server purges it by itself. Gives how many bytes that were. */
async function makeRoom(server, kept) {
  const large = [...kept].filter(([, { bytes }]) => bytes >= 1_000_000)
  for (const [id] of large) {
    await settles(async () => {
      const answer = await remove(server, 'jvm', { service, version: '1', id })
      if (answer.status !== 200) checkRefusal('deletion', answer)
      assert.equal(answer.status, 200, `a deletion has room again after a while: ${answer.text}`)
    })
    kept.delete(id)
  }
  await settles(async () => {
    for (const [id] of large) {
      const { json } = await call(server, `GET /api/mapkeep/v1/sourcemaps/${id}`)
      assert.equal(json.data.attributes.state, 'purged')
    }
  })
  return large.reduce((sum, [, { bytes }]) => sum + bytes, 0)
}

/** A process that keeps the file system alive, and commands that are run where it is seen. */
async function mountDisk(folder) {
  const data = path.join(folder, 'small-disk')
  fs.mkdirSync(data)
  const keeper = spawn(
    'unshare',
    [...unshare, 'sh', '-c', `mount -t tmpfs -o size=${size}m none '${data}' && echo mounted && exec sleep 1000000`],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  await once(keeper.stdout, 'data')
  const inside = ['--mount', ...enter, '-t', String(keeper.pid)]
  const keys = { apiKey: `mka_${randomBytes(24).toString('base64url')}`, appKey: `mkp_${randomBytes(24).toString('base64url')}` }
  const env = cleanEnvironment({
    MAPKEEP_DATA: data,
    MAPKEEP_BOOTSTRAP_API_KEY: keys.apiKey,
    MAPKEEP_BOOTSTRAP_APP_KEY: keys.appKey,
    MAPKEEP_UNDO_WINDOW: '0s',
    MAPKEEP_PURGE_INTERVAL: '1s',
  })
  let node
  return {
    async start() {
      node = await startNode({ env, args: ['serve', '--port', '0'], told: () => {}, within: ['nsenter', ...inside] })
      return { keys, url: node.url }
    },
    stop: async () => assert.equal(await node.end('SIGTERM'), 0),
    async checkSound() {
      const { code, output } = await run('nsenter', [...inside, process.execPath, main, 'fsck', '--verify-bytes'], { env })
      assert.equal(code, 0, output)
      // SQLite follows the link to where nobody outside can go
      const copy = path.join(folder, 'small-disk.db')
      fs.copyFileSync(`/proc/${keeper.pid}/root${data}/catalog.db`, copy)
      checkDatabase(copy)
    },
    async end() {
      await node?.end('SIGKILL')
      await endProcess(keeper, 'SIGKILL')
      fs.rmdirSync(data)
    },
  }
}

// `npm run cluster`, as docs/operate/scaling.md shows it, and what happens when one of its nodes goes.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { call, download, jsFiles, list, uploadJs } from '../wire/api.mjs'
import { cleanEnvironment } from '../wire/running-server.mjs'
import { clusterMissing } from './stores.mjs'

const root = path.join(import.meta.dirname, '..', '..')
const release = { service: 'shop', version: '1.0.0' }
const clients = 6

describe('npm run cluster', { skip: clusterMissing() ?? false }, () => {
  let cluster
  before(async () => {
    cluster = await startCluster(await fs.mkdtemp(path.join(os.tmpdir(), 'mapkeep-cluster-test-')))
  })
  after(async () => {
    if (!cluster) return
    cluster.child.kill('SIGKILL')
    await fs.rm(cluster.folder, { recursive: true, force: true, maxRetries: 3 })
  })

  test('prints what one server prints, the nodes, and how to end it', async () => {
    assert.match(cluster.output, /^mapkeep \d+\.\d+\.\d+ listening on http:\/\/127\.0\.0\.1:\d+\napi key {10}mka_/)
    assert.equal(cluster.output.match(/^(api|application) key/gm).length, 2, 'of three that start at once one makes the keys')
    assert.match(cluster.output, /^Ctrl-C/m)
    assert.equal(cluster.pids.length, 3)
  })

  test('what one node took in the others have', async () => {
    const [first, ...others] = cluster.nodes
    const { id } = await uploadJs(first)
    for (const node of others) assert.equal((await download(node, id, 'source_map')).text, jsFiles('main').source_map)
  })

  test('a node that is told to stop fails no request', async () => {
    const { done, failed } = await workWhile(cluster, async () => {
      process.kill(cluster.pids[0], 'SIGTERM')
      await untilGone(cluster.pids[0])
      await sleep(500)
    })
    assert.ok(done > clients)
    assert.deepEqual(failed, [])
  })

  test('a node that is killed takes only what it was at with it', async () => {
    const { ids, failed } = await workWhile(cluster, async () => {
      process.kill(cluster.pids[1], 'SIGKILL')
      await untilGone(cluster.pids[1])
      await sleep(500)
    })
    // Each client waits for one answer at a time
    assert.ok(failed.length <= clients, failed.join('\n'))
    const found = new Set((await list(cluster, 'js', { service: 'shop', version: '2.0.0' })).map(item => item.id))
    for (const id of ids) assert.ok(found.has(id), `map ${id} was acknowledged`)
    assert.equal((await list(cluster, 'js', release)).length, 1)
  })

  test('ends with all of it', async () => {
    cluster.child.kill('SIGINT')
    assert.deepEqual(await once(cluster.child, 'close'), [0, null])
    await untilGone(cluster.pids[2])
    // The programs of Postgres are copied once and left
    assert.deepEqual(
      (await fs.readdir(cluster.folder)).filter(name => !name.startsWith('mapkeep-test-postgres-')),
      [],
    )
  })
})

/** As a user starts it; `folder` takes its temporary files. */
async function startCluster(folder) {
  // Postgres runs as another user if this one is root
  await fs.chmod(folder, 0o755)
  const env = { ...cleanEnvironment({ MAPKEEP_PORT: '0' }), TMPDIR: folder }
  const child = spawn(process.execPath, [path.join(root, 'scripts', 'cluster.mjs')], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let [output, errors] = ['', '']
  child.stderr.setEncoding('utf8').on('data', text => (errors += text))
  for await (const text of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    output += text
    if (/^Ctrl-C/m.test(output)) break
  }
  const [, url] = /listening on (\S+)/.exec(output) ?? []
  assert.ok(url, errors)
  const [apiKey, appKey] = output.match(/mk[ap]_\S+/g)
  const found = [...output.matchAll(/(http:\S+) \(process (\d+)\)/g)]
  const keys = { apiKey, appKey }
  return { child, folder, output, url, keys, nodes: found.map(([, url]) => ({ url, keys })), pids: found.map(([, , pid]) => Number(pid)) }
}

/** Uploads and lists without a pause, before, while and after something happens; tells of every answer that was none. */
async function workWhile(cluster, happens) {
  let isOver = false
  const seen = { done: 0, ids: [], failed: [] }
  const work = Array.from({ length: clients }, async (_, client) => {
    for (let at = 0; !isOver; at++) await step(cluster, `${client}-${at}`, seen)
  })
  while (seen.done < clients * 3) await sleep(20)
  await happens()
  isOver = true
  await Promise.all(work)
  return seen
}

async function step(cluster, name, seen) {
  try {
    const { status, id, text } = await uploadJs(cluster, { version: '2.0.0', name })
    assert.equal(status, 200, text)
    seen.ids.push(id)
    const answer = await call(cluster, `GET /api/mapkeep/v1/sourcemaps/${id}`)
    assert.equal(answer.status, 200, answer.text)
    seen.done++
  } catch (error) {
    seen.failed.push(`${name}: ${error.message} ${error.cause ?? ''}`)
  }
}

async function untilGone(pid) {
  for (;;) {
    const state = await fs.readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    // Ended, and maybe not yet waited for
    if (state === '' || /\) Z /.test(state)) return
    await sleep(20)
  }
}

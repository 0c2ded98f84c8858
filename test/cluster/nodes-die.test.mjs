import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { call, download, filters, keyHeaders, sha256, upload } from '../wire/api.mjs'
import { startNode } from '../wire/node-process.mjs'
import { cleanEnvironment, mapkeep, scratchFolder } from '../wire/running-server.mjs'
import { ask, clusterMissing, newInstallation, startStores } from './stores.mjs'

const keys = { apiKey: `mka_${randomUUID()}`, appKey: `mkp_${randomUUID()}` }
const wantedKills = 8
const workers = 6
const part = 'jvm_mapping_file'
const service = 'chaos'
// Few, so that most contents are had by several maps, and come and go with them
const contents = Array.from({ length: 6 }, (_, at) => `content ${at} `.repeat(at < 4 ? 5 : 2000))
const pick = list => list[Math.floor(Math.random() * list.length)]
const chance = share => Math.random() < share

let stores

describe('three nodes on one Postgres and one bucket', { skip: clusterMissing() ?? false }, () => {
  before(async () => {
    stores = await startStores()
  })
  after(() => stores?.stop())

  test('keep every promise while they are killed one after another', { timeout: 240_000 }, async t => {
    const installation = await startInstallation(t)
    const book = []
    const killing = killNodes(installation)
    await Promise.all(Array.from({ length: workers }, (_, number) => work(installation, book, number)))
    await killing
    await checkMaps(installation, book)
    await checkOperations(installation, book)
    assert.match(await mapkeep({ env: installation.env, data: installation.folder, url: '' }, 'fsck'), /Nothing is wrong\./)
    const count = wanted => book.filter(wanted).length
    t.diagnostic(
      `${installation.kills} kills, ${book.length} acknowledged uploads, ${count(map => map.operation)} deleted by plans, ${count(map => map.undone)} undone`,
    )
    assert.ok(count(map => map.operation) > 20 && count(map => map.undone) > 5, 'there was enough of everything')
  })
})

/** Three nodes that are asked by name; a slot is empty while its node is dead. */
async function startInstallation(t) {
  const env = cleanEnvironment({
    ...(await newInstallation(stores.place)),
    MAPKEEP_BOOTSTRAP_API_KEY: keys.apiKey,
    MAPKEEP_BOOTSTRAP_APP_KEY: keys.appKey,
    MAPKEEP_UNDO_WINDOW: '3s',
    MAPKEEP_PURGE_INTERVAL: '1s',
    MAPKEEP_RATE_LIMIT: 'read=off,delete=off,upload=off',
    MAPKEEP_LOG_LEVEL: 'fatal',
  })
  const installation = { env, nodes: [], folder: '', kills: 0 }
  installation.folder = await scratchFolder(t, () => Promise.all(installation.nodes.map(node => node?.end('SIGKILL'))))
  installation.start = async at => {
    const args = ['serve', '--port', '0', '--data', installation.folder]
    installation.nodes[at] = { ...(await startNode({ env, args, told: () => {} })), keys }
  }
  await Promise.all([0, 1, 2].map(installation.start))
  return installation
}

/** Kills one node after another at random moments; at most one is dead at a time. Leaves all three running. */
async function killNodes(installation) {
  while (installation.kills < wantedKills) {
    await sleep(300 + Math.random() * 2000)
    const at = Math.floor(Math.random() * 3)
    await installation.nodes[at].end('SIGKILL')
    await installation.start(at)
    installation.kills++
  }
}

/** Uploads, deletes by plan from two nodes at once, undoes at a third; writes down what has been acknowledged. */
async function work(installation, book, number) {
  for (let at = 0; installation.kills < wantedKills; at++) {
    const version = `${number}-${at}`
    const content = pick(contents)
    const made = await attempt(installation, node => upload(node, { type: part, service, version, build_id: version }, { [part]: content }))
    if (made?.status !== 200) continue
    const map = { id: made.id, version, digest: sha256(content), operation: undefined, undone: false }
    book.push(map)
    if (chance(0.3)) continue
    map.operation = await deleteByPlan(installation, version)
    if (chance(0.5)) map.undone = await undo(installation, map.operation)
  }
}

/** One request to any node; nothing when the node died over it or a store did not answer. */
async function attempt({ nodes }, ask) {
  try {
    const answer = await ask(pick(nodes))
    assert.ok(answer.status < 500 || answer.status === 503, `${answer.status} ${answer.text}`)
    return answer.status === 503 ? undefined : answer
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error
    return undefined
  }
}

/** The same until somebody answers. */
async function insist(installation, ask) {
  for (;;) {
    const answer = await attempt(installation, ask)
    if (answer) return answer
    await sleep(50)
  }
}

/** A plan made by one node binds at every other, and is carried out once however many are asked to; gives the operation. */
async function deleteByPlan(installation, version) {
  const query = { mapkind: 'jvm', ...filters({ service, version }) }
  const preview = await insist(installation, node => call(node, 'DELETE /api/v2/sourcemaps', { query: { ...query, dry_run: true } }))
  assert.equal(preview.status, 200, preview.text)
  const plan = preview.headers.get('mapkeep-plan')
  const execute = node => call(node, 'DELETE /api/v2/sourcemaps', { query: { ...query, dry_run: false, plan } })
  const first = await Promise.all([attempt(installation, execute), attempt(installation, execute)])
  const answers = [...first.filter(Boolean), await insist(installation, execute)]
  for (const { status, text } of answers) assert.equal(status, 200, text)
  const operations = new Set(answers.map(({ json }) => json.meta.operation.id))
  assert.equal(operations.size, 1, `one plan became ${[...operations].join(' and ')}`)
  return [...operations][0]
}

/** Whether it was undone: a purge may be faster, and then the answer says so. */
async function undo(installation, operation) {
  const headers = { ...keyHeaders(keys), 'idempotency-key': randomUUID() }
  const { status, text } = await insist(installation, node => call(node, `POST /api/mapkeep/v1/operations/${operation}/undo`, { headers }))
  assert.ok(status === 200 || status === 409, text)
  return status === 200
}

async function checkMaps({ nodes }, book) {
  for (const map of book) {
    const node = pick(nodes)
    const { json, status, text } = await call(node, `GET /api/mapkeep/v1/sourcemaps/${map.id}`)
    assert.equal(status, 200, text)
    const { state } = json.data.attributes
    if (map.operation && !map.undone) {
      assert.notEqual(state, 'live', `map ${map.id} was deleted`)
      continue
    }
    assert.equal(state, 'live', `map ${map.id} was acknowledged and never deleted, or undone`)
    const { bytes } = await download(node, map.id, part)
    assert.equal(sha256(bytes), map.digest, `the bytes of map ${map.id}`)
  }
}

/** What only the rows tell: a plan has one operation, numbers have no gap, and nothing is purged twice. */
async function checkOperations({ env }, book) {
  const url = env.MAPKEEP_DATABASE_URL
  const plans = await ask(url, 'select plan from operation where plan is not null group by plan having count(*) > 1')
  assert.deepEqual(plans, [])
  const [{ count, last }] = await ask(url, 'select count(*)::int as count, max(number)::int as last from operation')
  assert.equal(count, last)
  const purges = await ask(
    url,
    `select number, count::int as told, (select count(*)::int from source_map where purge_operation = number) as taken
     from operation where kind = 'purge'`,
  )
  for (const { number, told, taken } of purges) assert.equal(taken, told, `purge ${number}`)
  assert.ok(purges.length > 0 && purges.length <= book.length, 'a deletion is purged once')
}

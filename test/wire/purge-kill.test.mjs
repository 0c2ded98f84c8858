import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { call, download, everyMap, remove, sha256, upload } from './api.mjs'
import { mapkeep, startServer } from './running-server.mjs'
import { settles, storedDigests, temporaryFiles } from './stored-files.mjs'

const rounds = 3
const clients = 6
const service = 'purge'
const part = 'jvm_mapping_file'
// Few, so that a content is often uploaded while it is being purged; the long ones are compressed besides
const contents = Array.from({ length: 8 }, (_, at) => `content ${at} `.repeat(at < 6 ? 5 : 2000))
// What is deleted is due at once, and the server purges without a pause
const env = { MAPKEEP_UNDO_WINDOW: '0s', MAPKEEP_PURGE_INTERVAL: '1s' }

test('an upload of what is being purged is not lost when the server is killed', { timeout: 300_000 }, async t => {
  const server = await startServer(t, { env })
  const book = new Map()
  let purged = 0
  for (let round = 0; round < rounds; round++) {
    await strike(server, book, round)
    await server.restart()
    purged = await check(server, book)
  }
  t.diagnostic(`${book.size} acknowledged uploads, ${purged} purged before the last kill`)
  assert.ok(book.size > 2 * rounds && purged > rounds, 'the rounds were long enough for uploads and purges')
  await removeAll(server)
})

/** Clients upload and delete while purges run, also one by command, until the server is killed somewhere in the middle. */
async function strike(server, book, round) {
  const enough = book.size + 20 + Math.random() * 20
  const work = Array.from({ length: clients }, (_, client) => workUntilKilled(server, book, `${round}-${client}`))
  const all = Promise.all(work)
  // Beside the server, in a round: it may find the server purging, which is fine
  const command = round === 1 ? mapkeep(server, 'purge').catch(() => {}) : undefined
  while (book.size < enough) await Promise.race([all, sleep(10)])
  await sleep(Math.random() * 200)
  await server.kill()
  await Promise.all([all, command])
}

async function workUntilKilled(server, book, name) {
  try {
    for (let at = 0; ; at++) {
      const content = Math.floor(Math.random() * contents.length)
      const event = { type: part, service, version: `${name}-${at}`, build_id: `${name}-${at}` }
      const { status, id, text } = await upload(server, event, { [part]: contents[content] })
      assert.equal(status, 200, text)
      const entry = { content, version: event.version, mayBeGone: false }
      book.set(id, entry)
      await readBack(server, id, entry)
      if (Math.random() < 0.1) continue
      entry.mayBeGone = true
      await remove(server, 'jvm', { service, version: event.version })
    }
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error
    // The connection broke: the server is gone
  }
}

/** Whatever nobody asked to delete reads back, and so does what is live all the same; says how many maps are purged. */
async function check(server, book) {
  let purged = 0
  for (const [id, entry] of book) {
    const { status, json } = await call(server, `GET /api/mapkeep/v1/sourcemaps/${id}`)
    assert.equal(status, 200, `map ${id} is unknown`)
    const { state } = json.data.attributes
    if (!entry.mayBeGone) assert.equal(state, 'live', `map ${id}`)
    if (state === 'live') await readBack(server, id, entry)
    if (state === 'purged') purged++
  }
  return purged
}

async function readBack(server, id, { content }) {
  const { status, bytes } = await download(server, id, part)
  assert.deepEqual([status, sha256(bytes)], [200, sha256(contents[content])], `the bytes of map ${id}`)
}

/** In the end everything is deleted and purged, uploads whose answer a kill swallowed included: no file is left, and rows and bytes agree. */
async function removeAll(server) {
  for (const { attributes } of await everyMap(server)) await remove(server, 'jvm', { service, version: attributes.version })
  await settles(async () => assert.deepEqual(await storedDigests(server), []))
  await settles(async () => assert.deepEqual(await temporaryFiles(server), []))
  for (const { id, attributes } of await everyMap(server)) assert.equal(attributes.state, 'purged', `map ${id}`)
  await mapkeep(server, 'fsck')
}

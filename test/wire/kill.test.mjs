import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { download, everyMap, jsFiles, remove, restore, sha256, uploadJs } from './api.mjs'
import { startServer } from './running-server.mjs'
import { settles, storedDigests, temporaryFiles } from './stored-files.mjs'

// Three nodes take as much longer to start again
const rounds = process.env.MAPKEEP_TEST_STORES === 'cluster' ? 4 : 10
const clients = 8
const service = 'kill'
const partNames = ['source_map', 'minified_file']
// Set it to the number that a failed run printed to get the same choices again
const seed = Number(process.env.MAPKEEP_TEST_SEED ?? Math.floor(Math.random() * 2 ** 32))

test('nothing acknowledged is lost and nothing half done is seen when the server is killed', async t => {
  t.diagnostic(`seed ${seed}`)
  const random = generator(seed)
  const server = await startServer(t)
  const book = new Map()
  const checked = new Map()
  for (let round = 0; round < rounds; round++) {
    await strike({ server, book, random, round })
    await server.restart()
    await audit(server, book, checked)
  }
  await audit(server, book, new Map())
  const states = [...book.values()].map(entry => [...entry.states].join('?'))
  t.diagnostic(`${book.size} acknowledged maps, ${states.filter(state => state === 'deleted').length} of them deleted`)
  assert.ok(book.size > rounds, 'the rounds were long enough to acknowledge something')
})

/** Clients work against the server until it is killed in the middle of it, some acknowledgements after its start. */
async function strike({ server, book, random, round }) {
  const left = { acknowledgements: Math.ceil(random() * 60) }
  const enough = new Promise(resolve => {
    left.none = resolve
  })
  const work = Array.from({ length: clients }, (_, client) => workUntilKilled({ server, book, random, left, name: `${round}-${client}` }))
  await Promise.race([enough, Promise.all(work)])
  await sleep(random() * 20)
  await server.kill()
  await Promise.all(work)
}

async function workUntilKilled({ server, book, random, left, name }) {
  const mine = []
  try {
    for (let at = 0; ; at++) {
      const chosen = mine[Math.floor(random() * mine.length * 2)]
      if (chosen) await turn(server, book.get(chosen), chosen)
      else mine.push(await add(server, book, `${name}-${at}`))
      if (--left.acknowledgements === 0) left.none()
    }
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error
    // The connection broke: the server is gone
  }
}

/** The book holds, for each acknowledged map, the states it may be in: two while a change is asked for and not answered. */
async function add(server, book, name) {
  const { status, id, text } = await uploadJs(server, { service, version: '1', name })
  assert.equal(status, 200, text)
  book.set(id, { name, states: new Set(['live']) })
  return id
}

async function turn(server, entry, id) {
  const [now] = entry.states
  const then = now === 'live' ? 'deleted' : 'live'
  entry.states.add(then)
  const change = now === 'live' ? remove : restore
  const { status, text } = await change(server, 'js', { service, version: '1', id })
  assert.equal(status, 200, text)
  entry.states = new Set([then])
}

async function audit(server, book, checked) {
  const maps = await everyMap(server)
  const found = new Map(maps.map(map => [map.id, map]))
  for (const [id, entry] of book) {
    const state = found.get(id)?.attributes.state ?? 'missing'
    assert.ok(entry.states.has(state), `map ${id} is ${state}, not ${[...entry.states].join(' or ')}`)
    entry.states = new Set([state])
  }
  for (const map of maps) if (!checked.has(map.id)) checked.set(map.id, await checkBytes(server, map))
  await settles(async () => assert.deepEqual(await temporaryFiles(server), []))
  const expected = [...new Set([...checked.values()].flat())].sort()
  await settles(async () => assert.deepEqual(await storedDigests(server), expected))
}

/** Each map, acknowledged or not, has the bytes that were sent under its name; gives their digests. */
async function checkBytes(server, { id, attributes }) {
  const files = jsFiles(attributes.file_name.replace('.min.js', ''))
  for (const part of partNames) {
    const { status, bytes } = await download(server, id, part)
    assert.deepEqual([status, sha256(bytes)], [200, sha256(files[part])], `${part} of map ${id}`)
  }
  return partNames.map(part => sha256(files[part]))
}

/** Mulberry32: the same numbers for the same seed. */
function generator(start) {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

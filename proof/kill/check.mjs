// Compares what a server says with what it has promised. In-doubt requests are settled first: done as a whole, or not at all.
import assert from 'node:assert/strict'
import { filters } from '../../test/wire/api.mjs'
import { ask, detailOf, everyItem } from './ask.mjs'
import { kinds } from './contents.mjs'
import { addHold, addMap, apply, assertWhole, endHold, keeps, mayBePurged, named, wasHeldUp } from './model.mjs'
import { count } from './tally.mjs'

const own = '/api/mapkeep/v1'
const numberOf = operation => Number(operation.id.slice('op_'.length))

/** Everything that a server says there is: live maps, deleted ones, operations since one of them, holds. */
export async function look(asker, { services, versions }, since = 0) {
  const maps = new Map()
  for (const kind of Object.keys(kinds)) {
    const query = { mapkind: kind, ...filters({ service: services, version: versions }) }
    // A purge takes from the second list only
    for (const [state, line] of [
      ['live', 'GET /api/v2/sourcemaps/list'],
      ['deleted', `GET ${own}/deleted`],
    ])
      for (const { id, attributes } of await everyItem(asker, line, { query })) maps.set(id, factsOf(attributes, state))
  }
  const enough = page => page.length > 0 && numberOf(page.at(-1)) <= since
  const operations = await everyItem(asker, `GET ${own}/operations`, { enough })
  const { json } = await ask(asker, `GET ${own}/holds`)
  return { maps, operations: operations.filter(operation => numberOf(operation) > since).reverse(), holds: json.data }
}

function factsOf(attributes, state) {
  const { mapkind: kind, service, version, operation, undo_until: undoUntil } = attributes
  return { kind, service, version, state, operation, tag: kinds[kind].tagOf(attributes), undoUntil: undoUntil && Date.parse(undoUntil) }
}

/** Settles what nobody answered, then compares everything. `asker`: `{ installation, model, random, tally }`. */
export async function checkPromises(asker) {
  const { model, tally } = asker
  const found = await look(asker, model, model.seen.operation)
  await settleOperations(asker, found)
  const settled = model.pending.splice(0)
  await settleUploads(asker, found, settled)
  settleHolds(asker, found, settled)
  for (const wish of settled) {
    count(tally, `${wish.wasDone ? 'done' : 'not done'}: ${wish.sort}`)
    assert.ok(wish.wasDone || !wish.mustBeDone, `${named(wish)} was answered, and is not there`)
  }
  compareMaps(model, found.maps, { learn: true })
  compareHolds(model, found.holds)
  pinHeld(model, found.maps)
  await checkAudit(asker)
  count(tally, 'checked: maps', model.maps.size)
  return settled
}

/** A copy of an installation must hold what it was copied from, all of it; what was due may have been purged. */
export async function checkCopy(asker) {
  const { model, tally } = asker
  const found = await look(asker, model)
  compareMaps(model, found.maps, { learn: false })
  compareHolds(model, found.holds)
  const passages = found.operations.filter(({ attributes }) => attributes.kind !== 'purge')
  assert.deepEqual(passages.map(({ id }) => id).sort(), [...model.operations.keys()].sort(), 'the operations of the copy')
  count(tally, 'checked: maps', model.maps.size)
}

// Operations

async function settleOperations(asker, { operations }) {
  const { model } = asker
  for (const operation of operations) {
    const number = numberOf(operation)
    assert.equal(
      number,
      model.seen.operation + 1,
      `operations are numbered without a gap, but after ${model.seen.operation} comes ${number}`,
    )
    model.seen.operation = number
    if (operation.attributes.kind === 'purge') checkPurge(model, operation)
    else await settleOperation(asker, operation)
  }
  for (const id of model.operations.keys())
    assert.ok(Number(id.slice('op_'.length)) <= model.seen.operation, `operation ${id} was answered, and is not there`)
}

function checkPurge(model, { id, attributes }) {
  const { purges, totals, at } = attributes
  const deletion = model.operations.get(purges)
  assert.equal(deletion?.to, 'deleted', `${id} purges ${purges}`)
  // Once, but for what holds kept the first time
  assert.ok(!deletion.purge || wasHeldUp(model, deletion), `${purges} was purged by ${deletion.purge} and by ${id}`)
  assert.ok(totals.count <= deletion.members.length, `${id} purged ${totals.count} maps of ${deletion.members.length}`)
  assert.ok(Date.parse(at) >= deletion.undoUntil, `${id} purged ${purges} before its time`)
  deletion.purge = id
}

async function settleOperation(asker, { id, attributes }) {
  const { model } = asker
  const { kind, reason, totals, to } = attributes
  const known = model.operations.get(id)
  if (known) {
    assert.deepEqual([known.kind, known.to, known.reason, known.members.length], [kind, to, reason ?? known.reason, totals.count], id)
    return
  }
  const wishes = model.pending.filter(wish => wish.reason === reason && wish.candidates)
  assert.ok(wishes.length > 0, `${id} (${kind}, ${reason}) is nobody's, or was done twice`)
  const included = await membersOf(asker, id)
  assert.equal(included.length, totals.count, `the members of ${id}`)
  // An upload beside it may be in doubt itself
  for (const { id: member, attributes: map } of included) learnUpload(model, member, factsOf(map))
  const [wish] = wishes
  const ids = included.map(member => member.id)
  assert.ok(!wish.isStale, `${named(wish)} carried out a plan that is stale`)
  assertWhole(model, wish, ids)
  if (wish.needsAll) assert.equal(ids.length, model.operations.get(wish.operation).members.length, `${named(wish)} is not the whole of it`)
  apply(model, wish, { id, ids, undoUntil: attributes.undo_until && Date.parse(attributes.undo_until) })
  for (const each of wishes) Object.assign(each, { wasDone: true, became: id })
}

async function membersOf(asker, id) {
  const { json, status, text } = await ask(asker, `GET ${own}/operations/${id}`, { query: { 'page[size]': 1000 } })
  assert.equal(status, 200, text)
  return json.included
}

// Uploads and holds

/** Makes a map known that an upload made whose answer was lost. */
function learnUpload(model, id, { kind, service, version, tag }) {
  if (model.maps.has(id)) return
  const same = model.pending.filter(wish => wish.sort === 'upload' && wish.tag === tag && !wish.wasDone)
  const [wish] = same
  assert.ok(wish, `map ${id} (${tag}) is nobody's, or was made twice`)
  assert.deepEqual([kind, service, version], [wish.kind, wish.service, wish.version], `map ${id}`)
  const twin = [...model.maps.values()].find(map => map.tag === tag && map.state === 'live')
  assert.equal(twin, undefined, `map ${id} stands beside the one that it repeats`)
  addMap(model, id, wish)
  for (const each of same) Object.assign(each, { wasDone: true, became: id })
}

async function settleUploads(asker, { maps }, settled) {
  const { model } = asker
  const pending = { ...model, pending: settled }
  for (const [id, facts] of maps) learnUpload(pending, id, facts)
  for (const wish of settled) {
    if (wish.sort !== 'upload' || wish.wasDone) continue
    const twin = [...model.maps.values()]
      .filter(map => map.tag === wish.tag && map.state === 'live')
      .sort((one, other) => other.id - one.id)[0]
    if (!twin) continue
    // Whether it was declared again tells only the operation that it is the last one of no more
    const { operation } = await detailOf(asker, twin.id)
    assert.ok(operation === twin.operation || operation === undefined, `map ${twin.id} belongs to ${operation}, not to ${twin.operation}`)
    wish.wasDone = operation !== twin.operation
    twin.operation = operation
  }
}

function settleHolds({ model }, { holds }, settled) {
  for (const wish of settled) {
    if (wish.sort === 'hold') {
      const hold = holds.find(({ attributes }) => attributes.reason === wish.reason)
      if (!hold) continue
      wish.wasDone = true
      addHold(model, { ...wish, id: hold.id })
    }
    if (wish.sort === 'release' && !holds.some(({ id }) => id === wish.hold)) {
      wish.wasDone = true
      endHold(model, wish.hold)
    }
  }
}

function compareHolds(model, holds) {
  assert.deepEqual(holds.map(({ id }) => id).sort(), [...model.holds.keys()].sort(), 'the holds that keep something')
}

function pinHeld(model, maps) {
  for (const hold of model.holds.values())
    for (const map of model.maps.values()) if (maps.get(map.id)?.state === 'deleted' && keeps(hold, map)) map.pins.add(hold.id)
}

// Maps

function compareMaps(model, maps, { learn }) {
  for (const id of maps.keys()) assert.ok(model.maps.has(id), `map ${id} is nobody's`)
  for (const map of model.maps.values()) {
    const found = maps.get(map.id)
    if (found) compareMap(map, found)
    else if (map.state !== 'purged') {
      assert.ok(
        mayBePurged(map),
        `map ${map.id} of ${map.service} ${map.version} is not there; it must be ${map.state}, by ${map.operation}`,
      )
      if (learn) Object.assign(map, { state: 'purged', isNews: true })
    }
  }
}

function compareMap(map, found) {
  const { id, state, kind, service, version, tag, operation, undoUntil } = map
  const must = { kind, service, version, tag, state, operation: state === 'deleted' ? operation : undefined, undoUntil }
  const says = `map ${id} is ${JSON.stringify(found)}; it must be ${JSON.stringify(must)}, by ${operation ?? 'its upload'}`
  assert.deepEqual({ ...found }, { ...found, ...must }, says)
}

/** In the end the purges of each deletion took as many maps as they told, and every map was taken by one. */
export async function checkPurges(asker) {
  const { model } = asker
  const { operations } = await look(asker, model)
  const purges = operations.filter(({ attributes }) => attributes.kind === 'purge')
  for (const id of new Set(purges.map(({ attributes }) => attributes.purges))) {
    const told = purges
      .filter(({ attributes }) => attributes.purges === id)
      .reduce((sum, { attributes }) => sum + attributes.totals.count, 0)
    const taken = [...model.maps.values()].filter(map => map.state === 'purged' && map.operation === id)
    assert.equal(told, taken.length, `the purges of ${id} told of ${told} maps`)
  }
  for (const map of model.maps.values())
    assert.ok(model.operations.get(map.operation)?.purge, `map ${map.id} went without a purge; ${map.operation} was its last operation`)
}

/** Maps that were purged since they were looked at last: not before their time, by an operation, and their bytes are not read any more. */
export async function checkPurged(asker, limit) {
  const news = [...asker.model.maps.values()].filter(map => map.isNews)
  for (const map of news) map.isNews = false
  for (const map of news.slice(0, limit)) {
    const { state, purged_at: purgedAt, operation } = await detailOf(asker, map.id)
    assert.deepEqual([state, operation], ['purged', map.operation], `map ${map.id}`)
    assert.ok(Date.parse(purgedAt) >= map.undoUntil, `map ${map.id} was purged at ${purgedAt}, before its time`)
    const [part] = kinds[map.kind].parts
    const { status } = await ask(asker, `GET ${own}/sourcemaps/${map.id}/files/${part}`)
    assert.equal(status, 404, `the bytes of map ${map.id}, which was purged`)
  }
}

// The trail

const told = new Set(['upload', 'deletion', 'restoration', 'undo', 'hold.placed', 'hold.released'])

/** Everything that was done is told once, and nothing else. */
async function checkAudit(asker) {
  const { model } = asker
  const last = model.seen.event
  const events = await everyItem(asker, `GET ${own}/audit`, { enough: page => page.some(({ id }) => id === last) })
  const at = events.findIndex(({ id }) => id === last)
  const fresh = (at < 0 ? events : events.slice(0, at)).filter(({ attributes }) => told.has(attributes.action) && !attributes.detail.repeat)
  model.seen.event = events[0]?.id
  const lines = fresh.map(({ attributes }) => `${attributes.action} ${attributes.subject}`)
  assert.deepEqual(lines.sort(), model.news.splice(0).sort(), 'the audit trail since the last check')
}

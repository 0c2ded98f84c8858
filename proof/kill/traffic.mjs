// What workers do until their server is killed or they are told to stop: one thing after another, each foretold and its answer compared.
import assert from 'node:assert/strict'
import { filters, sha256, upload } from '../../test/wire/api.mjs'
import { below, oneOf } from '../shared/random.mjs'
import { ask, askNode, attempt, detailOf, Lost } from './ask.mjs'
import { bytesOf, digestOf, kinds, sharedContents } from './contents.mjs'
import {
  addHold,
  addMap,
  apply,
  assertWhole,
  candidatesOf,
  endHold,
  isHeld,
  keeps,
  mapsOf,
  mayBePurged,
  named,
  stateAfter,
  unpin,
} from './model.mjs'
import { count } from './tally.mjs'

const own = '/api/mapkeep/v1'

/** What is done how often. */
const program = [
  [uploadSome, 34],
  [uploadAgain, 5],
  [uploadTwins, 4],
  [deleteRelease, 10],
  [deleteByIds, 7],
  [deleteByPlan, 9],
  [deleteWithPlanOfThen, 3],
  [refuseStalePlan, 3],
  [restoreRelease, 8],
  [undoSomething, 12],
  [placeHold, 5],
  [releaseHold, 5],
  [deleteTwice, 3],
  [deleteWhileUploading, 3],
  [deleteWhileHolding, 3],
  [readBack, 5],
]
const steps = program.flatMap(([step, share]) => Array(share).fill(step))

/** What could be done before deletions could be planned, undone or held up. */
export const earliestSteps = [uploadSome, uploadSome, uploadSome, uploadAgain, uploadTwins, deleteRelease, deleteByIds, restoreRelease]

/** Works until it is told to stop, or nobody answers. `worker`: `{ installation, model, random, tally, service, name, isOver, steps? }`. */
export async function work(worker) {
  worker.wishes = 0
  try {
    while (!worker.isOver()) await oneOf(worker.random, worker.steps ?? steps)(worker)
  } catch (error) {
    if (!(error instanceof Lost)) throw error
  }
}

/** A worker's only way to change something. What is not answered stays pending; where other nodes live it may be asked for again at once. */
async function send(worker, wish, request) {
  const { model, tally, installation } = worker
  model.pending.push(wish)
  const answer = await attempt(worker, request).catch(error => insist(worker, { wish, request, error }))
  model.pending.splice(model.pending.indexOf(wish), 1)
  count(tally, `answered: ${wish.plan ? `${wish.sort} by plan` : wish.sort}${answer.status < 300 ? '' : ' (refused)'}`)
  installation.answered()
  return answer
}

/** What can be asked for again without being done twice is, at another node; half of the time, so that the rest is looked for at the end. */
async function insist(worker, { wish, request, error }) {
  if (!(error instanceof Lost)) throw error
  count(worker.tally, `in doubt: ${wish.sort}`)
  const isSafe = wish.key || wish.plan || wish.sort === 'upload'
  if (!isSafe || worker.installation.nodes.length === 1 || worker.random() < 0.5) throw error
  const answer = await attempt(worker, request)
  count(worker.tally, `in doubt, asked again at another node: ${wish.sort}`)
  return answer
}

/** Two at once; those that were answered are dealt with before the loss of another is told. */
async function together(requests, deal) {
  const outcomes = await Promise.allSettled(requests)
  const lost = outcomes.find(({ reason }) => reason instanceof Lost)
  for (const { reason } of outcomes) if (reason && !(reason instanceof Lost)) throw reason
  await deal(
    outcomes.map(({ value }) => value),
    lost !== undefined,
  )
  if (lost) throw lost.reason
}

const nextName = worker => `${worker.name}-${++worker.wishes}`
const someVersion = ({ random, model }) => oneOf(random, model.versions)
const someKind = ({ random }) => (random() < 0.6 ? 'jvm' : 'js')
const someRelease = worker => ({ kind: someKind(worker), service: worker.service, version: someVersion(worker) })
const mine = ({ model, service }) => [...model.maps.values()].filter(map => map.service === service)

/** A release with something in it, if there is one. */
function releaseOf(worker, wanted) {
  const found = mine(worker).filter(wanted)
  if (found.length === 0) return undefined
  const { kind, service, version } = oneOf(worker.random, found)
  return { kind, service, version }
}

// Uploads

/** A new map's wish; `alone`: with contents that no other map has. */
export function newUpload(worker, { alone = false, ...release } = {}) {
  const tag = nextName(worker)
  const parts = kinds[release.kind ?? 'jvm'].parts
  const contents = Object.fromEntries(parts.map(part => [part, alone ? `${tag} ${part}` : below(worker.random, sharedContents)]))
  return { sort: 'upload', kind: 'jvm', ...release, tag, contents }
}

/** Sends an upload and gives the answer. */
export function sendUpload(worker, wish) {
  const files = Object.fromEntries(Object.entries(wish.contents).map(([part, content]) => [part, bytesOf(content)]))
  return send(worker, wish, node => upload(node, kinds[wish.kind].event(wish), files))
}

/** Deals with the answer of an upload: an identical live map is the answer, otherwise it is a new one. */
export function settleUpload({ model }, wish, { status, id, text }) {
  assert.equal(status, 200, `${named(wish)}: ${text}`)
  const [twin] = mapsOf(model, wish)
    .filter(map => map.tag === wish.tag && map.state === 'live')
    .sort((one, other) => other.id - one.id)
  if (!twin) return addMap(model, id, wish)
  assert.equal(id, twin.id, `${named(wish)} repeats map ${twin.id}`)
  twin.operation = undefined
  return twin
}

async function uploadSome(worker) {
  const wishes = Array.from({ length: 1 + below(worker.random, 3) }, () => newUpload(worker, someRelease(worker)))
  await together(
    wishes.map(async wish => settleUpload(worker, wish, await sendUpload(worker, wish))),
    () => {},
  )
}

async function uploadAgain(worker) {
  const known = mine(worker).filter(map => map.state !== 'purged')
  if (known.length === 0) return
  const { kind, service, version, tag, contents } = oneOf(worker.random, known)
  const wish = { sort: 'upload', kind, service, version, tag, contents }
  settleUpload(worker, wish, await sendUpload(worker, wish))
}

async function uploadTwins(worker) {
  const wish = newUpload(worker, someRelease(worker))
  const twins = [wish, { ...wish }]
  await together(
    twins.map(each => sendUpload(worker, each)),
    answers => {
      for (const answer of answers) if (answer) settleUpload(worker, wish, answer)
    },
  )
}

// Deletions, restorations, undos

/** Sends a wish that moves maps; whom it moves is settled now. */
export function sendPassage(worker, wish) {
  wish.candidates ??= candidatesOf(worker.model, wish)
  wish.reason ??= nextName(worker)
  if (wish.sort === 'undo') wish.needsAll = !wish.partial
  const headers = wish.key ? { 'idempotency-key': wish.key } : {}
  return send(worker, wish, node => askNode(node, ...lineOf(wish, headers)))
}

function lineOf(wish, headers) {
  const { sort, operation, partial, kind, service, version, ids, plan, reason } = wish
  if (sort === 'undo') return [`POST ${own}/operations/${operation}/undo`, { headers, query: { reason, ...(partial ? { partial } : {}) } }]
  const line = sort === 'deletion' ? 'DELETE /api/v2/sourcemaps' : 'PATCH /api/v2/sourcemaps/restore'
  const selection = { mapkind: kind, ...filters({ service, version, ...(ids ? { id: ids } : {}) }) }
  return [line, { headers, query: { ...selection, dry_run: false, reason, ...(plan ? { plan } : {}) } }]
}

/** Deals with the answer of such a wish; what was answered before must be answered again. */
export function settlePassage({ model }, wish, { status, json, text }) {
  if (status !== 200) return settleRefusal(model, wish, { status, json, text })
  const { operation, totals } = json.meta
  const ids = json.data.map(item => item.id)
  assert.equal(totals.count, ids.length, `${named(wish)}: ${text}`)
  const known = model.operations.get(operation.id)
  if (known) {
    assert.deepEqual([known.reason, [...known.members].sort()], [wish.reason, [...ids].sort()], `${named(wish)} repeats ${operation.id}`)
    return known
  }
  assert.ok(!wish.isStale, `${named(wish)} carried out a plan that is stale`)
  assertWhole(model, wish, ids)
  if (wish.needsAll) assert.equal(ids.length, model.operations.get(wish.operation).members.length, `${named(wish)} is not the whole of it`)
  const undoUntil = operation.undo_until && Date.parse(operation.undo_until)
  if (stateAfter(model, wish) === 'deleted') assert.ok(undoUntil, `${named(wish)} says until when it can be undone`)
  apply(model, wish, { id: operation.id, ids, undoUntil })
  return model.operations.get(operation.id)
}

function settleRefusal(model, wish, { status, json, text }) {
  const why = `${named(wish)}: ${status} ${text}`
  if (wish.isStale) return assert.deepEqual([status, json.errors[0].title], [409, 'Plan is stale'], why)
  if (wish.hasLostRival || (wish.mayHaveLostPlan && json.errors[0].source?.parameter === 'plan')) return
  const left = candidatesOf(model, wish).filter(map => !mayBePurged(map) && !wish.mayTake?.includes(map.tag))
  if (wish.sort === 'undo') {
    const isWhole = left.length === model.operations.get(wish.operation).members.length
    return assert.ok(status === 409 && (wish.partial ? left.length === 0 : !isWhole), why)
  }
  const isHeldUp = wish.sort === 'deletion' && mapsOf(model, wish).some(map => map.state === 'live' && isHeld(model, map))
  assert.deepEqual([status, left.length], [isHeldUp ? 409 : 404, 0], why)
  if (wish.sort === 'restoration') for (const map of candidatesOf(model, wish)) map.state = 'purged'
}

async function passage(worker, wish) {
  const answer = await sendPassage(worker, wish)
  const done = settlePassage(worker, wish, answer)
  // Whoever asks again by the same name is told the same
  if (wish.key && worker.random() < 0.4) settlePassage(worker, wish, await sendPassage(worker, wish))
  return done
}

const maybeNamed = worker => (worker.random() < 0.6 ? { key: `key-${nextName(worker)}` } : {})
const isLive = map => map.state === 'live'
const isDeleted = map => map.state === 'deleted'

async function deleteRelease(worker) {
  const release = releaseOf(worker, isLive) ?? someRelease(worker)
  await passage(worker, { sort: 'deletion', ...release, ...maybeNamed(worker) })
}

async function deleteByIds(worker) {
  const release = releaseOf(worker, isLive)
  if (!release) return
  const ids = someOf(worker, mapsOf(worker.model, release).filter(isLive))
  await passage(worker, { sort: 'deletion', ...release, ids, ...maybeNamed(worker) })
}

function someOf({ random }, maps) {
  const some = maps.filter(() => random() < 0.5)
  return (some.length > 0 ? some : maps.slice(0, 1)).slice(0, 20).map(map => map.id)
}

/** Previews a deletion; gives the wish to carry it out, unless there is nothing to plan. */
async function preview(worker) {
  const release = releaseOf(worker, isLive)
  if (!release) return undefined
  const wish = { sort: 'deletion', ...release }
  wish.candidates = candidatesOf(worker.model, wish)
  const query = { mapkind: release.kind, ...filters({ service: release.service, version: release.version }), dry_run: true }
  const { status, json, headers, text } = await ask(worker, 'DELETE /api/v2/sourcemaps', { query })
  if (wish.candidates.length === 0) {
    assert.equal(status, 409, text)
    return undefined
  }
  assert.equal(status, 200, text)
  assertWhole(
    worker.model,
    wish,
    json.data.map(item => item.id),
  )
  return { ...wish, plan: headers.get('mapkeep-plan'), reason: nextName(worker) }
}

/** Whatever node is asked, and however many are at once, a plan is carried out once. */
async function deleteByPlan(worker) {
  const wish = await preview(worker)
  if (!wish) return
  const twins = worker.random() < 0.5 ? [wish, { ...wish }] : [wish]
  const settle = answers => {
    const done = answers.filter(Boolean).map(answer => settlePassage(worker, wish, answer))
    assert.equal(new Set(done).size, Math.min(1, done.length), `the plan of ${named(wish)} became several operations`)
  }
  await together(
    twins.map(each => sendPassage(worker, each)),
    settle,
  )
  if (worker.random() < 0.5) settlePassage(worker, wish, await sendPassage(worker, wish))
}

/** What was uploaded since is not touched. */
async function deleteWithPlanOfThen(worker) {
  const wish = await preview(worker)
  if (!wish) return
  const { kind, service, version } = wish
  const later = newUpload(worker, { kind, service, version })
  settleUpload(worker, later, await sendUpload(worker, later))
  await passage(worker, wish)
}

/** When a map of it is gone, nothing happens. */
async function refuseStalePlan(worker) {
  const wish = await preview(worker)
  if (!wish) return
  const { kind, service, version, candidates } = wish
  await passage(worker, { sort: 'deletion', kind, service, version, ids: [oneOf(worker.random, candidates).id] })
  await passage(worker, { ...wish, isStale: true, candidates: [] })
}

async function restoreRelease(worker) {
  const release = releaseOf(worker, isDeleted) ?? someRelease(worker)
  const deleted = mapsOf(worker.model, release).filter(isDeleted)
  const ids = worker.random() < 0.4 && deleted.length > 0 ? { ids: someOf(worker, deleted) } : {}
  await passage(worker, { sort: 'restoration', ...release, ...ids, ...maybeNamed(worker) })
}

async function undoSomething(worker) {
  const { model, service, random } = worker
  const isMine = ({ members }) => model.maps.get(members[0]).service === service
  const operations = [...model.operations.values()].filter(isMine).slice(-8)
  if (operations.length === 0) return
  await passage(worker, { sort: 'undo', operation: oneOf(random, operations).id, partial: random() < 0.3, ...maybeNamed(worker) })
}

// Holds

function newHold(worker, selector) {
  return { sort: 'hold', selector, service: worker.service, reason: nextName(worker) }
}

function someSelector(worker) {
  const { random, service } = worker
  const known = mine(worker).filter(map => map.state !== 'purged')
  if (known.length > 0 && random() < 0.3) return { ids: someOf(worker, known) }
  if (random() < 0.1) return { service, version: '*', mapkind: someKind(worker) }
  return { service, version: someVersion(worker), ...(random() < 0.5 ? { mapkind: someKind(worker) } : {}) }
}

function sendHold(worker, wish) {
  const { selector, reason, service: owner } = wish
  const body = JSON.stringify({ data: { type: 'holds', attributes: { selector, reason, owner } } })
  const order = { headers: { 'content-type': 'application/json' }, body }
  return send(worker, wish, node => askNode(node, `POST ${own}/holds`, order))
}

async function settleHold(worker, wish, { status, json, text }) {
  if (status === 404) return settleRefusedHold(worker, wish, json)
  assert.equal(status, 201, `${named(wish)}: ${text}`)
  const hold = { id: json.data.id, ...wish }
  addHold(worker.model, hold)
  await pin(worker, hold)
}

/** A hold that names maps is refused when a purge was faster. */
function settleRefusedHold({ model }, wish, { errors }) {
  for (const { detail } of errors) {
    const map = model.maps.get(/^There is no map (\d+) that meets/.exec(detail)?.[1])
    assert.ok(map && wish.selector.ids?.includes(map.id) && mayBePurged(map), `${named(wish)}: ${detail}`)
    map.state = 'purged'
  }
}

/** What it keeps from now on can be told only of maps that are seen afterwards: a purge may have been faster. */
async function pin(worker, hold) {
  for (const map of mine(worker)) {
    if (map.state !== 'deleted' || !keeps(hold, map)) continue
    const { state } = await detailOf(worker, map.id)
    if (state === 'deleted') map.pins.add(hold.id)
    else {
      assert.ok(state === 'purged' && mayBePurged(map), `map ${map.id} is ${state} when ${named(hold)} was placed`)
      map.state = 'purged'
    }
  }
}

async function placeHold(worker) {
  const held = [...worker.model.holds.values()].filter(hold => hold.service === worker.service)
  if (held.length >= 3) return releaseHold(worker)
  const wish = newHold(worker, someSelector(worker))
  await settleHold(worker, wish, await sendHold(worker, wish))
}

async function releaseHold(worker) {
  const held = [...worker.model.holds.values()].filter(hold => hold.service === worker.service)
  if (held.length > 0) await release(worker, oneOf(worker.random, held).id)
}

/** Ends a hold. */
export async function release(worker, hold) {
  const { model } = worker
  unpin(model, hold)
  const wish = { sort: 'release', hold }
  const { status, text } = await send(worker, wish, node => askNode(node, `DELETE ${own}/holds/${hold}`))
  assert.ok(status === 200 || status === 204, `release of ${hold}: ${status} ${text}`)
  endHold(model, hold)
}

// Two things at once

/** One of two gets all, the other nothing. */
async function deleteTwice(worker) {
  const release = releaseOf(worker, isLive)
  if (!release) return
  const wishes = [0, 1].map(() => ({ sort: 'deletion', ...release }))
  await together(
    wishes.map(wish => sendPassage(worker, wish)),
    (answers, isLost) => {
      const order = [0, 1].filter(at => answers[at]).sort((one, other) => answers[one].status - answers[other].status)
      for (const at of order) settlePassage(worker, { ...wishes[at], hasLostRival: isLost }, answers[at])
    },
  )
}

/** A map that is being uploaded is taken or not, but whole. */
async function deleteWhileUploading(worker) {
  const release = releaseOf(worker, isLive)
  if (!release) return
  const fresh = newUpload(worker, release)
  const wish = { sort: 'deletion', ...release, mayTake: [fresh.tag] }
  await together([sendUpload(worker, fresh), sendPassage(worker, wish)], ([uploaded, deleted], isLost) => {
    if (uploaded) settleUpload(worker, fresh, uploaded)
    if (!deleted) return
    if (!isLost) return settlePassage(worker, wish, deleted)
    // What the upload made is not known yet, so the deletion is looked at with it
    worker.model.pending.push(Object.assign(wish, { mustBeDone: deleted.status === 200 }))
  })
}

/** Either the deletion was first and took all, or the hold was. */
async function deleteWhileHolding(worker) {
  const release = releaseOf(worker, isLive)
  if (!release) return
  const { service, version } = release
  const hold = newHold(worker, { service, version })
  const wish = { sort: 'deletion', ...release }
  await together([sendHold(worker, hold), sendPassage(worker, wish)], async ([held, deleted], isLost) => {
    if (deleted?.status === 200) settlePassage(worker, wish, deleted)
    // Nothing else keeps these maps: who was refused met the hold
    if (!held && deleted?.status === 409 && wish.candidates.length > 0) hold.mustBeDone = true
    if (held) await settleHold(worker, hold, held)
    if (deleted && deleted.status !== 200) settlePassage(worker, { ...wish, hasLostRival: isLost }, deleted)
  })
}

/** A live map reads back at any time. */
async function readBack(worker) {
  const live = mine(worker).filter(isLive)
  if (live.length > 0) await readMap(worker, oneOf(worker.random, live))
}

/** Reads the files of a live map and compares their digests. */
export async function readMap(worker, map) {
  for (const [part, content] of Object.entries(map.contents)) {
    const { status, bytes, text } = await ask(worker, `GET ${own}/sourcemaps/${map.id}/files/${part}`)
    assert.equal(status, 200, `${part} of map ${map.id}: ${status === 200 ? '' : text}`)
    assert.equal(sha256(bytes), digestOf(content), `the bytes of ${part} of map ${map.id}`)
    worker.tally.bytes += bytes.length
    count(worker.tally, 'checked: files read back')
  }
}

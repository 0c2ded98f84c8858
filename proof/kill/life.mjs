// One installation from its first start to the day when all of it has been purged: rounds of start, check, traffic, kill.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { settles } from '../../test/wire/stored-files.mjs'
import { below, oneOf, seeded } from '../shared/random.mjs'
import { checkPromises, checkPurged, checkPurges, look } from './check.mjs'
import { digestOf, kinds } from './contents.mjs'
import { newModel } from './model.mjs'
import { count } from './tally.mjs'
import { newUpload, readMap, release, sendPassage, sendUpload, settlePassage, settleUpload, work } from './traffic.mjs'

const workers = 6
const services = Array.from({ length: workers }, (_, at) => `service-${at}`)
const versions = ['1.0', '1.1', '2.0']
/** How long deletions can be undone: each server is told one of these when it starts, and keeps what the one before it promised. */
const windows = ['0s', '0s', '2s', '1h']
/** Every so many rounds everything is looked at. */
const fully = 10

/** A life about to begin: what all its rounds know. */
export function newLife({ installation, tally, random, seed }) {
  return { installation, tally, random, seed, model: newModel(services, versions), round: 0, hasBegun: false, name: '' }
}

/** A start, after which everything must be as it was promised. */
export async function begin(life, settings = {}) {
  const { installation, model, random, tally } = life
  const isFull = life.round % fully === fully - 1
  if (life.hasBegun && (installation.isAlone || random() < 0.1)) await checkStores(life, { isFull, isAfterKill: true })
  await installation.start({ MAPKEEP_UNDO_WINDOW: oneOf(random, windows), ...settings })
  if (installation.isSwept)
    await settles(async () => assert.deepEqual(await installation.temporaryFiles(), [], 'temporary files after the start'))
  life.hasBegun = true
  const settled = await checkPromises(life)
  await checkPurged(life, isFull ? 1000 : 5)
  const live = [...model.maps.values()].filter(map => map.state === 'live')
  for (const map of isFull ? live : sample(random, live, 6)) await readMap(life, map)
  await askAgain(life, settled)
  // In a cluster another node clears up after a dead one, and only when its claim has run out
  if (isFull && installation.isSwept) await checkContents(life)
  if (!installation.isAlone && (isFull || random() < 0.1)) await checkStores(life, { isFull })
  assertQuiet(installation)
  count(tally, 'checks after a start')
}

/** What the servers had to tell of themselves: nothing may have gone wrong inside. */
export function assertQuiet({ log }) {
  const faults = log.split('\n').filter(line => line.startsWith('{') && JSON.parse(line).level >= 50)
  assert.deepEqual(faults, [], 'the server logged errors')
}

function sample(random, list, size) {
  return Array.from({ length: Math.min(size, list.length) }, () => oneOf(random, list))
}

/** Who was not answered asks again after the kill: what was done is told, what was not is done now. */
async function askAgain(life, settled) {
  for (const wish of settled) {
    const isSafe = wish.sort === 'upload' || wish.key || (wish.plan && !wish.isStale)
    if (!isSafe || life.random() < 0.5) continue
    // A preview is answered before its plan is synced: with the power it may go, and then nothing is done
    wish.mayHaveLostPlan = life.installation.isAlone && !wish.wasDone
    const { id } =
      wish.sort === 'upload'
        ? settleUpload(life, wish, await sendUpload(life, wish))
        : (settlePassage(life, wish, await sendPassage(life, wish)) ?? {})
    if (wish.became) assert.equal(id, wish.became, 'what is asked for again is what was done')
    count(life.tally, `asked again: ${wish.sort} that was ${wish.wasDone ? 'done' : 'not done'}`)
  }
}

/** The stored contents are those that maps need, once the background has cleared up. */
async function checkContents(life) {
  const { installation, model } = life
  await settles(async () => {
    const { maps } = await look(life, model)
    const needed = [...maps.keys()].flatMap(id => Object.values(model.maps.get(id).contents).map(digestOf))
    assert.deepEqual([...new Set(await installation.storedDigests())].sort(), [...new Set(needed)].sort(), 'the stored contents')
  })
}

const leftovers = new Set(['interrupted_upload', 'unfinished_copy', 'temporary_file'])

/** `mapkeep fsck` finds nothing; after a kill and before the next start only what was under way. */
export async function checkStores({ installation, tally }, { isFull = false, isAfterKill = false, args = [] } = {}) {
  const { output, code } = await installation.command('fsck', '--json', ...(isFull ? ['--verify-bytes'] : []), ...args)
  const report = output.split('\n').find(line => line.startsWith('{'))
  assert.ok(report, `fsck ended with ${code}: ${output}`)
  const problems = JSON.parse(report).problems.filter(({ problem }) => !isAfterKill || !leftovers.has(problem))
  assert.deepEqual(problems, [], 'fsck')
  count(tally, `fsck runs: ${isFull ? 'with --verify-bytes' : isAfterKill ? 'after a kill, before the start' : 'beside the server'}`)
}

/** Workers at their program, until `ended` has done what ends it; what it is given tells when so many answers have come. */
export async function traffic(life, ended) {
  const state = { isOver: false }
  const asker = number => ({
    ...life,
    random: seeded(life.seed * 1_000_003 + life.round * 101 + number),
    service: services[number],
    name: `${life.name}${life.round}-${number}`,
    isOver: () => state.isOver,
  })
  const all = Promise.all(services.map((_, number) => work(asker(number))))
  all.catch(() => {})
  const after = answers => Promise.race([all, answersOf(life.installation, answers)])
  try {
    await ended(after)
  } finally {
    state.isOver = true
    life.installation.onAnswer = () => {}
  }
  await all
}

function answersOf(installation, wanted) {
  const enough = installation.answers + wanted
  return new Promise(resolve => {
    installation.onAnswer = answers => answers >= enough && resolve()
  })
}

/** A round as most are: the server is killed some answers after its start, somewhere in the middle. */
export async function strike(life) {
  await traffic(life, async after => {
    await after(1 + below(life.random, 50))
    await sleep(life.random() * 20)
    await life.installation.kill()
  })
}

/** Every worker uploads maps that share nothing, and deletes them, so that a purge has much to do. */
export async function prepareForPurge(life) {
  const burst = async number => {
    const release = { kind: 'jvm', service: services[number], version: oneOf(life.random, versions) }
    const worker = { ...life, name: `${life.name}${life.round}-purge${number}`, wishes: 0 }
    for (let at = 0; at < 5; at++) {
      const wish = newUpload(worker, { ...release, alone: true })
      settleUpload(worker, wish, await sendUpload(worker, wish))
    }
    const wish = { sort: 'deletion', ...release, reason: `${worker.name} all` }
    settlePassage(worker, wish, await sendPassage(worker, wish))
  }
  await Promise.all(services.map((_, number) => burst(number)))
}

/** The end: everything is deleted and purged, and the disk is empty. */
export async function finish(life) {
  const { installation, model, tally } = life
  await installation.kill()
  await installation.passTime()
  life.round++
  await begin(life, { MAPKEEP_UNDO_WINDOW: '0s' })
  const before = await installation.storedBytes()
  for (const id of [...model.holds.keys()]) await release(life, id)
  for (const release of everyRelease()) await removeRelease(life, release)
  await settles(async () => {
    const { maps } = await look(life, model)
    assert.equal(maps.size, 0, 'maps are left after everything was purged')
    assert.deepEqual(await installation.storedDigests(), [], 'stored contents are left after everything was purged')
    assert.deepEqual(await installation.temporaryFiles(), [])
  })
  await checkPromises(life)
  await checkPurges(life)
  if (!installation.isAlone) await checkStores(life, { isFull: true })
  assertQuiet(installation)
  assert.equal(await installation.stop(), 0, 'a server that is told to stop ends in good order')
  await checkStores(life, { isFull: true })
  count(tally, 'bytes on disk before the last purge', before)
  count(tally, 'installations emptied')
}

function everyRelease() {
  return Object.keys(kinds).flatMap(kind => services.flatMap(service => versions.map(version => ({ kind, service, version }))))
}

/** What an earlier promise keeps for longer is brought back first, and deleted again under a shorter one. */
async function removeRelease(life, release) {
  const maps = [...life.model.maps.values()].filter(
    ({ kind, service, version }) => kind === release.kind && service === release.service && version === release.version,
  )
  const name = `${life.name}end ${Object.values(release).join(' ')}`
  if (maps.some(map => map.state === 'deleted' && map.undoUntil > Date.now())) {
    const wish = { sort: 'restoration', ...release, reason: `${name} back` }
    settlePassage(life, wish, await sendPassage(life, wish))
  }
  if (!maps.some(map => map.state === 'live')) return
  const wish = { sort: 'deletion', ...release, reason: name }
  settlePassage(life, wish, await sendPassage(life, wish))
}

/** Ends what still runs of a life, also what is just being started. */
export async function abandon({ installation }) {
  await installation.starting?.catch(() => {})
  for (const node of installation.nodes) await node?.end('SIGKILL')
}

// A whole run: the server and its maps, lanes of hostile requests side by side, and after each round what must still be true.
import fs from 'node:fs'
import path from 'node:path'
import { mapkeep } from '../../test/wire/running-server.mjs'
import { settles, storedDigests, temporaryFiles } from '../../test/wire/stored-files.mjs'
import { bodies } from './bodies.mjs'
import { readContract } from './contract.mjs'
import { deletions } from './deletions.mjs'
import { changedMaps, countMaps, digestsOf, openGrounds, openOf, outside } from './grounds.mjs'
import { kindOf, runLane } from './lane.mjs'
import { collecting, heldBy, memoryFaults } from './memory.mjs'
import { reads } from './reads.mjs'
import { shapes } from './shapes.mjs'
import { createTally } from './tally.mjs'
import { createTrials } from './trials.mjs'
import { uploads } from './uploads.mjs'
import { holdSlowly, watchHealth, watchMemory } from './watch.mjs'
import { openWire } from './wire.mjs'
import { escapeName } from './words.mjs'

/** Milliseconds for one answer before it counts as none. Generous: what is looked for never answers. */
const patience = 30_000

/** Requests of each lane in a round of a hundred. */
const shares = { uploads: 30, reads: 38, bodies: 14, deletions: 14, shapes: 4 }

/** Opens everything a trial needs. `close` ends it. */
export async function openRun(found = () => {}) {
  const grounds = await openGrounds({ NODE_OPTIONS: collecting })
  const { server, other, maps } = grounds
  const findings = new Map()
  let sent = 0
  const values = {
    'a.api': server.keys.apiKey,
    'a.app': server.keys.appKey,
    'b.api': other.keys.apiKey,
    'b.app': other.keys.appKey,
    nonce: () => String(++sent),
  }
  const find = (fault, detail) => {
    const kind = kindOf(fault)
    if (findings.has(kind)) return
    findings.set(kind, { fault, ...detail })
    found(findings.get(kind))
  }
  const wire = openWire({ port: Number(new URL(server.url).port), patience, stray: text => find(`a stray answer: ${text}`) })
  const counts = { live: maps.filter(each => each.state === 'live').length, deleted: maps.filter(each => each.state === 'deleted').length }
  const run = { ...grounds, wire, values, contract: readContract(), tally: createTally(), counts, patience, findings, find }
  const checked = { ids: new Set(), digests: new Set() }
  return { ...run, checked, before: outside(grounds), trials: createTrials(run), arbitraries: arbitrariesOf(run) }
}

function arbitrariesOf({ contract, maps, canaries, cursors, plan }) {
  const deletion = contract.operations.find(each => each.operationId === 'DeleteSourcemapsOfAnyKind')
  const filters = deletion.parameters.flatMap(({ name }) => /^filter\[(\w+)\]$/.exec(name)?.[1] ?? [])
  const ordinary = maps.filter(map => !canaries.has(map.id) && map.attributes.service !== 'planned')
  return {
    uploads,
    reads: reads({ operations: contract.operations, cursors }),
    bodies,
    deletions: deletions({ maps: ordinary, filters, plan }),
    shapes,
  }
}

/** Runs about so many hostile requests; gives what was counted and what was found. `progress` is told of each round. */
export async function campaign({ seed, requests, round = roundOf(requests), slow = 100, progress = () => {}, found }) {
  const run = await openRun(found)
  try {
    await oneRound(run, { seed: seed ^ 0x5eed, size: Math.min(300, requests) })
    const { port } = new URL(run.server.url)
    const base = await settledOpen(run)
    const memory = watchMemory(run.node.pid)
    memory.before = await heldBy(run)
    const health = watchHealth({ port: Number(port), values: run.values, patience })
    const slowly = holdSlowly({ wire: run.wire, values: run.values, count: slow })
    for (let at = 0; run.tally.requests < requests; at++) {
      await oneRound(run, { seed: seed + at, size: Math.min(round, Math.max(50, requests - run.tally.requests)) })
      memory.looks.push({ requests: run.tally.requests, ...(await heldBy(run)) })
      const { resident, heap } = memory.looks.at(-1)
      progress(
        `${run.tally.requests} requests, ${run.findings.size} findings, ${resident.toFixed(0)} MiB held, of these ${heap.toFixed(1)} by the main thread`,
      )
    }
    slowly.stop()
    await health.stop()
    const end = await closing(run, { base, memory, health })
    return { run, base, memory, health, slowly, ...end }
  } finally {
    run.wire.close()
    await run.close()
  }
}

/** Requests of a round: about a dozen rounds at least, so that memory can be compared along the way. */
const roundOf = requests => Math.min(1500, Math.ceil(requests / 12))

async function oneRound(run, { seed, size }) {
  const lanes = Object.entries(shares).map(async ([name, share], at) => {
    const runs = Math.max(4, Math.round((size * share) / 100))
    const finding = await runLane({ arbitrary: run.arbitraries[name], trial: run.trials[name], seed: Math.imul(seed + 1, 31) + at, runs })
    if (finding) run.find(finding.faults[0], { lane: name, ...finding })
  })
  await Promise.all(lanes)
  await afterRound(run)
}

/** What was refused has left nothing, and what was not asked for is as it was. */
async function afterRound(run) {
  await storageFaults(run)
  for (const fault of await changedMaps(run.other, run.maps)) run.find(`not as before: ${fault}`)
  for (const fault of run.log.faults) run.find(fault)
  for (const file of leftOutside(run)) run.find(`a file outside the data folder: ${file}`)
}

async function storageFaults({ server, other, known, maps, checked, find }) {
  const { live, deleted } = await countMaps(server)
  if (live + deleted !== known.size)
    find(`refused uploads have left maps: there are ${live + deleted}, and ${known.size} were acknowledged`)
  for (const [owner, ids] of [
    [server, known],
    [other, maps.map(each => each.id)],
  ])
    for (const id of ids) await check(owner, id, checked)
  const digests = await storedDigests(server)
  const left = digests.filter(digest => !checked.digests.has(digest))
  if (left.length > 0) find(`refused uploads have left ${left.length} files: ${left[0]}`)
  try {
    await settles(async () => {
      // Those that still come in slowly have one each
      const spooled = await temporaryFiles(server)
      if (spooled.some(({ size }) => size > 100_000)) throw new Error(`refused uploads have left ${spooled.length} temporary files`)
    })
  } catch (error) {
    find(error.message)
  }
}

async function check(owner, id, { ids, digests }) {
  const name = `${owner.keys.apiKey} ${id}`
  if (ids.has(name)) return
  ids.add(name)
  for (const digest of await digestsOf(owner, id)) digests.add(digest)
}

function leftOutside(run) {
  const now = outside(run)
  const escaped = [`/tmp/${escapeName}`, path.join(path.dirname(run.scratch), escapeName)].filter(file => fs.existsSync(file))
  return [...now.filter(file => !run.before.includes(file)), ...run.before.filter(file => !now.includes(file)), ...escaped]
}

/** What the server has open once nobody is connected but who asks. */
async function settledOpen(run) {
  run.wire.close()
  let last
  await settles(async () => {
    const now = await openOf(run.server)
    const settled = last && now.files === last.files && now.handles === last.handles
    last = now
    if (!settled) throw new Error('not at rest')
  })
  return last
}

/** After all requests: at rest as in the beginning, its stores sound, and stopped when it is told to. */
async function closing(run, { base, memory, health }) {
  const open = await backTo(run, base)
  if (open.files > base.files || open.handles > base.handles)
    run.find(`${open.files} files and ${open.handles} handles are open; at first there were ${base.files} and ${base.handles}`)
  await storageFaults(run)
  // Those who were slow have just gone, and their files go after them
  await settles(async () => {
    const left = await temporaryFiles(run.server)
    if (left.length > 0) throw new Error(`${left.length} temporary files are left`)
  }).catch(error => run.find(error.message))
  memory.stop()
  memory.end = await heldBy(run)
  for (const fault of memoryFaults(memory)) run.find(fault)
  for (const fault of health.faults) run.find(fault)
  const code = await run.stop()
  if (code !== 0) run.find(`the server ended with ${code}`)
  for (const fault of run.log.faults) run.find(fault)
  await mapkeep(run.server, 'fsck').catch(error => run.find(`fsck: ${error.message}`))
  return { open }
}

async function backTo(run, base) {
  let open
  run.wire.close()
  await settles(async () => {
    open = await openOf(run.server)
    if (open.files > base.files || open.handles > base.handles) throw new Error('not at rest')
  }).catch(() => {})
  return open
}

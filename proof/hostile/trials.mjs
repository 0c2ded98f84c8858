// One hostile request and all that must be true after it.
import { setTimeout as sleep } from 'node:timers/promises'
import { call } from '../../test/wire/api.mjs'
import { countMaps } from './grounds.mjs'
import { judge } from './judge.mjs'
import { readStrictly } from './oracle.mjs'
import { parseAnswer } from './parse-answer.mjs'
import { fill } from './request.mjs'

/** The trials of a run, by lane: each takes a case and gives its faults. */
export function createTrials(run) {
  return {
    reads: each => ask(run, each).then(({ faults }) => faults),
    bodies: each => ask(run, each).then(({ faults }) => faults),
    uploads: each => tryUpload(run, each),
    deletions: each => tryDeletion(run, each),
    shapes: each => tryShape(run, each),
  }
}

async function ask(run, { family, method, target, text, whole, bodiless }) {
  const answer = await run.wire.ask(fill(text, run.values), { bodiless })
  run.tally.note(family, answer)
  return {
    answer,
    faults: judge({ method, target, text, whole, foreign: text.includes('{{b.api}}') && text.includes('{{b.app}}') }, answer, run.contract),
  }
}

async function tryUpload(run, each) {
  const { answer, faults } = await ask(run, each)
  if (answer.status === 200) {
    acknowledged(run, answer)
    if (each.refuse) faults.push('an upload that is broken was acknowledged')
  } else run.tally.refusedUploads++
  return faults
}

function acknowledged(run, { body }) {
  run.known.add(JSON.parse(body.toString()).data.id)
}

async function tryDeletion(run, each) {
  const { answer, faults } = await ask(run, each)
  if (answer.status === 200 && each.refuse) faults.push('a request that says too much was carried out')
  if (answer.status === 200)
    faults.push(...(each.family === 'undos' ? [] : passageFaults(run, each, answer)), ...(await takeBack(run, answer)))
  const counted = await countMaps(run.other)
  const { live, deleted } = run.counts
  if (counted.live !== live || counted.deleted !== deleted)
    faults.push(`there are ${counted.live} live maps and ${counted.deleted} deleted, not ${live} and ${deleted}`)
  return faults
}

/** A refusal changes nothing, and the rest is taken back, so that every request meets the same maps. */
async function takeBack(run, { body }) {
  const { meta } = JSON.parse(body.toString())
  if (!meta?.operation) return []
  const { status, text } = await call(run.other, `POST /api/mapkeep/v1/operations/${meta.operation.id}/undo`)
  return status === 200 ? [] : [`what was done could not be undone: ${status} ${text.slice(0, 200)}`]
}

function passageFaults(run, { method, target }, { body }) {
  if (method !== 'DELETE' && method !== 'PATCH') return []
  const { data, meta } = JSON.parse(body.toString())
  const operation = run.contract.find(method, target)
  const known = new Set(operation.parameters.filter(each => each.in === 'query').map(each => each.name))
  const state = method === 'DELETE' ? 'live' : 'deleted'
  const reading = readStrictly(
    target,
    run.maps.filter(map => map.state === state),
    known,
  )
  const wider = data.filter(({ id }) => !reading.ids.has(id)).map(({ id }) => id)
  const faults = wider.length > 0 ? [`it took more than was asked for: ${wider.join(', ')}`] : []
  if (data.some(({ id }) => run.canaries.has(id))) faults.push('it took a canary')
  if (reading.refuse) faults.push(`it was carried out with ${reading.refuse}`)
  if (meta.totals.count !== data.length) faults.push(`it says ${meta.totals.count} maps and names ${data.length}`)
  run.tally.taken += data.length
  return faults
}

/** Milliseconds without a further answer after which a connection is taken to have had all its answers. */
const quiet = 300

async function tryShape(run, each) {
  const socket = run.wire.connect()
  const state = { bytes: Buffer.alloc(0), ended: false, last: performance.now() }
  socket.on('data', chunk => {
    state.bytes = Buffer.concat([state.bytes, chunk])
    state.last = performance.now()
  })
  socket.on('close', () => (state.ended = true))
  const start = performance.now()
  for (const step of each.steps) await perform(socket, step, run.values)
  const answers = await settledAnswers(run, state, each)
  socket.destroy()
  const ms = performance.now() - start
  if (answers.length === 0) run.tally.note(each.family, { broken: 'closed', ms })
  for (const answer of answers) run.tally.note(each.family, { ...answer, ms })
  return shapeFaults(run, each, { answers, ended: state.ended })
}

async function perform(socket, step, values) {
  if (step.send !== undefined) socket.write(fill(step.send, values))
  if (step.slices !== undefined) await writeSlices(socket, fill(step.slices, values), step.size)
  if (step.pause) await sleep(step.pause)
  if (step.end) socket.end()
  if (step.destroy) socket.destroy()
  if (step.reset) socket.resetAndDestroy()
}

async function writeSlices(socket, bytes, size) {
  for (let at = 0; at < bytes.length; at += size) {
    socket.write(bytes.subarray(at, at + size))
    await new Promise(setImmediate)
  }
}

/** All answers that come, until the server closes or has answered enough and is quiet. */
async function settledAnswers(run, state, { answers: [least, most] }) {
  const deadline = performance.now() + run.patience
  for (;;) {
    const found = answersIn(state)
    const silent = performance.now() - state.last > quiet
    if (state.ended || (silent && found.length >= Math.max(least, Math.min(most, 1)))) return found
    if (silent && least === 0 && performance.now() - state.last > 3 * quiet) return found
    if (performance.now() > deadline) return found
    await sleep(5)
  }
}

function answersIn({ bytes, ended }) {
  const answers = []
  for (let at = 0; at < bytes.length; ) {
    try {
      const answer = parseAnswer(bytes.subarray(at), { ended })
      if (!answer) return ended ? [...answers, { broken: 'an answer broke off' }] : answers
      answers.push(answer)
      at += answer.length
    } catch (error) {
      return [...answers, { broken: error.message }]
    }
  }
  return answers
}

function shapeFaults(run, each, { answers }) {
  const { name, targets, only } = each
  const [least, most] = each.answers
  const faults = answers.flatMap((answer, at) => {
    if (answer.broken !== undefined) return [answer.broken]
    const [method, target] = targets[at]?.split(' ') ?? [undefined, undefined]
    if (target === '/api/v2/srcmap' && answer.status === 200) acknowledged(run, answer)
    const allowed = only.includes(answer.status) ? [] : [`it was answered with ${answer.status}`]
    return [...allowed, ...(method ? judge({ method, target, whole: false }, answer, run.contract) : plainFaults(answer))]
  })
  if (answers.length < least || answers.length > most) faults.push(`${answers.length} answers instead of ${least} to ${most}`)
  return faults.map(fault => `${name}: ${fault}`)
}

/** Which route was meant is part of the question here; that it must be a whole and harmless answer is not. */
function plainFaults({ status, headers, body }) {
  const faults = headers.has('x-content-type-options') ? [] : [`an answer without guarding headers (${status})`]
  if (status < 400) return faults
  try {
    return Array.isArray(JSON.parse(body.toString()).errors) ? faults : [...faults, `a refusal without errors (${status})`]
  } catch {
    return [...faults, `a refusal that is no JSON (${status})`]
  }
}

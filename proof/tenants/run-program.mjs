import { setTimeout as sleep } from 'node:timers/promises'
import { throwDice } from './dice.mjs'
import { ask, organization, queryString, send, take, toRequest } from './organization.mjs'
import { plainAnswers } from './plain-answer.mjs'
import { longestPeriod } from './programs.mjs'
import { largeUpload, lastLook } from './requests.mjs'

const addresses = { A: '127.0.0.2', B: '127.0.0.3' }

/**
 * Runs a program with both organizations, or, with `taken`, with A alone: it then asks for the very same things of B that it found in
 * the run with both, which nobody has here. Gives what A was answered.
 */
export async function runProgram(server, program, { A, B, taken }) {
  const a = organization(server, A, addresses.A)
  const b = organization(server, B, addresses.B)
  const run = {
    a,
    b,
    program,
    read: plainAnswers(longestPeriod),
    trace: [],
    taken: taken ?? [],
    given: taken?.slice(),
    faults: [],
    pending: [],
  }
  try {
    for (const step of program) await runStep(run, step)
    await settle(run)
    const auditor = { ...A, appKey: A.auditorKey }
    for (const request of lastLook) await note(run, '(last look)', withKeys(request, auditor))
    return run
  } finally {
    a.close()
    b.close()
  }
}

const withKeys = (request, { appKey }) => ({ method: 'GET', ...request, headers: { Authorization: `Bearer ${appKey}` } })

async function runStep(run, step) {
  if (step.who === 'operator') {
    await settle(run)
    return run.a.server.purge()
  }
  const dice = throwDice(step.dice)
  if (step.who === 'A') return note(run, step.kind, toRequest(run.a, { ...step, dice }, takeFor(run)))
  if (run.given) return
  const done = askAsB(run, step, dice)
  if (step.alongside) run.pending.push(done)
  else await done
}

/** In the run of A alone the things of B are those that it met in the other run. */
function takeFor(run) {
  return (sort, nth) => {
    if (run.given) return run.given.shift()
    const found = take(run.b, sort, nth)
    run.taken.push(found)
    return found
  }
}

async function askAsB(run, step, dice) {
  if (step.kind === 'open')
    return ask(run.b, { ...largeUpload(dice), headers: { ...largeUpload(dice).headers, 'DD-API-KEY': run.b.keys.apiKey } })
  const request = toRequest(run.b, { ...step, dice }, (sort, nth) => take(run.a, sort, nth))
  // B also has an API key of A, which lies about in build scripts, and tries it with an application key of its own
  const mixed = dice.next() % 9 === 0 && !/srcmap|exist|validate/.test(request.path)
  const headers = mixed ? { ...request.headers, 'DD-API-KEY': run.a.keys.apiKey, 'DD-APPLICATION-KEY': run.b.keys.appKey } : request.headers
  const answer = await ask(run.b, { ...request, headers })
  if (mixed && answer.status !== 401 && answer.status !== 429) run.faults.push(`B was let in with a key of A: ${lineOf(request)}`)
  if (answer.status >= 500) run.faults.push(`B was answered ${answer.status}: ${lineOf(request)}`)
}

async function note(run, kind, request) {
  // No two events of A's trail in the same millisecond
  await sleep(2)
  const answer = kind === '(last look)' ? await send(run.a, request) : await ask(run.a, request)
  if (answer.status >= 500) run.faults.push(`A was answered ${answer.status}: ${lineOf(request)}`)
  run.trace.push({ kind, line: lineOf(request), answer: run.read(request, answer) })
}

async function settle(run) {
  await Promise.all(run.pending.splice(0))
}

/** A request in one line, for people. */
export function lineOf({ method, path, query, headers, body, shown }) {
  const keys = Object.entries(headers).filter(([name]) => !/^content-type$/i.test(name))
  const sent = shown ?? body
  const rest = sent === undefined ? '' : ` ${JSON.stringify(sent)}`
  return `${method} ${path}${decodeURIComponent(queryString(query ?? {}))} ${JSON.stringify(Object.fromEntries(keys))}${rest}`
}

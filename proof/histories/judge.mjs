// The verdict on a history, and what is left of a bad one when all is dropped that the contradiction does not need.
import { isAnswered, linearize } from './linearize.mjs'
import { releaseModel } from './model.mjs'

/** The judgement of `linearize` on `{ requests, known, purges }`. `exact`: see the model. */
export function judge({ requests, known, purges = [] }, { exact, limit }) {
  const model = releaseModel({ requests, known, exact })
  return linearize([...requests.filter(each => !each.isLeftOut), ...purges], model, { limit })
}

/** Kinds that change nothing, whatever they are answered. */
const reads = ['get', 'list', 'deleted']

/**
 * A smaller history that is a violation, too. Only steps are taken that make no violation of what is none: the end is cut off, so that what was
 * under way then has no answer; requests that changed nothing are left out; answers are forgotten, so that they may have been anything.
 */
export function shrink(history, { exact, limit = 30_000 }) {
  const isBad = candidate => judge(candidate, { exact, limit }).verdict === 'violation'
  let smallest = shortestBad(history, isBad)
  for (const weaken of [leaveOut, forget, leaveOut]) {
    for (const request of smallest.requests.toReversed()) {
      const weaker = weaken(request, smallest)
      if (weaker === request) continue
      const candidate = { ...smallest, requests: smallest.requests.with(request.index, weaker) }
      if (isBad(candidate)) smallest = candidate
    }
  }
  return smallest
}

function shortestBad(history, isBad) {
  const ends = history.requests.filter(isAnswered).map(each => each.return)
  for (const end of ends.sort((a, b) => a - b)) {
    const candidate = { ...history, requests: history.requests.map(each => cutOff(each, end)) }
    if (isBad(candidate)) return candidate
  }
  return history
}

const unanswered = { return: Number.POSITIVE_INFINITY, answer: undefined }

function cutOff(request, end) {
  if (request.call > end) return { ...request, ...unanswered, isLeftOut: true }
  return request.return > end ? { ...request, ...unanswered } : request
}

function leaveOut(request, { requests }) {
  const { kind, input, answer, isLeftOut } = request
  const isIdle = reads.includes(kind) || (answer?.refused !== undefined && input.name === undefined)
  const isUnused = kind === 'preview' && !requests.some(each => each.input.plan && each.input.plan === answer?.plan && !each.isLeftOut)
  return !isLeftOut && (isIdle || isUnused) ? { ...request, isLeftOut: true } : request
}

/** Not of a preview: whoever carries out its plan knows the answer. */
function forget(request) {
  if (request.isLeftOut || !isAnswered(request) || request.kind === 'preview') return request
  return { ...request, ...unanswered }
}

/**
 * A history as lines of text, in the order in which requests began; times in milliseconds since the first. What has no answer, or one that
 * does not matter, is in one line.
 */
export function show({ requests }, { order }) {
  const shown = requests.filter(each => !each.isLeftOut)
  const start = Math.min(...shown.map(({ call }) => call))
  const time = at => (at - start).toFixed(2)
  const name = ({ index, kind, input }) => `${index} ${kind} ${JSON.stringify(input)}`
  const lines = shown
    .filter(isAnswered)
    .map(each => `  ${time(each.call)}–${time(each.return)} client ${each.client}: ${name(each)} → ${JSON.stringify(each.answer)}`)
  const others = shown.filter(each => !isAnswered(each)).map(each => `${name(each)} from ${time(each.call)}`)
  const beside = others.length > 0 ? `  whatever became of: ${others.join('; ')}\n` : ''
  const explained = order.map(({ index }) => index ?? 'purge').join(' ')
  return `${lines.join('\n')}\n${beside}  longest explanation: ${explained}; nothing that is left can follow\n`
}

// One history: some clients at once, each with one request after the other, on a release that nobody else touches.
import { setTimeout as sleep } from 'node:timers/promises'
import { below, oneOf, seeded } from '../shared/random.mjs'
import { ask, kindNames, readItem, releaseAll, Unanswered } from './requests.mjs'

/** How often a request of each kind is chosen, where there is something to choose it for. */
const weights = { upload: 16, preview: 18, plan: 20, move: 14, undo: 12, hold: 5, release: 6, get: 9, list: 10, deleted: 7 }

const weighted = Object.entries(weights).flatMap(([name, weight]) => Array.from({ length: weight }, () => name))

/**
 * Plays a history and gives `{ seed, requests, known, faults }`. `targets`: the nodes; `service`: that of the release, new to them. `wishes.holds`:
 * whether holds are placed; `wishes.pause`: most milliseconds between two requests of a client.
 */
export async function play(targets, { seed, service, wishes }) {
  const random = seeded(seed)
  const release = { service, kind: oneOf(random, kindNames), versions: 1 + below(random, 2) }
  const board = { ids: [], plans: [], operations: [], holds: [], passages: [], slots: 3 + below(random, 4) }
  const game = { targets, release, random, board, wishes, requests: [], known: {}, faults: [] }
  game.length = 20 + below(random, 41)
  game.cuts = oneOf(random, [0, 0, 0.08])
  await Promise.all(Array.from({ length: 4 + below(random, 5) }, (_, client) => playClient(game, client)))
  // Time for the last purge
  await sleep(2 * wishes.pause)
  // What none of them has seen of the requests without answer may still show
  for (const kind of ['list', 'deleted']) await send(game, 0, { kind, input: {} })
  await Promise.all(game.board.ids.map((id, at) => send(game, at, { kind: 'get', input: { id } })))
  if (wishes.holds) await tidy(targets[0], release)
  return { seed, release, requests: game.requests, known: game.known, faults: game.faults }
}

/** A hold that stays is in nobody's way: it names its release. */
async function tidy(target, release) {
  try {
    await releaseAll(target, release)
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error
  }
}

async function playClient(game, client) {
  const { random, wishes, length } = game
  while (game.requests.length < length) {
    if (wishes.pause > 0) await sleep(random() * wishes.pause)
    await send(game, client, { ...choose(game), cut: random() < game.cuts ? random() * 6 : undefined })
  }
}

async function send({ targets, release, random, board, requests, known, faults }, client, { kind, input, cut }) {
  const request = { index: requests.length, client, kind, input, call: performance.now(), return: Number.POSITIVE_INFINITY }
  requests.push(request)
  try {
    const { answer, items } = await ask(oneOf(random, targets), release, { kind, input, cut })
    Object.assign(request, { return: performance.now(), answer })
    for (const item of items) if (item.id !== undefined) known[item.id] ??= readItem(release, item)
    learn(board, request)
  } catch (error) {
    if (!(error instanceof Unanswered)) faults.push(error.message)
    else request.lost = error.message
  }
}

/** What an answer tells is there to be asked about, by all clients. */
function learn(board, { kind, input, answer }) {
  const ids = kind === 'upload' ? [answer.id] : (answer.ids ?? [])
  board.ids = [...new Set([...board.ids, ...ids])].sort((a, b) => a - b)
  if (answer.plan) board.plans.push({ ...input, plan: answer.plan })
  if (answer.operation !== undefined && !board.operations.includes(answer.operation)) board.operations.push(answer.operation)
  if (answer.placed) board.holds.push({ hold: answer.placed, reason: input.reason })
  if (answer.released) board.holds = board.holds.filter(({ reason }) => reason !== input.reason)
}

function choose(game) {
  const { board, requests } = game
  // First something has to be there
  if (requests.length < board.slots) return { kind: 'upload', input: { slot: requests.length, content: 0 } }
  return choices[oneOf(game.random, weighted)](game) || choose(game)
}

/** Of a list rather the newest. */
const recent = (random, list) => (random() < 0.5 ? list.at(-1) : oneOf(random, list))

function passage({ random, board }) {
  const ids =
    random() < 0.4 && board.ids.length > 0
      ? { ids: [...new Set(Array.from({ length: 1 + below(random, 3) }, () => oneOf(random, board.ids)))] }
      : {}
  return { to: oneOf(random, ['deleted', 'deleted', 'live']), ...ids }
}

const choices = {
  upload: ({ random, board }) => ({ kind: 'upload', input: { slot: below(random, board.slots), content: random() < 0.2 ? 1 : 0 } }),
  preview: game => ({ kind: 'preview', input: passage(game) }),
  plan: ({ random, board }) => board.plans.length > 0 && { kind: 'move', input: recent(random, board.plans) },
  move: game => ({ kind: 'move', input: named(game, passage(game)) }),
  undo: ({ random, board }) =>
    board.operations.length > 0 && { kind: 'undo', input: { operation: recent(random, board.operations), partial: random() < 0.5 } },
  hold: ({ random, board, wishes, requests }) => {
    if (!wishes.holds) return undefined
    const ids = random() < 0.7 && board.ids.length > 0 ? { ids: [oneOf(random, board.ids)] } : {}
    return { kind: 'hold', input: { reason: `hold ${requests.length}`, ...ids } }
  },
  release: ({ random, board }) => board.holds.length > 0 && { kind: 'release', input: oneOf(random, board.holds) },
  get: ({ random, board }) => board.ids.length > 0 && { kind: 'get', input: { id: oneOf(random, board.ids) } },
  list: () => ({ kind: 'list', input: {} }),
  deleted: () => ({ kind: 'deleted', input: {} }),
}

/** A third has a name, and some of these repeat a request of before. */
function named({ random, board: { passages } }, input) {
  if (random() < 0.67) return input
  if (passages.length > 0 && random() < 0.5) return recent(random, passages)
  passages.push({ ...input, name: `name ${passages.length}` })
  return passages.at(-1)
}

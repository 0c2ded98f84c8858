import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { campaign } from '../../proof/histories/campaign.mjs'
import { engines, startEngine } from '../../proof/histories/engines.mjs'
import { judge, shrink } from '../../proof/histories/judge.mjs'
import { linearize } from '../../proof/histories/linearize.mjs'
import { releaseModel } from '../../proof/histories/model.mjs'
import { play } from '../../proof/histories/play.mjs'
import { below, oneOf, seeded } from '../../proof/shared/random.mjs'

/** A register that holds one value, which is what the papers on linearizability have for an example. A write always gives a state of its own. */
const register = {
  start: { held: 0 },
  key: ({ held: value }) => String(value),
  step: (state, { kind, value, answer }) => {
    if (kind === 'write') return [{ held: value }]
    return !answer || answer.value === state.held ? [state] : []
  },
}

const write = (value, call, end) => ({ kind: 'write', value, call, return: end, answer: end === undefined ? undefined : {} })
const read = (value, call, end) => ({ kind: 'read', call, return: end, answer: { value } })
const cut = (value, call) => ({ ...write(value, call), return: Number.POSITIVE_INFINITY })
const verdict = (...history) => linearize(history, register).verdict

describe('the search for an order', () => {
  test('accepts what happened one after the other', () => {
    assert.equal(verdict(write(1, 0, 1), read(1, 2, 3), write(2, 4, 5), read(2, 6, 7)), 'linearizable')
  })

  test('accepts either order of what happened at the same time', () => {
    assert.equal(verdict(write(1, 0, 10), read(0, 1, 2), read(1, 3, 4)), 'linearizable')
    assert.equal(verdict(write(1, 0, 10), write(2, 1, 9), read(2, 11, 12)), 'linearizable')
    assert.equal(verdict(write(1, 0, 10), write(2, 1, 9), read(1, 11, 12)), 'linearizable')
  })

  test('refuses a stale read, and two readers that see two writes in different orders', () => {
    assert.equal(verdict(write(1, 0, 1), read(0, 2, 3)), 'violation')
    assert.equal(verdict(write(1, 0, 10), read(1, 1, 2), read(0, 3, 4)), 'violation')
    const writes = [write(1, 0, 20), write(2, 0, 20)]
    assert.equal(verdict(...writes, read(1, 1, 2), read(2, 3, 4), read(1, 5, 6)), 'violation')
  })

  test('lets what was never answered have happened late, or never, but not before it was asked for', () => {
    assert.equal(verdict(cut(1, 0), read(0, 1, 2), read(1, 3, 4)), 'linearizable')
    assert.equal(verdict(cut(1, 0), read(0, 1, 2)), 'linearizable')
    assert.equal(verdict(read(1, 1, 2), cut(1, 3)), 'violation')
    assert.equal(verdict(cut(1, 0), read(1, 1, 2), read(0, 3, 4)), 'violation')
  })

  test('says so when it is not decided', () => {
    const writes = Array.from({ length: 12 }, (_, value) => write(value + 1, 0, 50))
    assert.equal(linearize([...writes, read(99, 60, 61)], register, { limit: 100 }).verdict, 'undecided')
  })

  test('gives the verdict of trying every order', () => {
    const verdicts = { linearizable: 0, violation: 0 }
    for (let seed = 1; seed <= 400; seed++) {
      const history = smallHistory(seed)
      const { verdict: found } = linearize(history, register)
      assert.equal(found, everyOrder(history, register.start) ? 'linearizable' : 'violation', `history ${seed}`)
      verdicts[found]++
    }
    assert.ok(verdicts.linearizable > 50 && verdicts.violation > 50, JSON.stringify(verdicts))
  })
})

/** Six requests to a register of which nothing is known; some were never answered. */
function smallHistory(seed) {
  const random = seeded(seed)
  return Array.from({ length: 6 }, () => {
    const [call, value] = [below(random, 20), below(random, 3)]
    if (random() < 0.5) return read(value, call, call + 1 + below(random, 12))
    return random() < 0.2 ? cut(value, call) : write(value, call, call + 1 + below(random, 12))
  })
}

/** The definition, word for word and without any thought of time. */
function everyOrder(left, state) {
  if (left.every(each => each.answer === undefined)) return true
  return left.some(
    first =>
      left.every(other => first.call <= other.return) &&
      register.step(state, first).some(next =>
        everyOrder(
          left.filter(each => each !== first),
          next,
        ),
      ),
  )
}

/** Requests to a release one after the other, each as [kind, input, answer]; `at` may give others times. */
function story(...requests) {
  const known = {}
  const listed = requests.map(([kind, input, answer, [call, end] = []], index) => {
    if (kind === 'upload' && answer) known[answer.id] = { content: 0, ...input }
    const times = { call: call ?? 10 * index, return: answer ? (end ?? 10 * index + 5) : Number.POSITIVE_INFINITY }
    return { index, client: 0, kind, input: kind === 'upload' ? { content: 0, ...input } : input, answer, ...times }
  })
  return { requests: listed, known }
}

const uploads = [1, 2, 3].map(id => ['upload', { slot: id - 1 }, { id }])
const whole = { held: {}, unmatched: [] }
const all = { to: 'deleted' }
const list = (...ids) => ['list', {}, { ids, total: ids.length }]
const planned = ['preview', all, { plan: 'p', ids: [1, 2, 3], ...whole }]
const carriedOut = operation => ['move', { ...all, plan: 'p' }, { operation, ids: [1, 2, 3], ...whole }]
const stale = (plannedCount, now) => ['move', { ...all, plan: 'p' }, { refused: 'stale', planned: plannedCount, now }]
const remove = (operation, ...ids) => ['move', { ...all, ids }, { operation, ids, ...whole }]
const restored = (operation, ...ids) => ['move', { to: 'live', ids }, { operation, ids, ...whole }]
const undone = (of, operation, ...ids) => ['undo', { operation: of, partial: false }, { operation, ids, ...whole }]
const left = (of, undoable, more) => [
  'undo',
  { operation: of, partial: false },
  { refused: 'left', undoable, left: { purged: 0, moved_on: 0, held: 0 }, ...more },
]
const held = { 1: 'LTS' }
const hold = ['hold', { reason: 'LTS', ids: [1] }, { placed: 'hld_1' }]
const during = (first, last, [kind, input, answer]) => [kind, input, answer, [first, last]]

const good = {
  'a deletion and its undo': [...uploads, remove(1, 1, 2, 3), list(), undone(1, 2, 1, 2, 3), list(1, 2, 3)],
  'a plan that is carried out, and once more': [...uploads, planned, carriedOut(1), carriedOut(1), list()],
  'a plan that leaves what was uploaded since': [...uploads, planned, ['upload', { slot: 3 }, { id: 4 }], carriedOut(1), list(4)],
  'a plan that a repeat has made stale': [...uploads, planned, ['upload', { slot: 0 }, { id: 1 }], stale(3, 3), list(1, 2, 3)],
  'a deletion that passes by what is held': [...uploads, hold, ['move', all, { operation: 1, ids: [2, 3], held, unmatched: [] }], list(1)],
  'an undo that is refused, since a map was declared again': [
    ...uploads,
    remove(1, 1, 2),
    restored(2, 1, 2),
    ['upload', { slot: 0 }, { id: 1 }],
    left(2, 1, { left: { purged: 0, moved_on: 1, held: 0 } }),
  ],
  'an upload after a deletion, which is a new map': [...uploads, remove(1, 1), ['upload', { slot: 0 }, { id: 4 }], list(2, 3, 4)],
  'a deletion without answer that happened': [...uploads, ['move', all, undefined], list(1, 2, 3), list()],
  'a deletion without answer that did not': [...uploads, ['move', all, undefined], list(1, 2, 3), list(1, 2, 3)],
  'a deletion without answer whose number shows later': [
    ...uploads,
    ['move', { ...all, plan: undefined, name: 'n' }, undefined],
    ['get', { id: 2 }, { state: 'deleted', operation: 7 }],
    ['move', { ...all, name: 'n' }, { operation: 7, ids: [1, 2, 3], ...whole }],
  ],
  'lists on both sides of a deletion that is under way': [
    ...uploads,
    during(30, 90, remove(1, 1, 2, 3)),
    during(40, 45, list(1, 2, 3)),
    during(50, 55, list()),
  ],
}

const bad = {
  'a stale read': [...uploads, remove(1, 1, 2, 3), list(1, 2, 3)],
  'a lost update': [...uploads, remove(1, 1, 2, 3), restored(2, 2), list()],
  'a lost upload': [...uploads, list(1, 2)],
  'an acknowledged upload that a later deletion has passed by': [...uploads, ['move', all, { operation: 1, ids: [1, 2], ...whole }]],
  'a deletion that a list sees half done': [
    ...uploads,
    during(30, 90, remove(1, 1, 2, 3)),
    during(40, 45, list(2, 3)),
    during(50, 55, list()),
  ],
  'a single map that is back before its deletion': [
    ...uploads,
    during(30, 90, remove(1, 1, 2, 3)),
    during(40, 45, ['get', { id: 1 }, { state: 'deleted', operation: 1 }]),
    during(50, 55, list(1, 2, 3)),
  ],
  'a plan that took more than was previewed': [
    ...uploads,
    planned,
    ['upload', { slot: 3 }, { id: 4 }],
    ['move', { ...all, plan: 'p' }, { operation: 1, ids: [1, 2, 3, 4], ...whole }],
  ],
  'a plan that was carried out though a map had been declared again': [
    ...uploads,
    planned,
    ['upload', { slot: 0 }, { id: 1 }],
    carriedOut(1),
  ],
  'a plan that was carried out though a map was held': [...uploads, planned, hold, carriedOut(1)],
  'a plan that is stale though nothing changed': [...uploads, planned, list(1, 2, 3), stale(3, 3)],
  'a plan carried out twice at once, as two operations': [
    ...uploads,
    planned,
    during(40, 80, carriedOut(1)),
    during(41, 81, carriedOut(2)),
  ],
  'a plan that deletes again what was restored': [...uploads, planned, carriedOut(1), restored(2, 1, 2, 3), carriedOut(3)],
  'a name that makes two operations': [
    ...uploads,
    ['move', { ...all, name: 'n' }, { operation: 1, ids: [1, 2, 3], ...whole }],
    restored(2, 1, 2, 3),
    ['move', { ...all, name: 'n' }, { operation: 3, ids: [1, 2, 3], ...whole }],
  ],
  'an operation with a lower number than one before it': [...uploads, remove(2, 1), remove(1, 2)],
  'a deletion of what is held': [...uploads, hold, remove(1, 1, 2, 3)],
  'an undo that brings back what a later deletion took': [...uploads, remove(1, 1, 2), restored(2, 1), remove(3, 1), undone(1, 4, 1, 2)],
  'an undo that deletes what was declared again since': [
    ...uploads,
    remove(1, 1),
    restored(2, 1),
    ['upload', { slot: 0 }, { id: 1 }],
    undone(2, 3, 1),
  ],
  'an undo that is made twice': [...uploads, remove(1, 1, 2), undone(1, 2, 1, 2), undone(1, 3, 1, 2)],
  'a repeat that makes a second map beside a live one': [...uploads, ['upload', { slot: 0 }, { id: 4 }]],
  'a repeat that is answered with a deleted map': [...uploads, remove(1, 1), ['upload', { slot: 0 }, { id: 1 }]],
  'an upload that did nothing before it was asked for': [list(1), ...uploads],
}

describe('the model of a release', () => {
  for (const [name, requests] of Object.entries(good)) {
    test(`accepts ${name}`, () => {
      for (const exact of [true, false]) assert.equal(judge(story(...requests), { exact }).verdict, 'linearizable')
    })
  }

  for (const [name, requests] of Object.entries(bad)) {
    test(`refuses ${name}`, () => {
      for (const exact of [true, false]) assert.equal(judge(story(...requests), { exact }).verdict, 'violation')
    })
  }

  const purge = { kind: 'purge', input: { deletedBy: 3 }, call: 40, return: Number.POSITIVE_INFINITY }
  const afterPurge = [...uploads, remove(1, 1, 2), ['get', { id: 1 }, { state: 'purged', operation: 1 }]]
  const purging = (requests, more = {}) => judge({ ...story(...requests), purges: [{ ...purge, ...more }] }, { exact: true }).verdict

  test('lets what was deleted be purged after its time, and not before', () => {
    assert.equal(purging(afterPurge), 'linearizable')
    assert.equal(purging(afterPurge, { call: 100 }), 'violation')
    assert.equal(judge(story(...afterPurge), { exact: true }).verdict, 'violation')
  })

  test('refuses an undo that brought back something purged, and a purge of what is held', () => {
    assert.equal(purging([...afterPurge, undone(1, 2, 1, 2)]), 'violation')
    assert.equal(purging([...afterPurge, left(1, 0, { left: { purged: 2, moved_on: 0, held: 0 } })]), 'linearizable')
    const [purged] = afterPurge.slice(-1)
    assert.equal(purging([...uploads, remove(1, 1, 2), during(31, 32, hold), purged]), 'violation')
  })

  test('lets an upload and a deletion pass each other only where uploads do not wait, and only while both are under way', () => {
    const passed = [...uploads, during(30, 90, ['move', all, { operation: 1, ids: [1, 2, 3], ...whole }])]
    const requests = [
      ...passed,
      during(40, 50, ['upload', { slot: 3 }, { id: 4 }]),
      during(60, 65, list(1, 2, 3, 4)),
      during(95, 99, list(4)),
    ]
    assert.equal(judge(story(...requests), { exact: true }).verdict, 'violation')
    assert.equal(judge(story(...requests), { exact: false }).verdict, 'linearizable')
    const late = [
      ...uploads,
      during(30, 90, ['upload', { slot: 3 }, { id: 4 }]),
      during(91, 95, ['move', all, { operation: 1, ids: [1, 2, 3], ...whole }]),
    ]
    assert.equal(judge(story(...late), { exact: false }).verdict, 'violation')
  })

  test('makes a bad history small, and what remains is bad by itself', () => {
    const noise = [list(1, 2, 3), ['get', { id: 2 }, { state: 'live' }], ['preview', all, { plan: 'q', ids: [1, 2, 3], ...whole }]]
    const history = story(
      ...uploads,
      ...noise,
      remove(1, 1, 2, 3),
      ...noise.slice(2, 2),
      list(1, 2, 3),
      restored(2, 1, 2, 3),
      list(1, 2, 3),
    )
    const smallest = shrink(history, { exact: true })
    assert.equal(judge(smallest, { exact: true }).verdict, 'violation')
    const kept = smallest.requests.filter(({ isLeftOut, answer }) => !isLeftOut && answer).map(({ kind }) => kind)
    assert.deepEqual(kept, ['move', 'list'])
  })
})

test('what spares the search work changes no verdict, of sound histories or of spoilt ones', { timeout: 600_000 }, async t => {
  const engine = await startEngine('sqlite')
  try {
    const random = seeded(7)
    const verdicts = { linearizable: 0, violation: 0, undecided: 0 }
    for (let seed = 1; seed <= 12; seed++) {
      const history = await play(engine.targets, { seed, service: `spoilt-${seed}`, wishes: { holds: seed % 2 === 0, pause: 0 } })
      for (const each of [history, spoil(history, random)]) {
        const plain = linearize(each.requests, withoutShortcuts(each), { limit: 20_000 }).verdict
        verdicts[plain]++
        if (plain !== 'undecided') assert.equal(judge(each, { exact: true }).verdict, plain, `history ${seed}`)
      }
    }
    t.diagnostic(JSON.stringify(verdicts))
    assert.ok(verdicts.linearizable >= 6 && verdicts.violation >= 3, JSON.stringify(verdicts))
  } finally {
    await engine.stop()
  }
})

function withoutShortcuts({ requests, known }) {
  const { start, step } = releaseModel({ requests, known, exact: true })
  return { start, step, key: state => JSON.stringify(state) }
}

/** One answer tells something else than it did. */
function spoil({ requests, ...history }, random) {
  const { index } = oneOf(
    random,
    requests.filter(({ answer }) => answer?.ids?.length > 0 || answer?.state),
  )
  const { answer, ...request } = requests[index]
  const spoilt = answer.ids
    ? { ...answer, ids: answer.ids.slice(1), ...(answer.total && { total: answer.total - 1 }) }
    : { ...answer, state: answer.state === 'live' ? 'deleted' : 'live' }
  return { ...history, requests: requests.with(index, { ...request, answer: spoilt }) }
}

/** Searches of the short form that may end without a verdict: each is long by chance, and tells nothing of the server. */
const mostUndecided = 1

for (const name of ['sqlite', 'postgres']) {
  const { title, missing } = engines[name]
  test(`every history is linearizable on ${title}`, { skip: missing() ?? false, timeout: 600_000 }, async t => {
    const seed = Math.floor(Math.random() * 2 ** 31)
    const engine = await startEngine(name)
    try {
      const complaints = []
      const onBad = (history, why) => complaints.push(`seed ${history.seed}: ${why}`)
      const figures = await campaign(engine, { seed, histories: 120, seconds: 7, onBad })
      t.diagnostic(`${figures.histories} histories from seed ${seed}, largest search ${figures.visited}`)
      assert.deepEqual(complaints, [], engine.told())
      assert.ok(figures.undecided <= mostUndecided && figures.histories > mostUndecided && figures.atOnce > 1, JSON.stringify(figures))
    } finally {
      await engine.stop()
    }
  })
}

// What a release does when its requests come one after the other: the map's state machine, written down a second time, from the documents
// and not from the server's code. Maps of other releases have no part in it, so each history is checked by itself.
//
// A state holds
//   maps        in the order of their ids: { id, slot, content, state, version, operation, made, since }; `slot` is an identity, `content` which
//               bytes, `operation` the place of its last operation below, or -1 when an upload has declared it since; `made` and `since`: the
//               requests that made it and that made it live last
//   operations  in their order: { number, by, to, members, held, unmatched, undoes, plan }; the number is not known while nobody was told it
//   plans       by id: { members, trace, mark }
//   holds       by their reason: the ids they keep, or `all`
//   named       by Idempotency-Key: the place of its operation, or the refusal
//
// `exact: false` is for an engine on which uploads do not wait for passages, nor these for them. There
//   * a deletion or restoration without a plan takes what was uploaded before some moment since it came, and leaves what came later;
//   * an upload repeats a map that was live at some moment since it came, and is a new map beside one that was brought back meanwhile.
// Neither ever takes more. A request with a name takes what was there at some moment since its name first came, on both engines.

/** The model of one history. `known`: the slot and content of each id that was ever shown; `requests`: the history, by which `made` and `since` count. */
export function releaseModel({ requests, known, exact }) {
  const facts = { requests, known, exact, firstCalls: firstCallsOf(requests) }
  return {
    start: { maps: [], operations: [], plans: {}, holds: {}, named: {} },
    key: (state, left) => keyOf(state, left, facts),
    step: (state, request) => [...steps[request.kind](state, request, facts)],
    isDeadEnd: (state, left) => left.some(request => !canStillTell(state, request)),
  }
}

/** All that the requests which are left can tell of a state. */
function keyOf({ maps, operations, plans, holds, named }, left, { exact }) {
  const inputs = left.map(({ input }) => input)
  const asked = Object.entries(plans).filter(([plan]) => inputs.some(input => input.plan === plan))
  const names = Object.entries(named).filter(([name]) => inputs.some(input => input.name === name))
  const repeated = operations.map(
    ({ plan }, place) => names.some(([, known]) => known === place) || (plan !== undefined && inputs.some(input => input.plan === plan)),
  )
  return JSON.stringify([
    // When a map came is asked where passages and uploads do not wait for each other
    maps.map(({ version: _, made, since, ...map }) => [...Object.values(map), ...(exact ? [] : [made, since])]),
    operations.map(({ held, unmatched, ...operation }, place) => (repeated[place] ? { ...operation, held, unmatched } : operation)),
    // Versions count for plans alone, and one that is stale stays so
    asked.map(([plan, { trace, mark }]) => [plan, mark, isOvertaken(maps, trace) ? trace.length : trace]),
    holds,
    names,
  ])
}

const isOvertaken = (maps, trace) => {
  const now = traceOf(
    maps,
    maps.map(({ id }) => id),
  )
  return trace.some(each => !now.includes(each))
}

/** Ids and numbers only rise, so what an answer tells of is there already or comes after all that is. */
function canStillTell({ maps, operations }, { answer }) {
  if (!answer) return true
  const last = maps.at(-1)?.id ?? 0
  const highest = Math.max(0, ...operations.map(({ number }) => number ?? 0))
  const hasOpen = operations.some(({ number }) => number === undefined)
  return (
    mapsTold(answer).every(id => id > last || maps.some(map => map.id === id)) &&
    operationsTold(answer).every(number => number > highest || hasOpen || operations.some(each => each.number === number))
  )
}

const mapsTold = ({ id, ids = [], maps = [] }) => [...(id === undefined ? [] : [id]), ...ids, ...maps.map(map => map.id)]

const operationsTold = ({ operation, undone_by: undoneBy, maps = [] }) =>
  [operation, undoneBy, ...maps.map(map => map.operation)].filter(number => number !== undefined)

const steps = { upload, preview, move, undo, hold, release, get, list, deleted, purge }

function firstCallsOf(requests) {
  const calls = new Map()
  for (const { input, call } of requests)
    if (input.name !== undefined) calls.set(input.name, Math.min(call, calls.get(input.name) ?? Number.POSITIVE_INFINITY))
  return calls
}

function* upload(state, request, facts) {
  const { slot, content } = request.input
  const { answer } = request
  const twins = state.maps.filter(map => map.slot === slot && map.content === content && map.state === 'live').reverse()
  for (const twin of twins) {
    if (!answer || answer.id === twin.id) yield changed(state, [twin.id], map => ({ ...map, version: map.version + 1, operation: -1 }))
    if (facts.exact || !isSince(facts, twin.since, request.call)) return
  }
  const last = state.maps.at(-1)?.id ?? 0
  const made = { slot, content, state: 'live', version: 1, operation: -1, made: request.index, since: request.index }
  for (const id of answer ? [answer.id] : Object.keys(facts.known).map(Number)) {
    const shown = facts.known[id]
    if (id > last && (!shown || (shown.slot === slot && shown.content === content)))
      yield { ...state, maps: [...state.maps, { id, ...made }] }
  }
}

/** Whether a request may have taken effect after a time. */
const isSince = ({ requests }, index, time) => requests[index].return > time

function changed(state, ids, change) {
  return { ...state, maps: state.maps.map(map => (ids.includes(map.id) ? change(map) : map)) }
}

/** The maps that a passage would take, and those that holds keep from it. */
function choose({ holds }, maps, { to, ids }) {
  const from = to === 'deleted' ? 'live' : 'deleted'
  const chosen = maps.filter(map => map.state === from && (ids === undefined || ids.includes(map.id))).map(({ id }) => id)
  const held = to === 'deleted' ? chosen.filter(id => Object.values(holds).some(keeps => covers(keeps, id))) : []
  const free = chosen.filter(id => !held.includes(id))
  return { free, held, unmatched: (ids ?? []).filter(id => !chosen.includes(id)) }
}

const covers = (keeps, id) => keeps === 'all' || keeps.includes(id)

const traceOf = (maps, ids) => maps.filter(({ id }) => ids.includes(id)).map(({ id, version }) => `${id}.${version}`)

function* preview(state, request) {
  const { answer, input } = request
  // Nobody knows a plan that was never answered
  if (!answer) return
  const chosen = choose(state, state.maps, input)
  if (chosen.free.length === 0) yield* refuse(state, request, emptiness(chosen))
  else if (answer.plan && tells(state, answer, { ...chosen, members: chosen.free })) {
    const plan = { trace: traceOf(state.maps, chosen.free), mark: state.maps.at(-1).id }
    yield { ...state, plans: { ...state.plans, [answer.plan]: plan } }
  }
}

const emptiness = ({ held }) => (held.length > 0 ? { refused: 'held', held } : { refused: 'nothing' })

/** Whether an answer says what it should of members, held and unmatched maps; each held map is told with a hold that keeps it. */
function tells(state, answer, { members, held, unmatched }) {
  return sameIds(answer.ids, members) && sameIds(answer.unmatched, unmatched) && tellsHeld(state, answer.held, held)
}

function tellsHeld({ holds }, told, held) {
  return sameIds(Object.keys(told).map(Number), held) && held.every(id => holds[told[id]] !== undefined && covers(holds[told[id]], id))
}

const sameIds = (some, others) => some.length === others.length && some.every(id => others.includes(id))

/** A refusal changes nothing; one with a name is remembered. */
function* refuse(state, { answer, input }, refusal) {
  if (answer && !isRefusal(state, answer, refusal)) return
  yield input.name === undefined ? state : { ...state, named: { ...state.named, [input.name]: refusal } }
}

function isRefusal(state, answer, { held, ...refusal }) {
  const { held: told, ...rest } = answer
  return JSON.stringify(rest) === JSON.stringify(refusal) && (held === undefined || (told !== undefined && tellsHeld(state, told, held)))
}

function* move(state, request, facts) {
  const { input } = request
  const named = input.name === undefined ? undefined : state.named[input.name]
  if (named?.refused) yield* repeatRefusal(state, request, named)
  else if (named !== undefined) yield* repeat(state, request, named)
  else if (input.plan !== undefined) yield* carryOutPlan(state, request)
  else yield* moveSelection(state, request, facts)
}

function* repeatRefusal(state, { answer }, { held, refused }) {
  if (!answer || (answer.refused === refused && sameIds(Object.keys(answer.held ?? {}).map(Number), held ?? []))) yield state
}

/** The first answer once more. */
function* repeat(state, { answer }, place) {
  if (!answer) return yield state
  const { members, held, unmatched } = state.operations[place]
  const told = answer.ids && sameIds(answer.ids, members) && sameIds(Object.keys(answer.held).map(Number), held)
  if (told && sameIds(answer.unmatched, unmatched)) yield* known(state, place, answer.operation)
}

/** The state in which an operation has this number; none when it cannot: numbers rise. */
function* known(state, place, number) {
  const { operations } = state
  if (operations[place]?.number === number) return yield state
  if (operations[place] === undefined || operations[place].number !== undefined) return
  const isBefore = operations.slice(0, place).every(each => each.number === undefined || each.number < number)
  const isAfter = operations.slice(place + 1).every(each => each.number === undefined || each.number > number)
  if (isBefore && isAfter) yield { ...state, operations: operations.with(place, { ...operations[place], number }) }
}

function* carryOutPlan(state, request) {
  const { input } = request
  const earlier = state.operations.findIndex(({ plan }) => plan === input.plan)
  if (earlier >= 0) return yield* repeat(state, request, earlier)
  const plan = state.plans[input.plan]
  if (!plan) return
  const seen = state.maps.filter(({ id }) => id <= plan.mark)
  const chosen = choose(state, seen, input)
  if (sameIds(traceOf(seen, chosen.free), plan.trace)) yield* carryOut(state, request, chosen)
  else yield* refuse(state, request, { refused: 'stale', planned: plan.trace.length, now: chosen.free.length })
}

function* moveSelection(state, request, facts) {
  for (const maps of scopes(state, request, facts)) {
    const chosen = choose(state, maps, request.input)
    if (chosen.free.length === 0) yield* refuse(state, request, emptiness(chosen))
    else yield* carryOut(state, request, chosen)
  }
}

/** What a passage without a plan may mean: all maps, or those uploaded before some moment since it came. */
function* scopes({ maps }, { input, call }, facts) {
  yield maps
  if (facts.exact && input.name === undefined) return
  const came = facts.firstCalls.get(input.name) ?? call
  for (let count = maps.length - 1; count >= 0 && isSince(facts, maps[count].made, came); count--) yield maps.slice(0, count)
}

function* carryOut(state, { index, answer, input }, { free, held, unmatched }) {
  if (answer && !(answer.operation && tells(state, answer, { members: free, held, unmatched }))) return
  const { to, plan, name } = input
  const made = record(state, { index, to, members: free, number: answer?.operation, more: { held, unmatched, plan } })
  if (made) yield name === undefined ? made : { ...made, named: { ...made.named, [name]: state.operations.length } }
}

/** The state after a new operation; none when its number is not above all before. */
function record(state, { index, to, members, number, more }) {
  if (number !== undefined && state.operations.some(each => each.number >= number)) return undefined
  const place = state.operations.length
  const since = to === 'live' ? { since: index } : {}
  const moved = changed(state, members, map => ({ ...map, ...since, state: to, version: map.version + 1, operation: place }))
  return { ...moved, operations: [...state.operations, { number, by: index, to, members, ...more }] }
}

function* undo(state, request) {
  for (const place of state.operations.keys())
    for (const bound of known(state, place, request.input.operation)) yield* undoAt(bound, request, place)
}

function* undoAt(state, request, place) {
  const { index, answer, input } = request
  const { to: reached, members } = state.operations[place]
  const to = reached === 'deleted' ? 'live' : 'deleted'
  const ours = state.maps.filter(map => members.includes(map.id) && map.operation === place)
  const purged = ours.filter(map => map.state === 'purged').length
  const still = ours.filter(map => map.state !== 'purged').map(({ id }) => id)
  const held = to === 'deleted' ? still.filter(id => Object.values(state.holds).some(keeps => covers(keeps, id))) : []
  const free = still.filter(id => !held.includes(id))
  const left = { purged, moved_on: members.length - ours.length, held: held.length }
  const isWhole = free.length === members.length
  if (free.length === 0 || !(isWhole || input.partial)) return yield* refuseUndo(state, request, { place, left, undoable: free.length })
  if (answer && !(answer.operation && sameLeft(answer.left, left) && tells(state, answer, { members: free, held, unmatched: [] }))) return
  const made = record(state, { index, to, members: free, number: answer?.operation, more: { held, unmatched: [], undoes: place } })
  if (made) yield made
}

const sameLeft = (told = { purged: 0, moved_on: 0, held: 0 }, left) => Object.keys(left).every(each => told[each] === left[each])

function* refuseUndo(state, { answer }, { place, left, undoable }) {
  if (!answer) return yield state
  if (answer.refused !== 'left' || answer.undoable !== undoable || !sameLeft(answer.left, left)) return
  const newest = state.operations.findLastIndex(({ undoes }) => undoes === place)
  if (newest >= 0) yield* known(state, newest, answer.undone_by)
  else if (answer.undone_by === undefined) yield state
}

function* hold(state, { answer, input }) {
  const { reason, ids } = input
  const missing = (ids ?? []).some(id => !state.maps.some(map => map.id === id && map.state !== 'purged'))
  if (missing) {
    if (!answer || answer.refused === 'missing') yield state
  } else if (!answer || answer.placed) yield { ...state, holds: { ...state.holds, [reason]: ids ?? 'all' } }
}

function* release(state, { answer, input: { reason } }) {
  const { [reason]: there, ...holds } = state.holds
  if (there === undefined) {
    if (!answer || answer.refused === 'missing') yield state
  } else if (!answer || answer.released) yield { ...state, holds }
}

function* get(state, { answer, input }) {
  const map = state.maps.find(({ id }) => id === input.id)
  if (!answer || !map || answer.state !== map.state) return
  if (map.operation >= 0) yield* known(state, map.operation, answer.operation)
  else if (answer.operation === undefined) yield state
}

function* list(state, { answer }) {
  const live = state.maps.filter(map => map.state === 'live').map(({ id }) => id)
  if (answer && answer.total === live.length && sameIds(answer.ids, live)) yield state
}

function* deleted(state, { answer }) {
  const gone = state.maps.filter(map => map.state === 'deleted')
  if (!answer || answer.maps.length !== gone.length) return
  let states = [state]
  for (const { id, operation } of gone) {
    const told = answer.maps.find(map => map.id === id)
    states = told ? states.flatMap(each => [...known(each, operation, told.operation)]) : []
  }
  yield* states
}

/** The server by itself, some time after the undo window of what a request deleted: what holds do not keep of it is gone for good. */
function* purge(state, { input }) {
  for (const [place, { by, to }] of state.operations.entries()) {
    if (by !== input.deletedBy || to !== 'deleted') continue
    const kept = id => Object.values(state.holds).some(keeps => covers(keeps, id))
    const due = state.maps.filter(map => map.operation === place && map.state === 'deleted' && !kept(map.id)).map(({ id }) => id)
    if (due.length > 0) yield changed(state, due, map => ({ ...map, state: 'purged' }))
  }
}

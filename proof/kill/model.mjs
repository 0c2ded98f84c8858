// What must be so in one installation, as its answers have promised it. Each worker has releases of its own and asks for one thing at a
// time (or for two at once, and then knows both), so that every answer can be foretold; what nobody answered is kept as pending.
import assert from 'node:assert/strict'

/** An installation that nobody has used. */
export function newModel(services, versions) {
  return {
    services,
    versions,
    /** Id → `{ id, kind, service, version, tag, contents, state, operation, undoUntil, pins }`. Pins are holds that were seen to keep it. */
    maps: new Map(),
    /** Id → `{ id, kind, to, members, count, undoUntil }`. */
    operations: new Map(),
    /** Id → `{ id, selector, reason, service }`: those that keep something. */
    holds: new Map(),
    /** Those that kept something once. */
    formerHolds: [],
    /** Wishes that nobody answered. */
    pending: [],
    /** What the audit trail must tell next time: `action subject`. */
    news: [],
    /** The highest operation and the newest event that were looked at. */
    seen: { operation: 0, event: undefined },
  }
}

/** Notes a map that was uploaded. */
export function addMap(model, id, wish) {
  const { kind, service, version, tag, contents } = wish
  assert.ok(!model.maps.has(id), `map ${id} was made twice`)
  const map = { id, kind, service, version, tag, contents, state: 'live', operation: undefined, undoUntil: undefined, pins: new Set() }
  model.maps.set(id, map)
  model.news.push(`upload ${id}`)
  return map
}

/** The maps that a selection means, whatever their state. */
export function mapsOf(model, { kind, service, version, ids }) {
  const all = [...model.maps.values()]
  return all.filter(
    map => map.kind === kind && map.service === service && map.version === version && (ids === undefined || ids.includes(map.id)),
  )
}

/** Whether a hold keeps a map; in these selectors a version is itself or `*`. */
export function keeps({ selector }, map) {
  const { mapkind, service, version, ids } = selector
  return (
    (mapkind === undefined || mapkind === map.kind) &&
    (service === undefined || service === map.service) &&
    (version === undefined || version === '*' || version === map.version) &&
    (ids === undefined || ids.includes(map.id))
  )
}

/** Whether any hold keeps it. */
export function isHeld(model, map) {
  for (const hold of model.holds.values()) if (keeps(hold, map)) return true
  return false
}

/** Whether a purge may have taken it by now: its time is over, and no hold was seen to keep it. */
export function mayBePurged(map) {
  return map.state === 'deleted' && map.undoUntil <= Date.now() && map.pins.size === 0
}

/** The maps that a deletion, restoration or undo moves when it is done now. */
export function candidatesOf(model, wish) {
  if (wish.sort === 'undo') {
    const { id, members, to } = model.operations.get(wish.operation)
    const still = members.map(member => model.maps.get(member)).filter(map => map.operation === id && map.state === to)
    return to === 'live' ? still.filter(map => !isHeld(model, map)) : still
  }
  if (wish.sort === 'restoration') return mapsOf(model, wish).filter(map => map.state === 'deleted')
  return mapsOf(model, wish).filter(map => map.state === 'live' && !isHeld(model, map))
}

/** To which state a wish moves maps. */
export function stateAfter(model, wish) {
  if (wish.sort === 'undo') return model.operations.get(wish.operation).to === 'live' ? 'deleted' : 'live'
  return wish.sort === 'deletion' ? 'deleted' : 'live'
}

/** Throws unless these members are the whole of a wish: all candidates but what a purge took, and nothing else but what came in beside it. */
export function assertWhole(model, wish, ids) {
  const members = new Set(ids)
  assert.equal(members.size, ids.length, `${named(wish)} names a map twice: ${ids}`)
  for (const map of wish.candidates) {
    if (members.delete(map.id)) continue
    assert.ok(
      !wish.needsAll && (map.state === 'purged' || mayBePurged(map)),
      `${named(wish)} left out map ${map.id} (${map.state}); it took ${ids}`,
    )
  }
  for (const id of members) {
    const map = model.maps.get(id)
    assert.ok(map && wish.mayTake?.includes(map.tag), `${named(wish)} took map ${id}, which was not meant`)
  }
}

/** Notes that a wish was carried out as an operation: `{ id, ids, undoUntil }`. */
export function apply(model, wish, { id, ids, undoUntil }) {
  const to = stateAfter(model, wish)
  assert.ok(!model.operations.has(id), `operation ${id} was made twice`)
  for (const member of ids) {
    const map = model.maps.get(member)
    assert.ok(map, `${id} moved map ${member}, which nobody knows`)
    assert.equal(map.state, to === 'deleted' ? 'live' : 'deleted', `${id} made map ${member} ${to}, which was ${map.state}`)
    Object.assign(map, { state: to, operation: id, undoUntil: to === 'deleted' ? undoUntil : undefined, pins: new Set() })
  }
  model.operations.set(id, { id, kind: wish.sort, to, members: ids, reason: wish.reason, undoUntil })
  model.news.push(`${wish.sort} ${id}`)
  // It saw everything at one moment: of what can be brought back nothing was left
  if (wish.sort === 'restoration') for (const map of wish.candidates) if (map.state === 'deleted') map.state = 'purged'
}

/** Notes a hold that was answered. */
export function addHold(model, { id, selector, reason, service }) {
  model.holds.set(id, { id, selector, reason, service })
  model.news.push(`hold.placed ${id}`)
}

/** Notes that a hold was released. */
export function endHold(model, id) {
  model.formerHolds.push(model.holds.get(id))
  model.holds.delete(id)
  model.news.push(`hold.released ${id}`)
}

/** Whether any hold ever kept a map of an operation. */
export function wasHeldUp(model, { members }) {
  const all = [...model.formerHolds, ...model.holds.values()]
  return members.some(id => all.some(hold => keeps(hold, model.maps.get(id))))
}

/** Notes that a hold keeps nothing any more, from when its release is asked for on. */
export function unpin(model, id) {
  for (const map of model.maps.values()) map.pins.delete(id)
}

/** A wish in words. */
export function named(wish) {
  const { sort, kind, service, version, ids, operation, reason } = wish
  const what = [sort, operation, kind, service && `${service} ${version ?? ''}`, ids && `ids ${ids}`].filter(Boolean).join(' ')
  return `${what}${reason ? ` (${reason})` : ''}`
}

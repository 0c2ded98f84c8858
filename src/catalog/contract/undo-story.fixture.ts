import assert from 'node:assert/strict'
import type { Catalog } from '../../operations/ports/catalog.ts'
import type { Db } from '../engine.ts'
import { holdOf, place, purge, release, undoing } from './passages.fixture.ts'
import { seededRandom } from './random.fixture.ts'
import { deletion, digestOf, put, restoration, scopeOf, uploadOf } from './sample-uploads.fixture.ts'
import { apply, checkMoved, count, divide, type Model, readable, rowsIn, rowsOf } from './undo-model.fixture.ts'

/** Does the same at random to a catalog and to a plain model and compares both at every step; counts what happened. */
export async function tellUndoStory({ catalog, db, seed, steps: count }: { catalog: Catalog; db: Db; seed: number; steps: number }) {
  const seen = Object.fromEntries(outcomes.map(outcome => [outcome, 0]))
  const model: Model = { catalog, db, random: seededRandom(seed), maps: [], operations: [], holds: [], placed: 0, seen }
  for (let number = 0; number < 20; number++) await upload(model)
  for (let at = 0; at < count; at++) {
    await model.random.pick(steps)(model)
    assert.deepEqual(await rowsOf(model), rowsIn(model), `seed ${seed}, step ${at}`)
  }
  return seen
}

const outcomes = ['moved', 'nothing', 'held', 'too_many', 'unknown_operation', 'purge', 'left', 'undone', 'partial', 'purged'] as const

async function upload({ catalog, random, maps }: Model): Promise<void> {
  const service = `s${random.below(3)}`
  const contents = random.some([0, 1, 2, 3, 4, 5, 6, 7], 0, 3)
  const files = contents.map(content => ({
    part: `part ${content}`,
    fileName: undefined,
    digest: digestOf(`content ${content}`),
    size: 10 + content,
  }))
  const id = await put(catalog, uploadOf({ kind: 'js', attributes: { service }, files }, `map ${maps.length}`))
  assert.equal(id, maps.length + 1)
  maps.push({ id, service, state: 'live', last: undefined, version: 1 })
}

const steps: readonly ((model: Model) => Promise<void>)[] = [
  upload,
  model => move(model, 'live'),
  model => move(model, 'live'),
  model => move(model, 'deleted'),
  undo,
  undo,
  undo,
  undo,
  holdOrRelease,
  purgeSome,
]

/** Like the latest ones more than the old. */
function someIds({ random, maps }: Model): number[] {
  const first = random.chance(0.5) ? 0 : Math.max(0, maps.length - 15)
  return random.some(
    maps.slice(first).map(map => map.id),
    1,
    8,
  )
}

async function move(model: Model, state: 'live' | 'deleted'): Promise<void> {
  const { catalog, random, maps, operations, seen } = model
  const ids = someIds(model)
  const scope = scopeOf({ kind: 'js', criteria: [{ filter: 'id', values: ids.map(String) }] }, state)
  const passage = state === 'live' ? { ...deletion, undoUntil: random.pick([2000, 9000]), forced: random.chance(0.2) } : restoration
  const limit = random.pick([3, 100])
  const answer = await catalog.move(scope, passage, { limit })
  const inState = maps.filter(map => ids.includes(map.id) && map.state === state)
  const { free, held } = divide(model, inState, passage.to)
  if (free.length === 0) {
    const wanted = held.length > 0 ? { refused: 'held', held } : { refused: 'nothing' }
    assert.deepEqual('held' in answer && 'refused' in answer ? { ...answer, held: readable(answer.held) } : answer, wanted)
    count(seen, wanted.refused)
    return
  }
  if (state === 'live' && free.length > limit && !passage.forced) {
    assert.deepEqual(answer, { refused: 'too_many', count: free.length, limit })
    count(seen, 'too_many')
    return
  }
  assert.ok(!('refused' in answer), JSON.stringify(answer))
  await checkMoved(model, answer, { free, held })
  assert.deepEqual(answer.unmatched, ids.filter(id => !inState.some(map => map.id === id)).map(String))
  apply(model, free, passage.to)
  operations.push({ to: passage.to, members: free.map(map => map.id), undoUntil: passage.undoUntil, undoneBy: undefined })
  count(seen, 'moved')
}

async function undo(model: Model): Promise<void> {
  const { catalog, random, maps, operations, seen } = model
  const back = random.chance(0.6) ? random.below(4) : random.below(operations.length + 1)
  const operation = Math.max(0, operations.length - back) + (random.chance(0.05) ? 1 : 0)
  const passage = { ...undoing, undoUntil: random.pick([2000, 9000]), forced: random.chance(0.2) }
  const [partial, limit] = [random.chance(0.5), random.pick([3, 100])]
  const answer = await catalog.undo({ organization: 1, operation }, passage, { partial, limit })
  const refused = (wanted: { refused: string }) => {
    assert.deepEqual(answer, wanted)
    count(seen, wanted.refused)
  }
  const undone = operations[operation - 1]
  if (!undone) return refused({ refused: 'unknown_operation' })
  if (undone.to === 'purged') return refused({ refused: 'purge' })
  const to = undone.to === 'deleted' ? 'live' : 'deleted'
  const members = undone.members.flatMap(id => maps.filter(map => map.id === id && map.last === operation))
  const { free, held } = divide(
    model,
    members.filter(map => map.state !== 'purged'),
    to,
  )
  const purged = members.filter(map => map.state === 'purged').length
  const left = { purged, movedOn: undone.members.length - members.length, held: members.length - purged - free.length }
  const isWhole = free.length === undone.members.length
  if (free.length === 0 || !(isWhole || partial))
    return refused({ ...{ refused: 'left', undoable: free.length, left }, ...{ undoneBy: undone.undoneBy } })
  if (to === 'deleted' && free.length > limit && !passage.forced)
    return refused({ ...{ refused: 'too_many', count: free.length }, ...{ limit } })
  assert.ok(!('refused' in answer), JSON.stringify(answer))
  await checkMoved(model, answer, { free, held })
  assert.deepEqual([answer.to, answer.left, answer.unmatched], [to, left, []])
  apply(model, free, to)
  operations.push({
    to,
    members: free.map(map => map.id),
    undoUntil: to === 'deleted' ? passage.undoUntil : undefined,
    undoneBy: undefined,
  })
  undone.undoneBy = operations.length
  count(seen, isWhole ? 'undone' : 'partial')
}

async function holdOrRelease(model: Model): Promise<void> {
  const { catalog, random, maps, holds } = model
  if (holds.length > 0 && (holds.length > 3 || random.chance(0.6))) {
    const ended = random.pick(holds)
    await release(catalog, ended.id)
    model.holds = holds.filter(hold => hold !== ended)
    return
  }
  const unpurged = maps.filter(map => map.state !== 'purged').map(map => map.id)
  const ids = random.some(unpurged, 1, 8)
  const byService = random.chance(0.3)
  const service = `s${random.below(3)}`
  const id = `h${++model.placed}`
  await place(catalog, holdOf(id, byService ? { service: `${service}*` } : { ids: ids.map(String) }, { createdAt: 100 + model.placed }))
  holds.push({ id, keeps: map => (byService ? map.service === service : ids.includes(map.id)) })
}

/** Seldom, and each purge is told by as many operations as the catalog made of it. */
async function purgeSome(model: Model): Promise<void> {
  const { catalog, db, random, maps, operations, holds, seen } = model
  if (!random.chance(0.3)) return
  await purge(catalog, 2001)
  for (const map of maps) {
    const by = map.last === undefined ? undefined : operations[map.last - 1]
    if (map.state !== 'deleted' || (by?.undoUntil ?? Number.POSITIVE_INFINITY) > 2001 || holds.some(hold => hold.keeps(map))) continue
    map.state = 'purged'
    map.version = Number.NaN
    count(seen, 'purged')
  }
  const made = await db.selectFrom('operation').select(['number', 'kind']).where('organization', '=', 1).orderBy('number').execute()
  for (const { kind } of made.slice(operations.length)) {
    assert.equal(kind, 'purge')
    operations.push({ to: 'purged', members: [], undoUntil: undefined, undoneBy: undefined })
  }
}

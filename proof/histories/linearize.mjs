// Whether a history of concurrent requests can be explained by one after the other.
//
// The search is that of Wing and Gong ("Testing and verifying concurrent objects", 1993): take as the first any operation that began before
// every other one had ended, ask the model whether it would have answered so, and go on with the rest. Lowe's addition ("Testing for
// linearizability", 2017), as in Porcupine: a pair of what is left and the model's state that led nowhere is not tried a second time.
//
// A history is a list of operations `{ call, return, answer }`: times of one clock, `return: Infinity` for one that was never answered,
// which then may have happened at any time after its call, or never. A model is `{ start, key(state, left), step(state, operation) }`: `step`
// gives every state that may follow when the operation happens now and is answered so (or, when it has no answer, whatever it would have
// been answered); none when that cannot be. It gives the very same state when nothing changes, and then the operation, happening later
// with the same answer, would change nothing either: such a step is taken at once and needs no alternative. States of one `key` are alike for
// the operations that are left: what none of these can tell apart has no place in it. A model may also have
// `isDeadEnd(state, operations)`: whether one of those that are left can never again be answered as it was, which spares the search all the
// orders of the others.

/**
 * `{ verdict: 'linearizable' | 'violation' | 'undecided', visited, order }`: how many pairs were looked at, and the longest explanation found,
 * the whole one of a linearizable history. It is undecided when more than `limit` pairs would have to be looked at.
 */
export function linearize(history, model, { limit = 300_000 } = {}) {
  const search = { model, limit, seen: new Set(), visited: 0, longest: [], path: [] }
  const operations = history.map((operation, place) => ({ operation, place })).sort((a, b) => a.operation.call - b.operation.call)
  const found = explain(search, model.start, operations)
  const verdict = found ? 'linearizable' : search.visited > limit ? 'undecided' : 'violation'
  return { verdict, visited: Math.min(search.visited, limit), order: search.longest }
}

function explain(search, state, left) {
  if (search.path.length > search.longest.length) search.longest = [...search.path]
  if (left.every(({ operation }) => !isAnswered(operation))) return true
  const operations = left.map(({ operation }) => operation)
  const pair = `${left.map(({ place }) => place).join()} ${search.model.key(state, operations)}`
  if (search.seen.has(pair)) return false
  search.seen.add(pair)
  if (++search.visited > search.limit || search.model.isDeadEnd?.(state, operations)) return false
  const open = firstOnes(left)
  const idle = open.find(({ operation }) => isAnswered(operation) && search.model.step(state, operation).includes(state))
  if (idle) return follow(search, { state, left, taken: idle })
  // What nobody was told and changes nothing is as good as never done
  const nexts = operation => search.model.step(state, operation).filter(next => next !== state)
  return open.some(taken => nexts(taken.operation).some(next => follow(search, { state: next, left, taken })))
}

function follow(search, { state, left, taken }) {
  search.path.push(taken.operation)
  const found = explain(
    search,
    state,
    left.filter(each => each !== taken),
  )
  search.path.pop()
  return found
}

/** Those that may have been the first; the answered ones before the others, since these need not have happened, and rather in the order of their answers. */
function firstOnes(left) {
  const end = Math.min(...left.map(({ operation }) => operation.return))
  const open = left.filter(({ operation }) => operation.call <= end)
  const answered = open.filter(({ operation }) => isAnswered(operation)).sort((a, b) => a.operation.return - b.operation.return)
  return [...answered, ...open.filter(({ operation }) => !isAnswered(operation))]
}

export const isAnswered = ({ return: end }) => end !== Number.POSITIVE_INFINITY

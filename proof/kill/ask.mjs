import assert from 'node:assert/strict'
import { call, keyHeaders } from '../../test/wire/api.mjs'
import { oneOf } from '../shared/random.mjs'

/** Nobody answered: the node was killed over it, or said that a store does not answer. What was asked for may have been done. */
export class Lost extends Error {}

/** One request to any living node; `request` is given the node. Throws {@link Lost}, and fails when a connection breaks without a kill. */
export async function attempt({ installation, random }, request) {
  const living = installation.nodes.filter(node => node && !node.dying)
  if (living.length === 0) throw new Lost('no node lives')
  const node = oneOf(random, living)
  const answer = await request(node).catch(error => {
    if (node.dying) throw new Lost(error.message)
    throw new assert.AssertionError({ message: `the connection to a living server broke: ${error.message} ${error.cause ?? ''}` })
  })
  if (answer.status === 503) throw new Lost(answer.text)
  assert.ok(answer.status < 500, `${answer.status} ${answer.text}`)
  return answer
}

/** The same for a request as `call` takes it. */
export const ask = (asker, line, options) => attempt(asker, node => askNode(node, line, options))

/** A request to one node, with its keys and maybe more headers. */
export function askNode(node, line, { headers, ...more } = {}) {
  return call(node, line, { ...more, headers: { ...keyHeaders(node.keys), ...headers } })
}

/** Every item of a list that is walked by cursor, until `enough` says so of a page. */
export async function everyItem(asker, line, { query = {}, enough = () => false } = {}) {
  const items = []
  for (let after; ; ) {
    const { status, json, text } = await ask(asker, line, {
      query: { ...query, 'page[size]': 1000, ...(after ? { 'page[after]': after } : {}) },
    })
    assert.equal(status, 200, `${line}: ${text}`)
    items.push(...json.data)
    after = json.meta?.page?.next_cursor
    if (!after || enough(json.data)) return items
  }
}

/** Everything that is known of one map. */
export async function detailOf(asker, id) {
  const { status, json, text } = await ask(asker, `GET /api/mapkeep/v1/sourcemaps/${id}`)
  assert.equal(status, 200, `map ${id}: ${text}`)
  return json.data.attributes
}

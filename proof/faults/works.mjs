// The works of clients, each on a release of its own: what is asked, and what the book says after each kind of answer.
import { call, filters, keyHeaders, remove, restore } from '../../test/wire/api.mjs'
import { addRelease, send } from './book.mjs'

const own = '/api/mapkeep/v1'

/**
 * Each work is made ready while nothing fails. Then `ask` sends one request; `acknowledged` and `unknown` write down what its answer, or
 * the lack of one, means. A refusal means that nothing has changed, which the book says already.
 */
export const works = {
  'upload of new bytes': async ({ book, name }) => newMap({ book, release: addRelease(book, name), content: `new ${name}` }),

  'upload of a large file': async ({ book, name }) => newMap({ book, release: addRelease(book, name, 'jvm'), content: `large-${name}` }),

  'upload of known bytes': async ({ server, book, name }) => {
    const known = await seeded({ server, book, name: `${name}-first`, maps: 1 })
    return newMap({ book, release: addRelease(book, name), content: [...known.maps.values()][0] })
  },

  'repeated upload': async ({ server, book, name }) => {
    const release = await seeded({ server, book, name, maps: 1 })
    const [[id, content]] = release.maps
    return {
      ask: server => send(server, release, content),
      acknowledged: answer => {
        if (answer.id !== id) throw new Error(`the repetition of map ${id} was answered with ${answer.text}`)
      },
      unknown: () => {},
    }
  },

  deletion: async ({ server, book, name }) => {
    const release = await seeded({ server, book, name, maps: 3 })
    return move(release, {
      ask: server => remove(server, 'js', { service: name, version: '1' }),
      to: book.purging ? ['deleted', 'purged'] : ['deleted'],
    })
  },

  restoration: async ({ server, book, name }) => {
    const release = await deleted({ server, book, name })
    return move(release, { ask: server => restore(server, 'js', { service: name, version: '1' }), to: ['live'] })
  },

  undo: async ({ server, book, name }) => {
    const release = await deleted({ server, book, name })
    return move(release, { ask: server => call(server, `POST ${own}/operations/${release.operation}/undo`), to: ['live'] })
  },

  hold: async ({ book, name }) => {
    const attributes = { selector: { service: `held-${name}` }, reason: name, owner: 'tests' }
    return named(book.holds, name, server => post(server, 'holds', attributes))
  },

  key: async ({ book, name }) => named(book.keys, name, server => post(server, 'keys', { type: 'api', name })),
}

/** Those that can be done while whatever is deleted is purged at once. */
export const worksBesidePurges = Object.keys(works).filter(work => !['restoration', 'undo'].includes(work))

function newMap({ release, content }) {
  return {
    ask: server => send(server, release, content),
    acknowledged: ({ id }) => release.maps.set(id, content),
    unknown: () => release.maybe.add(content),
  }
}

function move(release, { ask, to }) {
  return {
    ask,
    acknowledged: answer => {
      release.modes = new Set(to)
      release.operation = answer.json.meta.operation.id
    },
    unknown: () => {
      release.modes = new Set([...release.modes, ...to])
    },
  }
}

function named(list, name, ask) {
  list.set(name, false)
  return { ask, acknowledged: () => list.set(name, true), unknown: () => list.set(name, 'unknown') }
}

/** A release whose maps are acknowledged, before anything fails. */
export async function seeded({ server, book, name, maps }) {
  const release = addRelease(book, name)
  for (let at = 0; at < maps; at++) {
    const content = `${name}-${at}`
    release.maps.set(expectOk(await send(server, release, content)).id, content)
  }
  return release
}

async function deleted({ server, book, name }) {
  const release = await seeded({ server, book, name, maps: 3 })
  release.operation = expectOk(await remove(server, 'js', filtersOf(name))).json.meta.operation.id
  release.modes = new Set(['deleted'])
  return release
}

const filtersOf = service => ({ service, version: '1' })

function post(server, type, attributes) {
  const headers = { ...keyHeaders(server.keys), 'content-type': 'application/json' }
  return call(server, `POST ${own}/${type}`, { headers, body: JSON.stringify({ data: { type, attributes } }) })
}

/** Throws unless a request was done that nothing disturbed. */
export function expectOk(answer) {
  if (answer.status >= 300) throw new Error(`a request that nothing disturbed was answered with ${answer.status} ${answer.text}`)
  return answer
}

/** What a list of live maps of one release looks like to a reader. */
export const readRelease = (server, service) =>
  call(server, 'GET /api/v2/sourcemaps/list', { query: { mapkind: 'js', ...filters(filtersOf(service)) } })

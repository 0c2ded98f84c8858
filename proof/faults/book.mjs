// What the clients were told: releases with their maps, holds and keys. The audit compares it with what the server has.
//
// A release is one service: `maps` are those acknowledged, `modes` the states it may be in (two only where nobody can know), `maybe` the
// names of uploads of which nobody can know whether they were kept.
import assert from 'node:assert/strict'
import { call, download, jsFiles, list, sha256, upload, uploadJs } from '../../test/wire/api.mjs'

const own = '/api/mapkeep/v1'

export function createBook() {
  return {
    releases: new Map(),
    holds: new Map(),
    keys: new Map(),
    figures: { acknowledged: 0, found: 0, downloads: 0, cameBack: 0, inspections: 0 },
  }
}

/** A new release without maps. */
export function addRelease(book, service, mapkind = 'js') {
  const release = { service, mapkind, maps: new Map(), modes: new Set(['live']), maybe: new Set(), operation: undefined }
  book.releases.set(service, release)
  return release
}

/** Sends one map of a release; its bytes follow from the name alone. */
export function send(server, { service, mapkind }, name) {
  if (mapkind === 'js') return uploadJs(server, { service, version: '1', name })
  return upload(server, { type: 'jvm_mapping_file', service, version: '1', build_id: name }, filesOf(mapkind, name))
}

/** Each file that belongs to a map of this name. */
export function filesOf(mapkind, name) {
  return mapkind === 'js' ? jsFiles(name) : { jvm_mapping_file: `${name} -> a.b.c:\n`.repeat(Math.ceil(700_000 / (name.length + 11))) }
}

/** The digests that a release's maps need. */
export function filesDigests({ mapkind, maps }) {
  return [...maps.values()].flatMap(name => Object.values(filesOf(mapkind, name)).map(sha256))
}

/** Checks every promise of the book, for the releases of these services or for all; settles what nobody could know. Gives how many acknowledged maps are found as they should be. */
export async function audit(server, book, services = [...book.releases.keys()]) {
  let found = 0
  for (const service of services) found += await auditRelease(server, book, book.releases.get(service))
  book.figures.found += found
  await auditNamed(server, book.holds, { line: `GET ${own}/holds`, query: { all: true }, nameOf: item => item.attributes.reason })
  await auditNamed(server, book.keys, { line: `GET ${own}/keys`, query: {}, nameOf: item => item.attributes.name })
  return found
}

async function auditRelease(server, book, release) {
  const { service, mapkind, maps, modes, maybe } = release
  const states = new Map()
  const acknowledged = maps.size
  for (const [id, name] of maps) states.set(name, await stateOf(server, id))
  const found = new Set(states.values())
  assert.ok(found.size <= 1, `${service} is half done: ${JSON.stringify([...states])}`)
  const [mode] = found.size === 1 ? found : modes
  assert.ok(modes.has(mode), `${service} is ${mode}, and nobody may find it other than ${[...modes].join(' or ')}`)
  // The first is what the book says without the request of which nobody knows
  if (mode !== [...modes][0] && !book.purging) book.figures.cameBack++
  const live = await list(server, mapkind, { service, version: '1' })
  for (const item of live) {
    const { name, bytes } = await sameBytes(server, mapkind, item)
    book.figures.downloads += bytes
    if (maps.has(item.id)) continue
    assert.ok(maybe.has(name), `${service} has the map ${name}, whose upload was refused`)
    maps.set(item.id, name)
    book.figures.cameBack++
  }
  if (mode === 'live')
    for (const [id, name] of maps)
      assert.ok(
        live.some(item => item.id === id),
        `${name} is live and not listed`,
      )
  else
    assert.ok(
      live.every(item => maybe.has(nameOf(item))),
      `${service} is ${mode} and lists live maps`,
    )
  // What is deleted may be purged at any time where that is done at once
  settle(release, mode === 'deleted' && book.purging ? ['deleted', 'purged'] : [mode])
  return acknowledged
}

function settle(release, modes) {
  release.modes = new Set(modes)
  release.maybe = new Set()
}

async function stateOf(server, id) {
  const { status, json, text } = await call(server, `GET ${own}/sourcemaps/${id}`)
  assert.equal(status, 200, `the acknowledged map ${id} is gone: ${text}`)
  return json.data.attributes.state
}

const nameOf = ({ attributes }) => attributes.build_id ?? attributes.file_name.replace('.min.js', '')

async function sameBytes(server, mapkind, item) {
  const name = nameOf(item)
  const files = Object.entries(filesOf(mapkind, name))
  for (const [part, sent] of files) {
    const { status, bytes } = await download(server, item.id, part)
    assert.deepEqual([status, sha256(bytes)], [200, sha256(sent)], `${part} of ${name}`)
  }
  return { name, bytes: files.length }
}

/** Holds and keys are told apart by names that nobody uses twice: each must be there, must not be, or may be. */
async function auditNamed(server, wanted, { line, query, nameOf: nameOfItem }) {
  const { status, json, text } = await call(server, line, { query })
  assert.equal(status, 200, text)
  const there = new Set(json.data.map(nameOfItem))
  for (const [name, presence] of wanted) {
    if (presence !== 'unknown') assert.equal(there.has(name), presence, `${line}: ${name} ${presence ? 'was acknowledged' : 'was refused'}`)
    wanted.set(name, there.has(name))
  }
}

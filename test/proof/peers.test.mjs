// The short form of proof/peers: every peer that is installed works, and does the same job as mapkeep. Verdaccio comes from the registry when the
// proof runs, so it is not among them.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { bareRows } from '../../proof/peers/bare-rows.mjs'
import { debuginfod } from '../../proof/peers/debuginfod.mjs'
import { mapkeep } from '../../proof/peers/mapkeep.mjs'
import { measure } from '../../proof/peers/measure.mjs'
import { nginx } from '../../proof/peers/nginx.mjs'
import { tableOf } from '../../proof/peers/tables.mjs'

const maps = { seed: 1, name: 'maps', title: 'source maps', kind: 'map', bytes: 20_000, count: 4, jobs: ['put', 'get', 'remove'] }
const elf = { ...maps, name: 'elf', title: 'ELF debug files', kind: 'elf', jobs: ['put', 'get'] }

for (const [set, others] of [
  [maps, [nginx, bareRows]],
  [elf, [nginx, debuginfod]],
])
  describe(`${set.title}: what mapkeep does, the others do with the same files, as far as they can:`, () => {
    const peers = [mapkeep, ...others.filter(peer => !peer.missing?.())]
    let rows
    before(async () => {
      const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'mapkeep-peers-'))
      after(() => fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 3 }))
      rows = tableOf({ ...(await measure({ after }, { peers, set, rounds: 1, width: 2, scratch })), peers, set, width: 2 }).rows
    })

    for (const peer of [mapkeep, ...others])
      test(peer.name, { skip: peer.missing?.() ?? false }, () => {
        const done = rows.filter(([, by]) => by === peer.name)
        assert.equal(done.length, peer.jobs.filter(job => set.jobs.includes(job)).length)
        assert.ok(done.flat().every(cell => !/NaN|Infinity|undefined/.test(cell)))
      })
  })

test('a peer that gives other bytes than it was given, or keeps what it was told to remove, is noticed', async t => {
  const kept = new Map()
  const forgetful = (get, remove) => ({
    name: 'forgetful',
    jobs: maps.jobs,
    start: async () => ({
      put: async ({ name, bytes }) => kept.set(name, bytes),
      get: async ({ name }) => get(kept.get(name)),
      remove: async ({ name }) => remove(name),
      pids: () => [process.pid],
      stored: async () => [...kept.values()].reduce((sum, { length }) => sum + length, 0),
      stop: async () => kept.clear(),
    }),
  })
  const order = peer => ({ peers: [peer], set: maps, rounds: 1, width: 1, scratch: os.tmpdir() })
  const cut = bytes => bytes?.subarray(1)
  await assert.rejects(measure(t, order(forgetful(cut, name => kept.delete(name)))), /did not come back as it was put/)
  await assert.rejects(
    measure(
      t,
      order(
        forgetful(
          bytes => bytes,
          () => {},
        ),
      ),
    ),
    /still gives/,
  )
})

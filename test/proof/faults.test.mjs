// The short form of proof/faults: a few cells of its matrix, an upload that fails in its middle, and the order of every acknowledged write.
import fs from 'node:fs/promises'
import { describe, test } from 'node:test'
import { finishRounds, openRounds, runRound } from '../../proof/faults/matrix.mjs'
import { checkOrder } from '../../proof/faults/order.mjs'
import { runSpool } from '../../proof/faults/spool.mjs'
import { seeded } from '../../proof/shared/random.mjs'
import { hasStrace } from '../../proof/shared/trace.mjs'
import { scratchFolder, startServer } from '../wire/running-server.mjs'

const seed = Number(process.env.MAPKEEP_TEST_SEED ?? Math.floor(Math.random() * 2 ** 32))

const cells = [
  { call: 'pwrite64', error: 'ENOSPC', when: '1+', end: 'end' },
  { call: 'fsync', error: 'EIO', when: '2', end: 'kill' },
  { call: 'rename', error: 'EIO', when: '1', end: 'end' },
]

const skip = (!hasStrace && 'strace is not installed') || (process.env.MAPKEEP_TEST_STORES === 'cluster' && 'for embedded stores')

describe('a file system that fails', { skip }, () => {
  test('loses nothing acknowledged, keeps nothing refused, and is no reason to restart', async t => {
    t.diagnostic(`seed ${seed}`)
    const folder = await scratchFolder(t)
    const server = await startServer(t)
    const random = seeded(seed)
    const state = { ...(await openRounds(server)), folder }
    for (const cell of cells) await runRound(state, cell, random)
    for (const cell of [
      { call: 'write,writev', error: 'ENOSPC' },
      { call: 'fsync', error: 'EIO' },
    ])
      await runSpool(server, folder, cell)
    await finishRounds(state)
  })

  test('every acknowledged write is durable before its answer: bytes, names, commit, in this order, from the first start on', async t => {
    await checkOrder(await fs.realpath(await scratchFolder(t)))
  })
})

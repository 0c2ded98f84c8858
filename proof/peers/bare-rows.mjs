import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { endProcess } from '../../test/wire/node-process.mjs'
import { sizeOf } from './size-of.mjs'

export const bareRows = {
  name: 'SQLite alone',
  lacks:
    'no server: one process works on its own rows, one commit and one sync each, with the bytes inside the row; no keys, no wire, no undo, no deduplication, no compression, no history',
  jobs: ['put', 'get', 'remove'],
  kinds: ['map'],
  start,
}

/** It does whole rounds by itself, with the same files made again from the seed, and tells how long each one took. */
async function start(folder) {
  mkdirSync(folder, { recursive: true })
  const file = path.join(folder, 'rows.db')
  const child = fork(path.join(import.meta.dirname, 'bare-rows-process.mjs'), [file])
  await once(child, 'message')
  const order = async work => {
    child.send(work)
    const [answer] = await once(child, 'message')
    if (answer.failed) throw new Error(answer.failed)
    return answer
  }
  return {
    whole: order,
    free: () => order({ job: 'free' }),
    pids: () => [child.pid],
    stored: () => sizeOf(folder),
    stop: () => endProcess(child, 'SIGTERM'),
  }
}

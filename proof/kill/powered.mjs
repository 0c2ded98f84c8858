import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startNode } from '../../test/wire/node-process.mjs'
import { embeddedInstallation } from './embedded.mjs'
import { powerCut, readTree, recorder } from './power-cut.mjs'
import { count } from './tally.mjs'

/**
 * An embedded installation whose server is not only killed: the power goes with it, so that the disk holds what was synced, and of the rest
 * some. `isSynced: false` is a disk that lies. While its server runs nobody else may change what is in its folder.
 */
export function poweredInstallation({ folder, tally, random, isSynced }) {
  const log = path.join(folder, 'calls')
  let before
  const run = async order => {
    await fs.rm(log, { force: true })
    before = await readTree(installation.data)
    const node = await startNode({ ...order, within: recorder(log) })
    return { ...node, end: signal => endRecorded(node.child, log, signal) }
  }
  const installation = embeddedInstallation({ folder, tally, random, run })
  const { kill, took } = installation
  const cut = async () => {
    count(tally, 'power: cuts')
    count(
      tally,
      'power: writes and names that did not reach the disk',
      await powerCut({ folder: installation.data, before, log, random, isSynced }),
    )
  }
  return Object.assign(installation, {
    isAlone: true,
    async kill() {
      const [node] = installation.nodes
      await kill()
      if (node) await cut()
    },
    async killStart(settings) {
      const starting = installation.start(settings).catch(() => {})
      await Promise.race([starting, sleep(took.start * random())])
      while (!recorded(log)) await sleep(1)
      send(recorded(log), 'SIGKILL')
      await starting
      for (const node of installation.nodes) await node.end('SIGKILL')
      installation.nodes = []
      count(tally, 'kills: start')
      await cut()
    },
  })
}

/** The process that is recorded; nothing as long as nothing was. */
function recorded(log) {
  try {
    return Number(/^\d+/.exec(readFileSync(log, 'latin1'))?.[0] ?? 0)
  } catch (error) {
    if (error.code === 'ENOENT') return 0
    throw error
  }
}

/** The recorder ends with the process that it records, and as that did. */
async function endRecorded(child, log, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode ?? child.signalCode
  const closed = once(child, 'close')
  send(recorded(log), signal)
  const [code, by] = await closed
  return code ?? by
}

/** One that has ended in this moment needs no signal. */
function send(pid, signal) {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}

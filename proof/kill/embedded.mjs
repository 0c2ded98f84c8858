import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DatabaseSync } from '@photostructure/sqlite'
import { main, startNode } from '../../test/wire/node-process.mjs'
import { cleanEnvironment, run } from '../../test/wire/running-server.mjs'
import { storedCopies, storedDigests, temporaryFiles } from '../../test/wire/stored-files.mjs'
import { count } from './tally.mjs'

/** The keys that every installation begins with. */
export const keys = { apiKey: 'mka_proof_of_what_a_kill_leaves', appKey: 'mkp_proof_of_what_a_kill_leaves' }

const standing = {
  MAPKEEP_BOOTSTRAP_API_KEY: keys.apiKey,
  MAPKEEP_BOOTSTRAP_APP_KEY: keys.appKey,
  MAPKEEP_RATE_LIMIT: 'read=off,delete=off,upload=off',
  MAPKEEP_LOG_LEVEL: 'error',
  MAPKEEP_PURGE_INTERVAL: '1s',
}

/** The environment of any node here. */
export const environment = more => cleanEnvironment({ ...standing, ...more })

/**
 * An embedded installation in a folder, not started. `took` is how long things last here, so that a kill can be in their middle; `run` starts
 * the server's process.
 */
export function embeddedInstallation({ folder, tally, random, run: runServer = startNode }) {
  const installation = { stores: 'embedded', data: path.join(folder, 'data'), nodes: [], log: '', answers: 0, onAnswer: () => {} }
  const took = { start: 1500, purge: 1000, backup: 1500, copy: 1500 }
  return Object.assign(installation, {
    folder,
    took,
    answered: () => installation.onAnswer(++installation.answers),
    temporaryFiles: () => temporaryFiles(installation),
    storedDigests: () => storedDigests(installation),
    storedBytes: async () => (await storedCopies(installation)).reduce((sum, { size }) => sum + size, 0),
    /** A start clears up what uploads left. */
    isSwept: true,
    /** A minute passes while nothing runs: a killed command has not given back its claim, and nobody can tell earlier that it is dead. */
    passTime: async () => inCatalog(installation.data, 'update lease set until = 0'),
    /** Starts the server. */
    async start(settings = {}, data = installation.data) {
      const began = performance.now()
      const told = text => (installation.log += text)
      const args = ['serve', '--port', '0', '--data', data]
      installation.starting = runServer({ env: environment(settings), args, told }).then(node => {
        installation.nodes = [{ ...node, keys, dying: false }]
      })
      await installation.starting
      took.start = performance.now() - began
      count(tally, 'starts')
    },
    /** Kills the server; from the signal on its connections may break. */
    async kill() {
      const [node] = installation.nodes
      if (!node) return
      node.dying = true
      await node.end('SIGKILL')
      installation.nodes = []
      count(tally, 'kills: server')
    },
    async stop() {
      const [node] = installation.nodes
      node.dying = true
      const code = await node.end('SIGTERM')
      installation.nodes = []
      return code
    },
    /** Runs a command to its end, on the data. */
    command: (...args) => run(process.execPath, [main, ...args, ...place(args, installation.data)], { env: environment({}) }),
    /** Starts a command and kills it in its work, once `begun` is true of it or `after` part of its usual time has passed; gives whether it was killed. */
    async killCommand(name, args, { begun = () => false } = {}) {
      const child = spawn(process.execPath, [main, ...args, ...place(args, installation.data)], { env: environment({}), stdio: 'ignore' })
      const killed = await killInWork(child, { random, usual: took[name], begun, within: took[name] / 4 })
      count(tally, `kills: ${name}${killed ? '' : ' came too late'}`)
      return killed
    },
    /** Kills a server while it starts; `begun` as above. */
    async killStart(settings, { begun = () => false, within = took.start / 4 } = {}) {
      const args = [main, 'serve', '--port', '0', '--data', installation.data]
      const child = spawn(process.execPath, args, { env: environment(settings), stdio: 'ignore' })
      await killInWork(child, { random, usual: took.start, begun, within })
      count(tally, 'kills: start')
    },
  })
}

function place(args, data) {
  return args.includes('--data') ? [] : ['--data', data]
}

/** Kills a process at a random moment of its usual time, or some moments after its work has begun, whatever comes first; false if it had ended. */
async function killInWork(child, { random, usual, begun, within }) {
  const closed = once(child, 'close')
  const latest = performance.now() + usual * (0.3 + random() * 0.8)
  while (child.exitCode === null && performance.now() < latest && !begun()) await sleep(1)
  if (child.exitCode === null && begun()) await sleep(random() * within)
  child.kill('SIGKILL')
  const [, signal] = await closed
  return signal === 'SIGKILL'
}

/** Says something to a catalog that no server works on. */
function inCatalog(data, statement) {
  const database = new DatabaseSync(path.join(data, 'catalog.db'))
  database.exec(statement)
  database.close()
}

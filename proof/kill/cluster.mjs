import { setTimeout as sleep } from 'node:timers/promises'
import { passDays } from '../../test/cluster/pass-days.mjs'
import { ask, newInstallation } from '../../test/cluster/stores.mjs'
import { main, startNode } from '../../test/wire/node-process.mjs'
import { run } from '../../test/wire/running-server.mjs'
import { storedCopies, storedDigests } from '../../test/wire/stored-files.mjs'
import { environment, keys } from './embedded.mjs'
import { count } from './tally.mjs'

const size = 3
/** Bytes that nothing needs are not kept for a standby that lags, and nobody stands before the nodes who must be told that they go. */
const shared = { MAPKEEP_REMOVAL_DELAY: '0s', MAPKEEP_SHUTDOWN_NOTICE: '0s' }

/** Three nodes on a database of their own and a prefix of a bucket, not started. */
export async function clusterInstallation({ place, folder, tally }) {
  const stores = { ...(await newInstallation(place)), ...shared }
  const database = stores.MAPKEEP_DATABASE_URL
  const installation = {
    stores: 'cluster',
    data: folder,
    folder,
    nodes: Array(size).fill(undefined),
    log: '',
    answers: 0,
    onAnswer: () => {},
  }
  const stored = { shared: { env: stores } }
  const startOne = async (at, settings) => {
    const told = text => (installation.log += text)
    const args = ['serve', '--port', '0', '--data', folder]
    const node = await startNode({ env: environment({ ...stores, ...settings }), args, told })
    installation.nodes[at] = { ...node, keys, dying: false }
    count(tally, 'starts')
  }
  return Object.assign(installation, {
    answered: () => installation.onAnswer(++installation.answers),
    temporaryFiles: async () => [],
    storedDigests: () => storedDigests(stored),
    storedBytes: async () => (await storedCopies(stored)).reduce((sum, { size: bytes }) => sum + bytes, 0),
    /** What a killed node left is cleared up by another one when it is old enough. */
    isSwept: false,
    /** Starts the nodes that do not run, all at once. */
    async start(settings = {}) {
      const missing = installation.nodes.flatMap((node, at) => (node ? [] : [at]))
      installation.starting = Promise.allSettled(missing.map(at => startOne(at, settings)))
      const started = await installation.starting
      for (const { reason } of started) if (reason) throw reason
      await quiet(database)
    },
    /** Kills some nodes at the same time; all unless told which. */
    async kill(which = installation.nodes.keys()) {
      const dying = [...which].filter(at => installation.nodes[at])
      for (const at of dying) installation.nodes[at].dying = true
      await Promise.all(dying.map(at => installation.nodes[at].end('SIGKILL')))
      for (const at of dying) installation.nodes[at] = undefined
      count(tally, 'kills: node', dying.length)
    },
    async stop() {
      const codes = await Promise.all(installation.nodes.map(node => node.end('SIGTERM')))
      installation.nodes = Array(size).fill(undefined)
      return codes.find(code => code !== 0) ?? 0
    },
    command: (...args) => run(process.execPath, [main, ...args, '--data', folder], { env: environment(stores) }),
    passTime: () => passDays({ env: stores, database }),
  })
}

/** What a killed node had begun may still be ending in the database. */
async function quiet(database) {
  const busy = `select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
    and xact_start < now() - interval '50 milliseconds'`
  await sleep(100)
  while ((await ask(database, busy)).length > 0) await sleep(20)
}

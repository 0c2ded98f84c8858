// The installations on which histories are played: the built server on each engine, empty.
import { randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { cephMissing } from '../../dist/blobs/s3/ceph.fixture.js'
import { postgresMissing } from '../../dist/catalog/postgres/postgres-programs.fixture.js'
import { startPostgres } from '../../dist/catalog/postgres/postgres-server.fixture.js'
import { newInstallation, startStores } from '../../test/cluster/stores.mjs'
import { startNode } from '../../test/wire/node-process.mjs'
import { cleanEnvironment } from '../../test/wire/running-server.mjs'

/** Nodes of an installation with a bucket. */
const nodes = 3

/** Each way to run the server: what keeps it from being run here, in words, and what it is. */
export const engines = {
  sqlite: {
    title: 'SQLite, files, one node',
    missing: () => undefined,
    exact: true,
    stores: async () => ({ env: {}, nodes: 1, stop: () => {} }),
  },
  postgres: { title: 'Postgres, files, one node', missing: postgresMissing, exact: false, stores: postgresAndFiles },
  cluster: { title: `Postgres, a bucket, ${nodes} nodes`, missing: () => postgresMissing() ?? cephMissing(), exact: false, stores: bucket },
}

/**
 * Starts one and gives `{ targets, exact, stop, told }`; `told()` is what the nodes have printed. `undoWindow`: milliseconds after which
 * what was deleted is purged; without it nothing is purged.
 */
export async function startEngine(name, { undoWindow } = {}) {
  const { stores, exact } = engines[name]
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'mapkeep-histories-'))
  const keys = { apiKey: `mka_${randomBytes(24).toString('base64url')}`, appKey: `mkp_${randomBytes(24).toString('base64url')}` }
  const running = []
  const place = await stores()
  let printed = ''
  const stop = async () => {
    await Promise.all(running.map(node => node.end('SIGKILL')))
    await place.stop()
    await fs.rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
  const order = {
    env: cleanEnvironment({ ...settings(keys, undoWindow), ...place.env }),
    args: ['serve', '--port', '0', '--data', folder],
    told: text => (printed = (printed + text).slice(-10_000)),
  }
  const started = await Promise.allSettled(Array.from({ length: place.nodes }, () => startNode(order)))
  running.push(...started.flatMap(({ value }) => value ?? []))
  const failed = started.find(({ reason }) => reason)
  if (failed) {
    await stop()
    throw failed.reason
  }
  return { targets: running.map(({ url }) => ({ url, keys })), exact, undoWindow, stop, told: () => printed }
}

function settings({ apiKey, appKey }, undoWindow) {
  return {
    MAPKEEP_BOOTSTRAP_API_KEY: apiKey,
    MAPKEEP_BOOTSTRAP_APP_KEY: appKey,
    MAPKEEP_RATE_LIMIT: 'read=off,delete=off,upload=off',
    MAPKEEP_LOG_LEVEL: 'error',
    ...(undoWindow === undefined
      ? { MAPKEEP_PURGE_INTERVAL: 'off' }
      : { MAPKEEP_UNDO_WINDOW: `${undoWindow}ms`, MAPKEEP_PURGE_INTERVAL: '1s' }),
  }
}

async function postgresAndFiles() {
  const postgres = await startPostgres({ fsync: 'off' })
  return { env: { MAPKEEP_DATABASE_URL: await postgres.createDatabase('histories') }, nodes: 1, stop: () => postgres.remove() }
}

async function bucket() {
  const { place, stop } = await startStores()
  return { env: await newInstallation(place), nodes, stop }
}

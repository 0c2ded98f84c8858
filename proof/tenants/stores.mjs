import { randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { openPostgresCatalog } from '../../dist/catalog/postgres/open-postgres-catalog.js'
import { startPostgres } from '../../dist/catalog/postgres/postgres-server.fixture.js'
import { openSqliteCatalog } from '../../dist/catalog/sqlite/open-sqlite-catalog.js'
import { createKey, createOrganization } from '../../dist/operations/keys.js'
import { ask } from '../../test/cluster/stores.mjs'
import { startNode } from '../../test/wire/node-process.mjs'
import { cleanEnvironment, mapkeep } from '../../test/wire/running-server.mjs'

const everything = ['rum_apps_read', 'rum_delete_data', 'mapkeep_admin']

/** What all servers of a proof are started with, beside what a program asks for. */
const standing = { MAPKEEP_LOG_LEVEL: 'error', MAPKEEP_PURGE_INTERVAL: '1d', MAPKEEP_DATABASE_CONNECTIONS: '4' }

/**
 * Stores to start servers on: `one` knows the organization `default` alone, `two` knows a second one beside it, and the first is the same
 * in both down to its random ids. `start` starts a server on a fresh copy of one of them.
 */
export async function openStores(engine) {
  const root = await fs.mkdtemp(path.join(os.tmpdir(), 'mapkeep-tenants-'))
  const postgres = engine === 'postgres' ? await startPostgres({ fsync: 'off', max_connections: '300' }) : undefined
  const running = new Set()
  const close = async () => {
    await Promise.all([...running].map(server => server.stop()))
    await postgres?.remove()
    await fs.rm(root, { recursive: true, force: true, maxRetries: 3 })
  }
  const stores = { root, postgres, running, close, organizations: {} }
  try {
    stores.organizations = await makeTemplates(stores)
    return { organizations: stores.organizations, close, start: (template, env) => startOn(stores, template, env) }
  } catch (error) {
    await close()
    throw error
  }
}

async function makeTemplates(stores) {
  const keys = { apiKey: `mka_${randomBytes(24).toString('base64url')}`, appKey: `mkp_${randomBytes(24).toString('base64url')}` }
  await stores.postgres?.createDatabase('one')
  const first = { MAPKEEP_BOOTSTRAP_API_KEY: keys.apiKey, MAPKEEP_BOOTSTRAP_APP_KEY: keys.appKey }
  const server = await launch(stores, 'one', { ...standing, ...first })
  await server.end('SIGTERM')
  const auditorKey = await inCatalog(stores, 'one', catalog => makeKey(catalog, 'default', 'application'))
  await copyStores(stores, 'one', 'two')
  return inCatalog(stores, 'two', async catalog => {
    const { number } = await createOrganization(catalog, 'second', Date.now())
    const [apiKey, appKey] = [await makeKey(catalog, 'second', 'api'), await makeKey(catalog, 'second', 'application')]
    const second = { apiKey, appKey, auditorKey: await makeKey(catalog, 'second', 'application') }
    const idsOf = async organization => (await catalog.keysOf(organization)).map(key => key.id)
    return {
      default: { ...keys, auditorKey, keyIds: await idsOf(1) },
      second: { ...second, keyIds: await idsOf(number) },
    }
  })
}

async function makeKey(catalog, organizationName, type) {
  const permissions = type === 'api' ? [] : everything
  const wish = { type, name: `${organizationName} ${type}`, organizationName, permissions, creator: 'proof', createdAt: Date.now() }
  return (await createKey(catalog, wish)).secret
}

async function inCatalog(stores, name, work) {
  const catalog = stores.postgres
    ? await openPostgresCatalog(stores.postgres.url(name), 4)
    : await openSqliteCatalog(path.join(stores.root, name, 'catalog.db'))
  try {
    return await work(catalog)
  } finally {
    await catalog.close()
  }
}

async function copyStores({ root, postgres }, from, to) {
  // The shared memory of a closed catalog may still go while it is copied, and is made anew
  const filter = name => !/-(lock|shm)$/.test(name)
  await Promise.all([postgres?.createDatabase(to, from), fs.cp(path.join(root, from), path.join(root, to), { recursive: true, filter })])
}

let copies = 0

async function startOn(stores, template, env) {
  const name = `copy_${++copies}`
  await copyStores(stores, template, name)
  const { url, end } = await launch(stores, name, { ...standing, ...env })
  const server = { url, data: path.join(stores.root, name), env: environment(stores, name, { ...standing, ...env }) }
  server.purge = () => purgeAll(server)
  server.stop = async () => {
    stores.running.delete(server)
    await end('SIGKILL')
    await fs.rm(server.data, { recursive: true, force: true, maxRetries: 3 })
    if (stores.postgres) await ask(stores.postgres.url('postgres'), `drop database ${name} with (force)`)
  }
  stores.running.add(server)
  return server
}

function launch(stores, name, env) {
  const args = ['serve', '--port', '0', '--data', path.join(stores.root, name)]
  return startNode({ env: environment(stores, name, env), args, told: () => {} })
}

function environment({ postgres }, name, env) {
  return cleanEnvironment({ ...env, ...(postgres ? { MAPKEEP_DATABASE_URL: postgres.url(name) } : {}) })
}

/** What an operator's purge does to all organizations at once; a server that is still at the one of its start is let finish it. */
async function purgeAll(server) {
  for (let left = 20; ; left--) {
    try {
      return await mapkeep(server, 'purge', '--json')
    } catch (error) {
      if (left === 0 || !/another process/.test(error.message)) throw error
    }
  }
}

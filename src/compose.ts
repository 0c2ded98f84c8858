import { existsSync } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { backgroundCodec } from './blobs/background-codec.ts'
import { openFileBlobs } from './blobs/files/open-file-blobs.ts'
import { lockFolder } from './catalog/sqlite/lock-folder.ts'
import { migrateSqlite, openExistingCatalog, openSqliteCatalog } from './catalog/sqlite/open-sqlite-catalog.ts'
import type { Administration } from './cli/administration.ts'
import { openFault } from './config/open-fault.ts'
import type { Rate } from './config/rate-limits.ts'
import type { Settings } from './config/settings.ts'
import { makeFolder } from './disk/make-folder.ts'
import { drain } from './http/drain.ts'
import { createMetrics, type Metrics } from './http/metrics.ts'
import { createMetricsServer } from './http/metrics-server.ts'
import { createServer } from './http/server.ts'
import type { HttpSettings } from './http/settings.ts'
import { bootstrap, type FirstKeys } from './operations/bootstrap.ts'
import { countUploads } from './operations/count-uploads.ts'
import { keepTidy } from './operations/keep-tidy.ts'
import { createKey, createOrganization } from './operations/keys.ts'
import type { BlobStore } from './operations/ports/blob-store.ts'
import type { Catalog } from './operations/ports/catalog.ts'
import { openMapReader } from './symbolication/map-reader.ts'

/** A server that answers. */
export interface RunningServer {
  readonly url: string
  /** The first keys of the installation as far as this start made them up; those the settings give are nobody's news. */
  readonly firstKeys: { readonly [name in keyof FirstKeys]: string | undefined } | undefined
  /** Ends requests, then background work, then the stores. */
  readonly stop: () => Promise<void>
}

const storeVariables = 'MAPKEEP_BLOBS_URL, MAPKEEP_DATABASE_URL'

/** What was opened, to be closed in the opposite order. */
type Closers = (() => unknown)[]

/** Opens the stores that the settings name and serves them; what cannot be opened is an error of one line. */
export async function startServer(settings: Settings, version: string): Promise<RunningServer> {
  const closers: Closers = []
  const stop = () => closeAll(closers)
  try {
    return { ...(await open(settings, version, closers)), stop }
  } catch (error) {
    // What kept it from opening tells more than what keeps the rest from closing
    await stop().catch(() => {})
    throw openFault(error, settings)
  }
}

/** Makes the catalog or brings it up to date; names the migrations that ran. */
export async function migrateStores(settings: Settings): Promise<readonly string[]> {
  try {
    return await migrateSqlite(settings.database)
  } catch (error) {
    throw openFault(error, settings)
  }
}

/** Opens the catalog for work on keys and organizations; never makes or migrates one, since in a wrong folder that would look like success. */
export async function openAdministration(settings: Settings): Promise<Administration> {
  const { database } = settings
  if (!existsSync(database))
    throw new Error(`there is no catalog ${database}; name the server's folder with --data, or make a catalog with: mapkeep migrate`)
  const catalog = await openExistingCatalog(database).catch(error => {
    throw openFault(error, settings)
  })
  return administration(catalog)
}

async function open(settings: Settings, version: string, closers: Closers): Promise<Omit<RunningServer, 'stop'>> {
  await lockStores(settings, closers)
  const { blobs, uploadsInFlight } = countUploads(await openFileBlobs(settings.blobs))
  await refuseWidowedBlobs(blobs, settings)
  const catalog = await openSqliteCatalog(settings.database)
  closers.push(() => catalog.close())
  await pair(catalog, blobs, settings)
  await Promise.all([catalog.abandonStaleIntents(), blobs.sweep()])
  const mapReader = openMapReader()
  closers.push(() => mapReader.close())
  const metrics = createMetrics()
  const server = createServer({ catalog, blobs, mapReader, clock: Date.now, settings: httpSettings(settings), version, metrics })
  const tidy = keepTidy({ catalog, blobs, codec: backgroundCodec, uploadsInFlight, onFault: err => server.log.error({ err }, 'tidying') })
  closers.push(() => tidy.stop())
  closers.push(() => drain(server, settings.shutdownGrace))
  await server.listen({ host: settings.host, port: settings.port })
  const metricsPort = await listenForMetrics(settings, metrics, closers)
  if (metricsPort !== undefined) server.log.info({ port: metricsPort }, 'metrics are answered on 127.0.0.1')
  // After listening, so that keys are never made by a start that fails; before the ready line, so that they work by then
  const firstKeys = await makeFirstKeys(catalog, settings)
  return { url: urlOf(settings.host, server.server.address() as AddressInfo), firstKeys }
}

/** Locks every folder that a store lies in, since another server may share one of them and not the others. */
async function lockStores({ data, database, blobs }: Settings, closers: Closers): Promise<void> {
  const folders = new Map<string, string>()
  // The catalog's own folder, should its name be a link
  for (const folder of [data, path.dirname(await realpath(database).catch(() => database)), blobs]) {
    await makeFolder(folder)
    // By what it is, not by its name: the same folder under two names would be in use by ourselves
    const { dev, ino } = await stat(folder, { bigint: true })
    folders.set(`${dev} ${ino}`, folder)
  }
  for (const folder of folders.values()) closers.push(await lockFolder(folder))
}

/** Before a catalog is made: bytes that have one already are no reason to make another. */
async function refuseWidowedBlobs(blobs: BlobStore, settings: Settings): Promise<void> {
  if (existsSync(settings.database) || (await blobs.installation()) === undefined) return
  throw new Error(`the blobs in ${settings.blobs} belong to a catalog, and there is none at ${settings.database} (${storeVariables})`)
}

/** Catalog and bytes of different installations must never meet: what is unknown here would be removed there. */
async function pair(catalog: Catalog, blobs: BlobStore, settings: Settings): Promise<void> {
  const [mine, theirs] = [await catalog.installation(), await blobs.installation()]
  if (theirs === undefined) return blobs.claim(mine)
  if (theirs === mine) return
  throw new Error(`the blobs in ${settings.blobs} belong to another installation than the catalog ${settings.database} (${storeVariables})`)
}

async function makeFirstKeys(catalog: Catalog, { bootstrapApiKey, bootstrapAppKey }: Settings): Promise<RunningServer['firstKeys']> {
  const given = { ...(bootstrapApiKey && { apiKey: bootstrapApiKey }), ...(bootstrapAppKey && { applicationKey: bootstrapAppKey }) }
  const made = await bootstrap(catalog, given, Date.now())
  if (!made) return undefined
  return { apiKey: given.apiKey ? undefined : made.apiKey, applicationKey: given.applicationKey ? undefined : made.applicationKey }
}

async function listenForMetrics({ metricsPort }: Settings, metrics: Metrics, closers: Closers): Promise<number | undefined> {
  if (metricsPort === undefined) return undefined
  const server = createMetricsServer(metrics)
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(metricsPort, '127.0.0.1', resolve))
  closers.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}

function httpSettings({ undoWindow, maxUpload, rateLimit, logLevel, metricsToken }: Settings): HttpSettings {
  const limit = (rate: Rate | undefined) => rate && { limit: rate.requests, period: rate.seconds }
  return {
    undoWindow,
    maxFile: maxUpload.file,
    maxArchive: maxUpload.archive,
    rateLimits: { read: limit(rateLimit.read), delete: limit(rateLimit.delete), upload: limit(rateLimit.upload) },
    logLevel,
    metricsToken,
  }
}

function administration(catalog: Catalog): Administration {
  return {
    createKey: ({ organization, ...order }) =>
      createKey(catalog, { ...order, organizationName: organization, creator: 'command line', createdAt: Date.now() }),
    listKeys: organization => catalog.listKeys(organization),
    revokeKey: id => catalog.revokeKey(id, Date.now()),
    createOrganization: name => createOrganization(catalog, name, Date.now()),
    listOrganizations: () => catalog.listOrganizations(),
    close: () => catalog.close(),
  }
}

/** Closes everything, whatever fails on the way; throws the first failure. */
async function closeAll(closers: Closers): Promise<void> {
  const failures: unknown[] = []
  for (let close = closers.pop(); close; close = closers.pop()) {
    try {
      await close()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
}

function urlOf(host: string, { port }: AddressInfo): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

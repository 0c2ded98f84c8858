import { existsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { backgroundCodec } from './blobs/background-codec.ts'
import { openFileBlobs } from './blobs/files/open-file-blobs.ts'
import { lockFolder } from './catalog/sqlite/lock-folder.ts'
import { migrateSqlite, openSqliteCatalog } from './catalog/sqlite/open-sqlite-catalog.ts'
import type { Administration } from './cli/administration.ts'
import { openFault } from './config/open-fault.ts'
import type { Rate } from './config/rate-limits.ts'
import type { Settings } from './config/settings.ts'
import { drain } from './http/drain.ts'
import { createMetrics, type Metrics } from './http/metrics.ts'
import { createMetricsServer } from './http/metrics-server.ts'
import { createServer } from './http/server.ts'
import type { HttpSettings } from './http/settings.ts'
import { bootstrap, type FirstKeys } from './operations/bootstrap.ts'
import { countUploads } from './operations/count-uploads.ts'
import { keepTidy } from './operations/keep-tidy.ts'
import { createKey, createOrganization } from './operations/keys.ts'
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

/** Opens the catalog for work on keys and organizations; never makes one, since in a wrong folder that would look like success. */
export async function openAdministration(settings: Settings): Promise<Administration> {
  const { database } = settings
  if (!existsSync(database))
    throw new Error(`there is no catalog ${database}; name the server's folder with --data, or make a catalog with: mapkeep migrate`)
  const catalog = await openSqliteCatalog(database).catch(error => {
    throw openFault(error, settings)
  })
  return administration(catalog)
}

async function open(settings: Settings, version: string, closers: Closers): Promise<Omit<RunningServer, 'stop'>> {
  await lockStores(settings, closers)
  const catalog = await openSqliteCatalog(settings.database)
  closers.push(() => catalog.close())
  const { blobs, uploadsInFlight } = countUploads(await openFileBlobs(settings.blobs))
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

/** A catalog or blobs outside the data folder are locked where they are. */
async function lockStores({ data, database, blobs }: Settings, closers: Closers): Promise<void> {
  const outside = [path.dirname(database), blobs].filter(
    folder => path.relative(data, folder).startsWith('..') || path.isAbsolute(path.relative(data, folder)),
  )
  for (const folder of new Set([data, ...outside])) closers.push(await lockFolder(folder))
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

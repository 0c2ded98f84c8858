import type { AddressInfo } from 'node:net'
import { backgroundCodec } from '../blobs/background-codec.ts'
import { openFileBlobs } from '../blobs/files/open-file-blobs.ts'
import { lockStores } from '../catalog/sqlite/lock-stores.ts'
import { openSqliteCatalog } from '../catalog/sqlite/open-sqlite-catalog.ts'
import { openFault } from '../config/open-fault.ts'
import type { Settings } from '../config/settings.ts'
import { freeBytes } from '../disk/free-bytes.ts'
import { drain } from '../http/drain.ts'
import { createMetrics, type Metrics } from '../http/metrics.ts'
import { createMetricsServer } from '../http/metrics-server.ts'
import { createServer } from '../http/server.ts'
import { bootstrap, type FirstKeys } from '../operations/bootstrap.ts'
import { countUploads } from '../operations/count-uploads.ts'
import { diskUsage } from '../operations/disk-usage.ts'
import { keepTidy } from '../operations/keep-tidy.ts'
import type { Catalog } from '../operations/ports/catalog.ts'
import { watchDisk } from '../operations/watch-disk.ts'
import { openMapReader } from '../symbolication/map-reader.ts'
import { type Closers, closeAll } from './closers.ts'
import { httpSettings } from './http-settings.ts'
import { pair, refuseWidowedBlobs } from './pairing.ts'

/** A server that answers. */
export interface RunningServer {
  readonly url: string
  /** The first keys of the installation as far as this start made them up; those the settings give are nobody's news. */
  readonly firstKeys: { readonly [name in keyof FirstKeys]: string | undefined } | undefined
  /** Ends requests, then background work, then the stores. */
  readonly stop: () => Promise<void>
}

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

async function open(settings: Settings, version: string, closers: Closers): Promise<Omit<RunningServer, 'stop'>> {
  closers.push(await lockStores(settings))
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
  const { purgeInterval } = settings
  const tidyParts = { catalog, blobs, codec: backgroundCodec, uploadsInFlight, purgeInterval, holder: 'server' }
  const tidy = keepTidy({ ...tidyParts, onFault: err => server.log.error({ err }, 'tidying') })
  closers.push(() => tidy.stop())
  // Only where somebody can ask for the figures, since making them reads much
  if (settings.metricsPort !== undefined || settings.metricsToken) {
    const read = () => diskUsage({ catalog, freeBytes: () => freeBytes(settings.blobs) }, Date.now())
    const watch = watchDisk({ read, show: metrics.disk, onFault: err => server.log.error({ err }, 'reading what is stored') })
    closers.push(() => watch.stop())
  }
  closers.push(() => drain(server, settings.shutdownGrace))
  await server.listen({ host: settings.host, port: settings.port })
  const metricsPort = await listenForMetrics(settings, metrics, closers)
  if (metricsPort !== undefined) server.log.info({ port: metricsPort }, 'metrics are answered on 127.0.0.1')
  // After listening, so that keys are never made by a start that fails; before the ready line, so that they work by then
  const firstKeys = await makeFirstKeys(catalog, settings)
  return { url: urlOf(settings.host, server.server.address() as AddressInfo), firstKeys }
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

function urlOf(host: string, { port }: AddressInfo): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

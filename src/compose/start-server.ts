import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { backgroundCodec } from '../blobs/background-codec.ts'
import { openFault } from '../config/open-fault.ts'
import type { Settings } from '../config/setting.ts'
import { drain } from '../http/drain.ts'
import { createMetrics, type Metrics } from '../http/metrics.ts'
import { createMetricsServer } from '../http/metrics-server.ts'
import { createServer } from '../http/server.ts'
import { bootstrap, type FirstKeys } from '../operations/bootstrap.ts'
import { diskUsage } from '../operations/disk-usage.ts'
import { keepTidy } from '../operations/keep-tidy.ts'
import type { Catalog } from '../operations/ports/catalog.ts'
import { watchDisk } from '../operations/watch-disk.ts'
import { openMapReader } from '../symbolication/map-reader.ts'
import { roomOf } from './blob-stores.ts'
import { type Closers, closeAll } from './closers.ts'
import { httpSettings } from './http-settings.ts'
import { type OpenStores, openStores } from './open-stores.ts'
import { removalDelay } from './removal-delay.ts'
import { openTls } from './tls/open-tls.ts'
import { type OpenTracing, openTracing } from './tracing/open-tracing.ts'

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

/** Milliseconds in which a balancer that asks every two seconds has noticed twice. */
const noticeOfMany = 5_000

async function open(settings: Settings, version: string, closers: Closers): Promise<Omit<RunningServer, 'stop'>> {
  const tls = await openTls(settings)
  const tracing = await openTracing(process.env, version, reason => server.log.warn({ reason }, 'traces are not exported'))
  closers.push(() => tracing?.close())
  const stores = await openStores(settings, closers)
  const { catalog, shared, whileWanted } = stores
  const mapReader = openMapReader()
  closers.push(() => mapReader.close())
  const metrics = createMetrics()
  const stopping = new AbortController()
  const parts = {
    mapReader,
    stopping: stopping.signal,
    clock: Date.now,
    settings: httpSettings(settings),
    version,
    metrics,
    shared,
    whileWanted,
  }
  const server = createServer({ ...parts, ...seenBy(tracing, stores), tls: tls?.pair, tracing: tracing?.requests })
  for (const reason of tracing?.faults ?? []) server.log.warn({ reason }, 'a setting of tracing is not understood')
  if (!settings.readOnly) closers.push(startTidying(stores, settings, server))
  // Only where somebody can ask for the figures, since making them reads much
  if (settings.metricsPort !== undefined || settings.metricsToken) {
    const read = () => diskUsage({ catalog, freeBytes: roomOf(settings) }, Date.now())
    const watch = watchDisk({ read, show: metrics.disk, onFault: err => server.log.error({ err }, 'reading what is stored') })
    closers.push(() => watch.stop())
  }
  closers.push(() => {
    stopping.abort(new Error('the server stops'))
    return drain(server, { notice: settings.shutdownNotice ?? (shared ? noticeOfMany : 0), grace: settings.shutdownGrace })
  })
  await server.listen({ host: addressOf(settings), port: settings.port })
  if (tls) closers.push(tls.follow(server))
  const metricsPort = await listenForMetrics(settings, metrics, closers)
  if (metricsPort !== undefined) server.log.info({ port: metricsPort }, 'metrics are answered on 127.0.0.1')
  // After listening, so that keys are never made by a start that fails; before the ready line, so that they work by then
  const firstKeys = settings.readOnly ? undefined : await makeFirstKeys(catalog, settings)
  return { url: urlOf(settings, server.server.address() as AddressInfo), firstKeys }
}

/** The stores as requests see them: background work is nobody's request and leaves no traces. */
function seenBy(tracing: OpenTracing | undefined, { catalog, blobs }: OpenStores): Pick<OpenStores, 'catalog' | 'blobs'> {
  return tracing ? { catalog: tracing.around('catalog', catalog), blobs: tracing.around('blobs', blobs) } : { catalog, blobs }
}

/** Gives what stops it. */
function startTidying(
  { shared, ...stores }: OpenStores,
  settings: Settings,
  { log }: ReturnType<typeof createServer>,
): () => Promise<void> {
  const holder = shared ? randomUUID() : 'server'
  const onFault = (err: unknown) => log.error({ err }, 'tidying')
  const tidy = keepTidy({
    ...stores,
    codec: backgroundCodec,
    purgeInterval: settings.purgeInterval,
    removalDelay: removalDelay(settings),
    shared,
    holder,
    onFault,
  })
  return () => tidy.stop()
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

/** Where to listen. For `localhost` Fastify opens a second listener if there is IPv6, and a renewed certificate would not reach that one. */
function addressOf({ host, tlsCert }: Settings): string {
  return tlsCert !== undefined && host === 'localhost' ? '127.0.0.1' : host
}

function urlOf({ host, tlsCert }: Settings, { port }: AddressInfo): string {
  return `${tlsCert === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`
}

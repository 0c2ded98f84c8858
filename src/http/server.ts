import { randomUUID } from 'node:crypto'
import fastify, { type FastifyInstance, LogController } from 'fastify'
import { Problem } from '../domain/problem.ts'
import type { BlobStore } from '../operations/ports/blob-store.ts'
import type { Gate } from './admit.ts'
import { allRoutes } from './all-routes.ts'
import { createContract } from './contract.ts'
import { createKeyUsage } from './key-usage.ts'
import type { Parts } from './parts.ts'
import { createRateLimits } from './rate-limits.ts'
import { createReadiness } from './readiness.ts'
import { createConnectionRefuser } from './refuse-connection.ts'
import { asProblem, refuser, refuseUnknown } from './refuse-unknown.ts'
import type { Route } from './route.ts'
import { serve } from './serve.ts'
import { tlsOptions } from './tls/tls-pair.ts'
import { watchHandshakes } from './tls/watch-handshakes.ts'
import { traceRequests } from './trace-requests.ts'
import { uploadTarget } from './upload-target.ts'

/** Bytes of a request's head: a query of 2000 ids has room. `wire:` wire-api section 11. */
const maxHeaderSize = 128 * 1024

/** Milliseconds a client has for the head of a request; uploads themselves may take as long as they like. */
const headersTimeout = 20_000

/** What bounds the heads of requests, with TLS and without. Node would refuse a missing Host in a shape of its own. */
const heads = { maxHeaderSize, headersTimeout, connectionsCheckingInterval: 5_000, requireHostHeader: false }

/** Milliseconds an unused connection stays open: longer than the idle time of usual load balancers. */
const keepAliveTimeout = 75_000

/** Milliseconds between two notes of when keys were used. */
const usageInterval = 60_000

/** The door for programs: a server, not listening yet, that answers every route. */
export function createServer(parts: Parts): FastifyInstance {
  const server = createListener(parts)
  const gate = createGate(parts)
  leaveBodiesAlone(server)
  if (parts.tracing) traceRequests(server, parts.tracing)
  if (!parts.settings.readOnly) noteKeyUsage(server, gate)
  refuseUnknown(server, allRoutes, parts.metrics)
  for (const route of allRoutes) addRoute(server, route, gate)
  return server
}

function createGate(parts: Parts): Gate {
  const { catalog, blobs, settings, version } = parts
  return {
    parts,
    rateLimits: createRateLimits(settings.rateLimits, parts.shared && !settings.readOnly ? catalog : undefined),
    usage: createKeyUsage(catalog),
    readiness: createReadiness({
      catalog,
      // Its own check writes
      blobs: settings.readOnly ? { check: () => findOwner(blobs) } : blobs,
      server: { check: async () => parts.stopping?.throwIfAborted() },
    }),
    contract: createContract(allRoutes, version),
  }
}

async function findOwner(blobs: Pick<BlobStore, 'installation'>): Promise<void> {
  if ((await blobs.installation()) === undefined) throw new Error('the blobs are gone')
}

function createListener({ settings, metrics, tls, logStream = process.stderr }: Parts): FastifyInstance {
  const refuse = refuser(metrics)
  const connections = createConnectionRefuser(allRoutes)
  const server = fastify({
    logger: { level: settings.logLevel, stream: logStream, serializers: { req: request => ({ method: request.method }) } },
    logController: new LogController({ disableRequestLogging: true }),
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    exposeHeadRoutes: false,
    return503OnClosing: false,
    keepAliveTimeout,
    ...(tls ? { https: { ...tlsOptions(tls), ...heads } } : { http: heads }),
    trustProxy: settings.trustProxy ? [...settings.trustProxy] : false,
    // The query is read from the raw URL: a parser that merges or drops pairs could widen a deletion
    routerOptions: { querystringParser: () => ({}), maxParamLength: 200 },
    rewriteUrl: request => uploadTarget(request.url ?? '/'),
    clientErrorHandler: connections.refuse,
    frameworkErrors: (error, request, reply) => refuse({ request, reply, problem: asProblem(error) }),
  })
  connections.watch(server.server)
  refuseInOwnShape(server)
  if (tls) endHandshakes(server)
  return server
}

/** Node answers a missing Host and an unknown expectation itself, with nothing of what belongs to our answers. An expectation may be ignored. */
function refuseInOwnShape(server: FastifyInstance): void {
  server.server.on('checkExpectation', (request, response) => server.server.emit('request', request, response))
  server.addHook('onRequest', async ({ raw }) => {
    if (raw.httpVersion === '1.1' && raw.headers.host === undefined) throw new Problem('bad_request', 'HTTP/1.1 needs a Host header')
  })
}

/** A stop waits for requests, not for clients that have not begun to ask. */
function endHandshakes(server: FastifyInstance): void {
  const drop = watchHandshakes(server.server)
  server.addHook('preClose', async () => drop())
}

/** Bodies belong to the routes: uploads stream, and small ones are bounded where they are read. */
function leaveBodiesAlone(server: FastifyInstance): void {
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', (_request, _payload, done) => done(null))
}

function noteKeyUsage(server: FastifyInstance, { usage }: Gate): void {
  const flush = () => usage.flush().catch(error => server.log.warn({ err: error }, 'key usage was not noted'))
  const timer = setInterval(flush, usageInterval).unref()
  server.addHook('onClose', async () => {
    clearInterval(timer)
    await flush()
  })
}

function addRoute(server: FastifyInstance, route: Route, gate: Gate): void {
  const method = route.method === 'GET' ? ['GET', 'HEAD'] : route.method
  server.route({ method, url: route.path, handler: serve(route, gate) })
}

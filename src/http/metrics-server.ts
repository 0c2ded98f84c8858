import { createServer, type Server } from 'node:http'
import { guards } from './guard-headers.ts'
import type { Metrics } from './metrics.ts'

/** A listener of its own for `/metrics`; it has no guard, so bind it to loopback. */
export function createMetricsServer(metrics: Metrics): Server {
  return createServer(async (request, response) => {
    request.resume()
    if (request.method !== 'GET' || request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404, guards).end()
      return
    }
    const text = await metrics.text().catch(() => undefined)
    response.writeHead(text === undefined ? 500 : 200, { ...guards, 'content-type': metrics.contentType }).end(text)
  })
}

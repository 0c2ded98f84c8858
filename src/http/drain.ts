import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'

/** How a server is stopped. Times are milliseconds. */
export interface Draining {
  /** How long it goes on answering while balancers find out that it is not ready any more. */
  readonly notice: number
  /** How long requests in flight may take after that. */
  readonly grace: number
}

/**
 * Stops a server. During the notice every answer says that its connection ends with it, so that whoever reuses connections sends nothing into one that is
 * about to close. Then: no new connections, requests in flight may end, and everything that is left, uploads above all, is dropped.
 */
export async function drain(server: FastifyInstance, { notice, grace }: Draining): Promise<void> {
  server.server.prependListener('request', (_request, response) => {
    response.shouldKeepAlive = false
  })
  await wait(notice)
  // A connection whose last request has just ended is idle only from now on
  const sweep = setInterval(() => server.server.closeIdleConnections(), 50)
  const cut = setTimeout(() => server.server.closeAllConnections(), grace)
  try {
    await server.close()
  } finally {
    clearInterval(sweep)
    clearTimeout(cut)
  }
}

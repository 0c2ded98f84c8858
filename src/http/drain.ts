import type { FastifyInstance } from 'fastify'

/**
 * Stops a server: no new connections, requests in flight may end within `grace` milliseconds, then everything that is left,
 * uploads above all, is dropped.
 */
export async function drain(server: FastifyInstance, grace: number): Promise<void> {
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

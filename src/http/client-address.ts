import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'

/** Where a request came from: its peer, or whom a trusted proxy forwards for, as far as that is an address and not just a text. */
export function clientAddress({ ip, socket }: FastifyRequest): string {
  return isIP(ip) > 0 ? ip : (socket.remoteAddress ?? 'unknown')
}

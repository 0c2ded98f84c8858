import { Server, type ServerOptions } from 'node:https'
import type { FastifyInstance } from 'fastify'

/** A certificate with its chain, and its private key, both as PEM. */
export interface TlsPair {
  readonly cert: Buffer
  readonly key: Buffer
}

const minVersion = 'TLSv1.2'

/** Milliseconds a client has for its handshake, however it spreads them: as long as for the head of a request. */
const handshakeTimeout = 20_000

/** What a listener must know to speak TLS. */
export function tlsOptions({ cert, key }: TlsPair): ServerOptions {
  return { cert, key, minVersion, handshakeTimeout }
}

/** New connections get this pair from now on, those that are open keep theirs. Throws when the pair cannot be used; then nothing changes. */
export function renewPair({ server }: FastifyInstance, { cert, key }: TlsPair): void {
  const listener: unknown = server
  if (!(listener instanceof Server)) throw new Error('a listener without TLS has no certificate to renew')
  listener.setSecureContext({ cert, key, minVersion })
}

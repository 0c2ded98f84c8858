import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Keeps an eye on connections whose TLS handshake is under way, which Node does not count among those it closes. What fails is
 * dropped without an answer, since none could be read. The function given back drops the rest: nothing was asked on them yet.
 */
export function watchHandshakes(server: Server): () => void {
  const pending = new Map<string, Socket>()
  let closed = false
  server.on('connection', (socket: Socket) => {
    const name = peer(socket)
    if (closed) socket.destroy()
    else pending.set(name, socket)
    socket.once('close', () => pending.get(name) === socket && pending.delete(name))
  })
  server.on('secureConnection', (socket: Socket) => pending.delete(peer(socket)))
  // Before Node hands the failure on as that of a request
  server.prependListener('tlsClientError', (_error: Error, socket: Socket) => socket.destroy())
  return () => {
    closed = true
    for (const socket of pending.values()) socket.destroy()
  }
}

/** The two sockets of a connection, below and above TLS, have this in common. */
function peer({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}

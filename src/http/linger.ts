import type { IncomingMessage } from 'node:http'

/** How much of an unwanted body is still taken, in bytes, and for how long, in milliseconds. */
const patience = { bytes: 64 * 1024 * 1024, time: 10_000 }

/** Whether the client is still sending a body nobody reads. */
export function bodyPending(incoming: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = incoming.headers
  return !incoming.complete && (encoding !== undefined || Number(length ?? 0) > 0)
}

/**
 * Throws away what the client still sends, for a while: a connection that is closed with unread bytes is reset, and then the
 * client loses the answer it was given.
 */
export function linger(incoming: IncomingMessage): Promise<void> {
  return new Promise(resolve => {
    let left = patience.bytes
    const done = () => {
      clearTimeout(timer)
      incoming.off('data', count).off('end', done).off('close', done).off('error', done)
      resolve()
    }
    const count = (chunk: Buffer) => {
      left -= chunk.length
      if (left < 0) done()
    }
    const timer = setTimeout(done, patience.time)
    incoming.on('data', count).on('end', done).on('close', done).on('error', done)
    incoming.resume()
    if (incoming.readableEnded || incoming.destroyed) done()
  })
}

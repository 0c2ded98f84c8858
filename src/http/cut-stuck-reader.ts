import type { ServerResponse } from 'node:http'

/**
 * Breaks an answer off when its reader takes nothing for `patience` milliseconds (at most half as long again). The socket's own
 * timer is used, because it alone sees each byte the kernel takes; a server that is slow itself is no reason to cut.
 */
export function cutStuckReader(outgoing: ServerResponse, patience: number): void {
  const step = patience / 2
  let lastSilence = Number.NEGATIVE_INFINITY
  outgoing.setTimeout(step, () => {
    if ((outgoing.socket?.writableLength ?? 0) === 0) return
    const now = performance.now()
    // Whenever bytes have gone meanwhile, the socket has started another step without telling
    if (now - lastSilence < 1.5 * step) outgoing.destroy()
    lastSilence = now
    outgoing.socket?.setTimeout(step)
  })
}

import { startNode } from '../wire/node-process.mjs'
import { startBalancer } from './balancer.mjs'

const count = 3

/**
 * Starts three nodes at the same time, with the same settings, and the balancer before them. `told` is given what the nodes print and
 * whether on stdout. TLS, where the settings ask for it, ends at the balancer.
 */
export async function startNodes({ env, args = [], folder, told, port }) {
  const { MAPKEEP_TLS_CERT: certificate, MAPKEEP_TLS_KEY: key, ...plain } = env
  const order = { env: plain, args: ['serve', '--port', '0', '--data', folder, ...args], told }
  const started = await Promise.allSettled(Array.from({ length: count }, () => startNode(order)))
  const nodes = started.flatMap(({ value }) => value ?? [])
  try {
    for (const { reason } of started) if (reason) throw reason
    const balancer = await startBalancer({ folder, nodes, tls: certificate && { certificate, key }, port })
    return { url: balancer.url, nodes, end: signal => endAll(nodes, balancer, signal) }
  } catch (error) {
    await Promise.all(nodes.map(node => node.end('SIGKILL')))
    throw error
  }
}

/** A kill takes all at once; otherwise the nodes end what they have, and then nobody needs the balancer. Gives how the nodes ended. */
async function endAll(nodes, balancer, signal) {
  const killed = signal === 'SIGKILL' ? balancer.end(signal) : undefined
  const ends = await Promise.all(nodes.map(node => node.end(signal)))
  await (killed ?? balancer.end('SIGTERM'))
  return ends.find(end => end !== 0) ?? 0
}

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** So many ports of loopback that nobody uses now, for programs that cannot choose one by themselves. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  const ports: number[] = []
  for (const server of servers) {
    if (!server.listening) await once(server, 'listening')
    const address = server.address()
    assert.ok(address && typeof address === 'object')
    ports.push(address.port)
  }
  for (const server of servers) server.close()
  return ports
}

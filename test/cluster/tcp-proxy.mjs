import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/** An address that stays while what is behind it changes, as a database's does in a failover. */
export async function startProxy(port) {
  let target = port
  const sockets = new Set()
  const keep = socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
  }
  const server = createServer(client => {
    const behind = connect(target, '127.0.0.1')
    for (const socket of [client, behind]) keep(socket)
    client.pipe(behind).pipe(client)
    client.on('close', () => behind.destroy())
    behind.on('close', () => client.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: server.address().port,
    /** Leads to another port from now on; what was connected is cut. */
    leadTo: next => {
      target = next
      cut()
    },
    stop: () => {
      server.close()
      cut()
    },
  }
}

import pg from 'pg'

/** The server's name for a connection, which lets others cancel its statement; the types of the client leave it out. */
interface Known extends Pick<pg.Client, 'host' | 'port' | 'ssl'> {
  readonly processID: number
  readonly secretKey: number
}

interface Canceller extends pg.Connection {
  connect(portOrPath: number | string, host?: string): void
  requestSsl(): void
  cancel(processID: number, secretKey: number): void
}

/** Milliseconds after which a server that does not take the request is left alone. */
const patience = 5_000

/**
 * Has the server cancel what the connection runs now, by a short connection of its own: it needs no login, and none of a pool that may be
 * all in use. Resolves when the server has done so or cannot be reached; never throws.
 */
export function cancelStatement(client: pg.PoolClient): Promise<void> {
  const { host, port, ssl, processID, secretKey } = client as unknown as Known
  const way = new pg.Connection({ ssl }) as Canceller
  const cancel = () => way.cancel(processID, secretKey)
  return new Promise(resolve => {
    const timer = setTimeout(() => way.stream.destroy(), patience)
    way.on('connect', () => (ssl ? way.requestSsl() : cancel()))
    way.on('sslconnect', cancel)
    // It ends after an error, too
    way.on('error', () => way.stream.destroy())
    way.on('end', () => {
      clearTimeout(timer)
      resolve()
    })
    if (host.startsWith('/')) way.connect(`${host}/.s.PGSQL.${port}`)
    else way.connect(port, host)
  })
}

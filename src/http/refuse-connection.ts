import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { guards } from './guard-headers.ts'
import type { ErrorShape, Route } from './route.ts'
import { uploadTarget } from './upload-target.ts'

const statuses: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

/** What the last request of a connection asked for, as far as a refusal of the connection needs to know. */
interface Asking {
  readonly errors: ErrorShape
  readonly outgoing: ServerResponse
}

/** Refuses what Node cannot parse. A body is refused in the shape of the path it was sent to, so `watch` sees each request first. */
export interface ConnectionRefuser {
  watch(server: Server): void
  refuse(error: Error & { code?: string }, socket: Socket): void
}

/** A refuser that knows the shapes of these routes. */
export function createConnectionRefuser(routes: readonly Route[]): ConnectionRefuser {
  const inStrings = new Set(routes.filter(route => route.errors === 'strings').map(route => route.path))
  const asking = new WeakMap<Socket, Asking>()
  const note = ({ url, socket }: IncomingMessage, outgoing: ServerResponse) => {
    const path = uploadTarget(url ?? '/').split('?')[0] ?? ''
    asking.set(socket, { errors: inStrings.has(path) ? 'strings' : 'objects', outgoing })
  }
  return {
    watch: server => void server.prependListener('request', note),
    refuse: (error, socket) => refuseConnection(error, socket, asking.get(socket)),
  }
}

/** Answers bytes that are no HTTP, or whose head is too large or too slow, and closes; nothing of them is logged or echoed. */
function refuseConnection(error: Error & { code?: string }, socket: Socket, asking?: Asking): void {
  const answering = asking?.outgoing.headersSent && !asking.outgoing.writableFinished
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy()
    return
  }
  if (answering) {
    // In the middle of one answer there is no room for another; what is written of it still goes out
    socket.destroySoon()
    return
  }
  const status = statuses[error.code ?? ''] ?? 400
  const title = STATUS_CODES[status] ?? 'Bad Request'
  const detail = `${title}: the request could not be read`
  const body = JSON.stringify({ errors: [asking?.errors === 'strings' ? detail : { status: String(status), title, detail }] })
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries(guards).map(([name, value]) => `${name}: ${value}`),
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

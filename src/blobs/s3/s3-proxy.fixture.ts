import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What passed through. */
export interface Passed {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  /** Whether the client went away before the answer's end. */
  cut: boolean
}

/** What the proxy does with a request: answers by itself, or passes it on and cuts the answer's body after so many bytes, or all of the answer. */
export type Interference =
  | { readonly status: number; readonly code: string }
  | { readonly cutAfter: number }
  | { readonly answer: 'lost' }
  | undefined

/** Something in front of an S3 server that sees every request and can stand in the way. */
export interface S3Proxy {
  readonly endpoint: string
  readonly passed: readonly Passed[]
  interfere: (request: Passed) => Interference
  close(): Promise<void>
}

/** Starts a proxy on loopback. Signatures stay valid, since the host's name that was signed is passed on. */
export async function startProxy(target: string): Promise<S3Proxy> {
  const passed: Passed[] = []
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming
    const seen: Passed = { method, url, headers, cut: false }
    passed.push(seen)
    outgoing.once('close', () => {
      seen.cut = !outgoing.writableFinished
    })
    const interference = proxy.interfere(seen)
    if (interference && 'status' in interference) refuse(incoming, outgoing, interference)
    else forward(target, { incoming, outgoing, interference })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy: S3Proxy = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    interfere: () => undefined,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return proxy
}

function refuse(incoming: IncomingMessage, outgoing: ServerResponse, { status, code }: { status: number; code: string }): void {
  incoming.resume().once('end', () => {
    outgoing.writeHead(status, { 'content-type': 'application/xml' })
    outgoing.end(incoming.method === 'HEAD' ? undefined : `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`)
  })
}

function forward(target: string, way: { incoming: IncomingMessage; outgoing: ServerResponse; interference: Interference }): void {
  const { incoming, outgoing, interference } = way
  const { hostname, port } = new URL(target)
  const { method, url, headers } = incoming
  const onward = request({ hostname, port, method, path: url, headers, agent: false, setHost: false }, answer => {
    if (interference && 'answer' in interference) return outgoing.destroy()
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    if (interference && 'cutAfter' in interference) return cut(answer, outgoing, interference.cutAfter)
    answer.once('error', () => outgoing.destroy())
    return answer.pipe(outgoing)
  })
  onward.once('error', () => outgoing.destroy())
  outgoing.once('close', () => onward.destroy())
  incoming.pipe(onward)
}

function cut(answer: IncomingMessage, outgoing: ServerResponse, bytes: number): void {
  let left = bytes
  answer.on('data', (chunk: Buffer) => {
    if (left > 0) outgoing.write(chunk.subarray(0, left))
    left -= chunk.length
    // Later, so that what was written is on its way
    if (left <= 0) setTimeout(() => outgoing.destroy(), 50)
  })
}

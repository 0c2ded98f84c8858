import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Answer, Chunks } from './answer.ts'
import { cutStuckReader } from './cut-stuck-reader.ts'
import { exactly } from './exactly.ts'
import { bodyPending, linger } from './linger.ts'
import { overTls, smallPieces } from './tls/small-pieces.ts'

/** Both sides of one request. */
export interface Exchange {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  /** Milliseconds after which a reader that takes nothing is cut; half a minute unless given. */
  readonly readerPatience?: number | undefined
}

const usualPatience = 30_000

/**
 * Sends an answer; throws before the first byte only. When its chunks break off, or are more or fewer bytes than its head declares,
 * the connection breaks off too, so that no wrong answer looks complete and none runs into the next; the reason is then given back.
 */
export async function sendAnswer(exchange: Exchange, answer: Answer): Promise<unknown> {
  const { incoming, outgoing } = exchange
  const { body, status } = answer
  const wantsBody = incoming.method !== 'HEAD' && status !== 304
  const chunks = typeof body === 'function' && wantsBody ? await body() : undefined
  if (outgoing.destroyed) return stopChunks(chunks)
  cutStuckReader(outgoing, exchange.readerPatience ?? usualPatience)
  if (chunks) return sendChunks(exchange, overTls(outgoing) ? smallPieces(chunks) : chunks, answer)
  const whole = typeof body === 'function' ? undefined : body
  const length = whole === undefined || status === 304 || status === 204 ? {} : { 'content-length': String(Buffer.byteLength(whole)) }
  const head = { status, headers: { ...answer.headers, ...length } }
  if (whole !== undefined && wantsBody && overTls(outgoing) && !bodyPending(incoming)) {
    return sendChunks(exchange, smallPieces([whole]), head)
  }
  await sendWhole(exchange, wantsBody ? whole : undefined, head)
  return undefined
}

interface Head {
  readonly status: number
  readonly headers: OutgoingHttpHeaders
}

async function sendWhole(
  { incoming, outgoing }: Exchange,
  body: string | Uint8Array | undefined,
  { status, headers }: Head,
): Promise<void> {
  if (!bodyPending(incoming)) {
    outgoing.writeHead(status, headers).end(body)
    return
  }
  // The client has its whole answer before the connection goes
  outgoing.writeHead(status, { ...headers, connection: 'close' })
  if (body === undefined) outgoing.flushHeaders()
  else outgoing.write(body)
  await linger(incoming)
  outgoing.end()
}

async function sendChunks({ incoming, outgoing }: Exchange, chunks: Chunks, { status, headers }: Omit<Answer, 'body'>): Promise<unknown> {
  outgoing.writeHead(status, { ...headers, ...(bodyPending(incoming) ? { connection: 'close' } : {}) })
  try {
    for await (const chunk of exactly(chunks, headers?.['content-length'])) {
      if (outgoing.destroyed) return undefined
      if (!outgoing.write(chunk)) await drained(outgoing)
      // So that a long answer leaves time to other requests
      await new Promise(setImmediate)
    }
    if (!outgoing.destroyed) outgoing.end()
    return undefined
  } catch (error) {
    outgoing.destroy()
    return error
  }
}

function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      outgoing.off('drain', done).off('close', done)
      resolve()
    }
    outgoing.on('drain', done).on('close', done)
    if (outgoing.destroyed) done()
  })
}

async function stopChunks(chunks: Chunks | undefined): Promise<undefined> {
  await chunks?.[Symbol.asyncIterator]().return?.()
}

import type { IncomingMessage } from 'node:http'
import { Problem } from '../domain/problem.ts'

/** Bytes a JSON body may have. */
export const maxJsonBody = 1024 * 1024

/** Milliseconds in which a small body must be here. */
const bodyDeadline = 30_000

/** A request's body as JSON, whatever its content type says; throws a Problem when it is too large, too slow or no JSON. */
export async function readJson(incoming: IncomingMessage): Promise<unknown> {
  const text = (await readSmallBody(incoming, maxJsonBody)).toString('utf8')
  try {
    return JSON.parse(text)
  } catch {
    throw new Problem('bad_request', [{ detail: 'The body is not valid JSON', source: { pointer: '/data' } }])
  }
}

/** A request's body of at most `limit` bytes. The request is never destroyed here, since its connection carries the answer. */
export function readSmallBody(incoming: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const settle = (outcome: () => void) => {
      clearTimeout(timer)
      incoming.off('data', take).off('end', end).off('error', broken).off('close', broken)
      outcome()
    }
    const take = (chunk: Buffer) => {
      size += chunk.length
      if (size > limit) settle(() => reject(new Problem('too_large', `The body is larger than ${limit} bytes`)))
      else chunks.push(chunk)
    }
    const end = () => settle(() => resolve(Buffer.concat(chunks)))
    const broken = () => settle(() => reject(new Problem('bad_request', 'The body broke off before its end')))
    const timer = setTimeout(() => settle(() => reject(new Problem('timeout', 'The body did not arrive in time'))), bodyDeadline)
    incoming.on('data', take).on('end', end).on('error', broken).on('close', broken)
  })
}

import type { IncomingMessage } from 'node:http'
import { gatherBytes } from '../domain/gather-bytes.ts'
import { Problem } from '../domain/problem.ts'

/** Milliseconds in which a small body must be here. */
const bodyDeadline = 30_000

/** A request's body of at most `limit` bytes; throws a Problem when it is larger, too slow or breaks off. */
export async function readSmallBody(incoming: IncomingMessage, limit: number): Promise<Uint8Array> {
  const gathered = gatherBytes()
  await takeSmallBody(incoming, limit, chunk => gathered.add(chunk))
  return gathered.all()
}

/** Takes a body under the same terms as {@link readSmallBody}, and keeps nothing of it. */
export function discardSmallBody(incoming: IncomingMessage, limit: number): Promise<void> {
  return takeSmallBody(incoming, limit, () => {})
}

/** The request is never destroyed here, since its connection carries the answer. */
function takeSmallBody(incoming: IncomingMessage, limit: number, keep: (chunk: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let size = 0
    const settle = (outcome: () => void) => {
      clearTimeout(timer)
      incoming.off('data', take).off('end', end).off('error', broken).off('close', broken)
      outcome()
    }
    const take = (chunk: Buffer) => {
      size += chunk.length
      if (size > limit) settle(() => reject(new Problem('too_large', `The body is larger than ${limit} bytes`)))
      else keep(chunk)
    }
    const end = () => settle(resolve)
    const broken = () => settle(() => reject(new Problem('bad_request', 'The body broke off before its end')))
    const timer = setTimeout(() => settle(() => reject(new Problem('timeout', 'The body did not arrive in time'))), bodyDeadline)
    incoming.on('data', take).on('end', end).on('error', broken).on('close', broken)
  })
}

import type { IncomingMessage } from 'node:http'
import { Problem } from '../domain/problem.ts'
import { bodyPending } from './linger.ts'
import { discardSmallBody } from './small-body.ts'

/** Throws Problem `bad_request` when a request brings a body where none is read: what stands in it may be filters that would narrow it. */
export async function refuseBody(incoming: IncomingMessage): Promise<void> {
  const length = Number(incoming.headers['content-length'] ?? 0)
  // A chunked body of no bytes is none either
  const empty = length === 0 && (!bodyPending(incoming) || (await endsAtOnce(incoming)))
  if (empty) return
  const detail = 'This request takes no body; name everything in the query, so that nothing is affected that was not meant'
  throw new Problem('bad_request', [{ detail, source: { pointer: '' } }])
}

async function endsAtOnce(incoming: IncomingMessage): Promise<boolean> {
  try {
    await discardSmallBody(incoming, 0)
    return true
  } catch {
    return false
  }
}

import type { IncomingMessage } from 'node:http'
import { Problem } from '../domain/problem.ts'
import { readSmallBody } from './small-body.ts'

/** Bytes a JSON body may have. */
export const maxJsonBody = 1024 * 1024

/** A request's body as JSON, whatever its content type says; throws a Problem when it is too large, too slow or no JSON. */
export async function readJson(incoming: IncomingMessage): Promise<unknown> {
  const text = (await readSmallBody(incoming, maxJsonBody)).toString('utf8')
  try {
    return JSON.parse(text)
  } catch {
    throw new Problem('bad_request', [{ detail: 'The body is not valid JSON', source: { pointer: '/data' } }])
  }
}

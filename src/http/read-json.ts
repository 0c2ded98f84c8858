import type { IncomingMessage } from 'node:http'
import { Problem } from '../domain/problem.ts'
import { duplicateMember } from './duplicate-member.ts'
import { readSmallBody } from './small-body.ts'

/** Bytes a JSON body may have. */
export const maxJsonBody = 1024 * 1024

/** A request's body as JSON, whatever its content type says; throws a Problem when it is too large, too slow or no JSON. */
export async function readJson(incoming: IncomingMessage): Promise<unknown> {
  const bytes = await readSmallBody(incoming, maxJsonBody)
  const { text, value } = parse(bytes)
  const twice = duplicateMember(text)
  if (twice !== undefined) throw badBody(`The body has the member ${JSON.stringify(twice.slice(0, 100))} twice in one object`)
  return value
}

function parse(bytes: Uint8Array): { text: string; value: unknown } {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return { text, value: JSON.parse(text) }
  } catch {
    throw badBody('The body is not valid JSON in UTF-8')
  }
}

function badBody(detail: string): Problem {
  return new Problem('bad_request', [{ detail, source: { pointer: '/data' } }])
}

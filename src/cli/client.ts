import type { Query } from '../domain/selection.ts'
import { Failure } from './failure.ts'
import { refusal } from './refusal.ts'

/** One request to a mapkeep server. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE' | 'PATCH'
  readonly path: string
  readonly query?: Query
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: unknown
}

/** Sends a request with the user's keys and gives the body of a successful answer; anything else is a {@link Failure}. */
export type Client = (call: Call) => Promise<AsyncIterable<Uint8Array>>

/** A client of the server and keys that the environment names. */
export function openClient(environment: NodeJS.ProcessEnv): Client {
  const url = environment.MAPKEEP_URL || 'http://127.0.0.1:8190'
  const faults = [...urlFaults(url), ...keyFaults(environment)]
  if (faults.length > 0) throw new Failure('usage', faults)
  const keys = { 'dd-api-key': environment.DD_API_KEY ?? '', 'dd-application-key': environment.DD_APP_KEY ?? '' }
  return async call => {
    const response = await send(url, call, keys)
    if (!response.ok) throw await refusal(response)
    return body(response, url)
  }
}

function urlFaults(url: string): string[] {
  const usable = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
  return usable
    ? []
    : [`MAPKEEP_URL: ${JSON.stringify(url)} is not allowed; allowed is the address of a server, such as http://127.0.0.1:8190`]
}

function keyFaults(environment: NodeJS.ProcessEnv): string[] {
  const faults = { DD_API_KEY: 'an API key', DD_APP_KEY: 'an application key' } as const
  return Object.entries(faults).flatMap(([name, what]) => {
    const value = environment[name]
    if (!value) return [`${name} is not set; it must hold ${what}`]
    return /^[\x21-\x7e]+$/.test(value) ? [] : [`${name}: its value (not shown) is no key`]
  })
}

async function send(url: string, { method, path, query = [], headers, body }: Call, keys: Record<string, string>): Promise<Response> {
  const search = query.map(pair => pair.map(encodeURIComponent).join('=')).join('&')
  const content = body === undefined ? {} : { body: JSON.stringify(body) }
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  try {
    // A redirected deletion is never followed: only the server that was named may be asked
    const options = { method, headers: { ...headers, ...type, ...keys }, redirect: 'manual', ...content } as const
    return await fetch(`${url.replace(/\/+$/, '')}/${path}${search && `?${search}`}`, options)
  } catch (error) {
    throw unreachable(url, error)
  }
}

async function* body(response: Response, url: string): AsyncGenerator<Uint8Array> {
  try {
    if (response.body) yield* response.body as unknown as AsyncIterable<Uint8Array>
  } catch (error) {
    throw new Failure('unreachable', `the answer of ${url} broke off (${causeOf(error)})`)
  }
}

function unreachable(url: string, error: unknown): Failure {
  const cause = causeOf(error)
  const told = reasons[cause] ? `: ${reasons[cause]}` : ''
  return new Failure('unreachable', `could not reach ${url}${told} (${cause}); MAPKEEP_URL names the server`)
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak https',
}

function causeOf(error: unknown): string {
  const cause = (error as { cause?: { code?: string; message?: string } }).cause
  return cause?.code ?? cause?.message ?? String((error as Error).message)
}

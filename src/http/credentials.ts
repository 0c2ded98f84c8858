import type { IncomingHttpHeaders } from 'node:http'
import type { Credentials } from '../operations/authenticate.ts'

const bearerScheme = /^bearer +(\S+) *$/i

/** The secrets of a request, from its headers only: a key in a query string is never read. */
export function readCredentials(headers: IncomingHttpHeaders): Credentials {
  return {
    apiKey: text(headers['dd-api-key']),
    applicationKey: text(headers['dd-application-key']),
    bearer: bearerScheme.exec(headers.authorization ?? '')?.[1],
  }
}

function text(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

import { mkdtemp, rm } from 'node:fs/promises'
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http'
import { request as requestByTls } from 'node:https'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import type { FastifyInstance } from 'fastify'
import { openFileBlobs } from '../blobs/files/open-file-blobs.ts'
import { openSqliteCatalog } from '../catalog/sqlite/open-sqlite-catalog.ts'
import type { Permission } from '../domain/permissions.ts'
import { bootstrap } from '../operations/bootstrap.ts'
import { createKey, createOrganization } from '../operations/keys.ts'
import type { Catalog } from '../operations/ports/catalog.ts'
import type { KeyType } from '../operations/ports/key-catalog.ts'
import { openMapReader } from '../symbolication/map-reader.ts'
import { createMetrics } from './metrics.ts'
import { createServer } from './server.ts'
import type { HttpSettings } from './settings.ts'
import { authority } from './tls/certificates.fixture.ts'
import type { TlsPair } from './tls/tls-pair.ts'

/** An answer, read whole. */
export interface Answered {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly bytes: Buffer
  readonly text: string
  /** The body as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  json(): any
}

/** What a test asks. */
export interface Question {
  readonly method?: string
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string | Uint8Array
}

/** A real server over real stores in a temporary folder. */
export interface Rig {
  readonly server: FastifyInstance
  readonly catalog: Catalog
  readonly port: number
  readonly folder: string
  readonly apiKey: string
  readonly applicationKey: string
  /** Both keys as headers. */
  readonly keys: Record<string, string>
  readonly log: string[]
  ask(target: string, question?: Question): Promise<Answered>
  /** Uploads one map with the first API key, or another, and gives its id. */
  upload(event: Record<string, unknown>, files?: Record<string, string>, apiKey?: string): Promise<string>
  makeKey(type: KeyType, permissions?: readonly Permission[], organization?: string): Promise<string>
  close(): Promise<void>
}

const standard: HttpSettings = {
  undoWindow: 86_400_000,
  planTtl: 3_600_000,
  deleteLimit: 0,
  safeDelete: false,
  maxFile: 5_000_000,
  maxArchive: 5_000_000,
  rateLimits: {},
  logLevel: 'info',
}

/** Starts a rig, with a certificate one that speaks TLS; close it when done. */
export async function openRig(settings: Partial<HttpSettings> = {}, tls?: TlsPair): Promise<Rig> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'mapkeep-http-'))
  const catalog = await openSqliteCatalog(path.join(folder, 'catalog.db'))
  const blobs = await openFileBlobs(path.join(folder, 'blobs'))
  const mapReader = openMapReader()
  const log: string[] = []
  const server = createServer({
    catalog,
    blobs,
    mapReader,
    clock: Date.now,
    settings: { ...standard, ...settings },
    version: '0.0.0',
    metrics: createMetrics(),
    tls,
    logStream: { write: line => log.push(line) },
  })
  await server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.server.address() as AddressInfo
  const first = await bootstrap(catalog, {}, Date.now())
  if (!first) throw new Error('the catalog was not empty')
  const ask: Rig['ask'] = (target, question) => exchange({ port, tls: tls !== undefined }, target, question)
  return {
    ...first,
    server,
    catalog,
    port,
    folder,
    keys: { 'dd-api-key': first.apiKey, 'dd-application-key': first.applicationKey },
    log,
    ask,
    upload: async (event, files, apiKey = first.apiKey) => {
      const answer = await ask('/api/v2/srcmap', uploadOf(event, files ?? standardFiles(event), apiKey))
      if (answer.status !== 200) throw new Error(`upload refused: ${answer.status} ${answer.text}`)
      return answer.json().data.id
    },
    makeKey: (type, permissions = [], organization = 'default') => makeKey(catalog, { type, permissions, organization }),
    close: async () => {
      server.server.closeAllConnections()
      await server.close()
      await mapReader.close()
      await catalog.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A multipart request as uploaders send it. */
export function uploadOf(event: Record<string, unknown>, files: Record<string, string>, apiKey: string): Question {
  const boundary = '--------------------------0123456789abcdef01234567'
  const parts = Object.entries({ event: JSON.stringify(event), ...files }).map(
    ([name, content]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\n\r\n${content}\r\n`,
  )
  const headers = { 'dd-api-key': apiKey, 'content-type': `multipart/form-data; boundary=${boundary}` }
  return { method: 'POST', headers, body: `${parts.join('')}--${boundary}--\r\n` }
}

/** A js upload of service `web`. */
export function jsEvent(facts: Record<string, unknown> = {}): Record<string, unknown> {
  return { type: 'js_sourcemap', service: 'web', version: '1.0.0', minified_url: 'https://example.com/js/bundle.min.js', ...facts }
}

/** Files of a js map that no map of another name has. */
export function jsFiles(name: string): Record<string, string> {
  return { source_map: JSON.stringify({ version: 3, sources: [name], names: [], mappings: 'AAAA' }), minified_file: name }
}

/** A small true source map. */
export const smallMap = JSON.stringify({ version: 3, file: 'bundle.min.js', sources: ['a.js'], names: [], mappings: 'AAAA' })

function standardFiles({ type }: Record<string, unknown>): Record<string, string> {
  const content = type === 'js_sourcemap' ? { source_map: smallMap, minified_file: 'a()\nbb()' } : undefined
  if (content) return content
  if (type === 'react_native_sourcemap') return { source_map: smallMap }
  return { [type === 'ios_symbols' ? 'symbols_archive' : String(type)]: `bytes of ${type}` }
}

async function makeKey(
  catalog: Catalog,
  { type, permissions, organization }: { type: KeyType; permissions: readonly Permission[]; organization: string },
): Promise<string> {
  const known = await catalog.listOrganizations()
  if (!known.some(each => each.name === organization)) await createOrganization(catalog, organization, Date.now())
  const wish = {
    type,
    permissions,
    organizationName: organization,
    name: 'test',
    creator: 'test',
    createdAt: Date.now(),
    expiresAt: undefined,
  }
  return (await createKey(catalog, wish)).secret
}

function exchange(
  { port, tls }: { port: number; tls: boolean },
  target: string,
  { method = 'GET', headers = {}, body }: Question = {},
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: target, method, headers, agent: false, ...(tls ? { ca: authority } : {}) }
    const sent = (tls ? requestByTls : request)(options, incoming => {
      const chunks: Buffer[] = []
      incoming.on('data', chunk => chunks.push(chunk)).on('error', reject)
      incoming.on('end', () => {
        const bytes = Buffer.concat(chunks)
        const text = bytes.toString('utf8')
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, bytes, text, json: () => JSON.parse(text) })
      })
    })
    sent.on('error', reject).end(body)
  })
}

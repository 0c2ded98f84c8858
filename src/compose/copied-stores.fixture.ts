import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { keys, mapkeep, type Server, startServer, uploadJs } from '../cli/mapkeep.fixture.ts'
import { readSettings } from '../config/read-settings.ts'
import type { Settings } from '../config/setting.ts'
import { readTarget } from '../config/target-settings.ts'
import type { TransferProgress, TransferReport } from '../domain/transfer.ts'
import { copyStores } from './copy-stores.ts'

/** Where the two halves of an installation lie, as URLs. */
export interface Places {
  readonly database: string
  readonly blobs: string
}

/** The embedded stores below a folder. */
export function embedded(folder: string): Places {
  return { database: `sqlite:${path.join(folder, 'catalog.db')}`, blobs: `file:${path.join(folder, 'blobs')}` }
}

/** The environment of whoever works on these stores. */
export function environmentOf({ database, blobs }: Places): NodeJS.ProcessEnv {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, MAPKEEP_S3_ENDPOINT } = process.env
  const s3 = blobs.startsWith('s3:') ? { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, MAPKEEP_S3_ENDPOINT } : {}
  return { MAPKEEP_DATABASE_URL: database, MAPKEEP_BLOBS_URL: blobs, ...s3 }
}

/** The flags of a copy. */
export function copyFlags(from: Places, to: Places): string[] {
  return ['--database', from.database, '--blobs', from.blobs, '--to-database', to.database, '--to-blobs', to.blobs]
}

/** Starts a server on these stores. `data`: a folder of its own. */
export function serverOn(places: Places, data: string, more: NodeJS.ProcessEnv = {}): Promise<Server> {
  return startServer(data, { ...environmentOf(places), ...more })
}

/** Ends a server. */
export async function stop(server: Server): Promise<void> {
  server.child.kill('SIGTERM')
  assert.equal((await server.ended).exitCode, 0)
}

const authorised = { 'dd-api-key': keys.api, 'dd-application-key': keys.application }

const hold = { selector: { mapkind: 'js', service: 'shop', version: '3.0' }, reason: 'long-term support', owner: 'shop' }
const dataOf = (type: string, attributes: object) => ({ data: { type, attributes } })

/** Fills empty stores through a server: maps that share files, a deletion, an undone one, a hold, keys, a second organization. */
export async function fill(places: Places, data: string, maps = 6): Promise<void> {
  const server = await serverOn(places, data)
  const ask = async (method: string, request: string, body?: object) => {
    const json = body && { body: JSON.stringify(body), headers: { ...authorised, 'content-type': 'application/json' } }
    const response = await fetch(server.url + request, { method, headers: authorised, ...json })
    assert.ok(response.ok, `${request}: ${response.status} ${await response.clone().text()}`)
  }
  const release = (version: string) => `mapkind=js&filter[service]=shop&filter[version]=${version}&dry_run=false`
  const names = Array.from({ length: maps }, (_, at) => `${at + 1}.js`)
  for (const version of ['1.0', '2.0', '3.0']) await Promise.all(names.map(name => uploadJs(server.url, { version, name })))
  for (const version of ['1.0', '2.0']) await ask('DELETE', `/api/v2/sourcemaps?${release(version)}`)
  await ask('POST', '/api/mapkeep/v1/operations/op_2/undo')
  await ask('POST', '/api/mapkeep/v1/holds', dataOf('holds', hold))
  await ask('POST', '/api/mapkeep/v1/keys', dataOf('keys', { type: 'api', name: 'spare' }))
  assertDone(await mapkeep(['orgs', 'create', 'other', '--database', places.database]))
  await stop(server)
}

/** The same installation once more, in a folder of its own, as if it had been moved. */
export function duplicate(from: string, folder: string): Places {
  fs.cpSync(from, folder, { recursive: true })
  return embedded(folder)
}

/** What a server answers to every request that reads, by the request; of times of last use nothing. */
export async function answersOf({ url }: Server, maps = 18): Promise<Record<string, string>> {
  const ids = Array.from({ length: maps }, (_, at) => at + 1)
  const own = '/api/mapkeep/v1'
  const requests = [
    '/api/v2/sourcemaps/list?mapkind=js&filter[service]=shop&page[size]=100',
    ...['deleted?mapkind=js', 'operations', 'operations/op_1', 'operations/op_3', 'holds', 'keys', 'audit'].map(each => `${own}/${each}`),
    `${own}/usage?by=service,version`,
    ...ids.map(id => `${own}/sourcemaps/${id}`),
    ...ids.map(id => `${own}/sourcemaps/${id}/files/source_map`),
  ]
  const answers: Record<string, string> = {}
  for (const request of requests) {
    const response = await fetch(url + request, { headers: authorised })
    const text = await response.text()
    answers[request] = `${response.status} ${text.replaceAll(/"last_used_at":("[^"]*"|null)/g, '')}`
  }
  return answers
}

/** What differs from case to case. */
export interface CopyWish {
  readonly onProgress?: (progress: TransferProgress) => void
  readonly dryRun?: boolean
}

/** Copies in this process; gives the report and the faults that were told of. */
export async function copy(
  from: Places,
  to: Places,
  wish: CopyWish = {},
): Promise<TransferReport & { readonly faults: readonly string[] }> {
  const faults: string[] = []
  const [source, target] = settingsOf(from, to)
  const { dryRun = false, onProgress = () => {} } = wish
  const order = { dryRun, signal: new AbortController().signal, onProgress, onFault: ({ message }: Error) => faults.push(message) }
  try {
    return { ...(await copyStores(source, target, order)), faults }
  } catch (error) {
    throw Object.assign(error as Error, { faults })
  }
}

/** Throws unless a check of these stores, bytes and all, finds nothing. */
export async function assertSound(places: Places): Promise<void> {
  assertDone(await mapkeep(['fsck', '--verify-bytes'], environmentOf(places)))
}

function settingsOf(from: Places, to: Places): [Settings, Settings] {
  const source = readSettings(process.env, { database: from.database, blobs: from.blobs })
  return [source, readTarget(process.env, { database: to.database, blobs: to.blobs }, source)]
}

function assertDone({ exitCode, errors, output }: Awaited<ReturnType<typeof mapkeep>>): void {
  assert.equal(exitCode, 0, errors + output)
}

import { createHash } from 'node:crypto'
import { unpackRanges } from '../../domain/id-ranges.ts'
import type { Selection } from '../../domain/selection.ts'
import type { Upload } from '../../domain/upload.ts'
import type { Catalog, Declared } from '../../operations/ports/catalog.ts'
import type { Passage, Scope, TracedMap } from '../../operations/ports/passage-catalog.ts'
import type { Db } from '../engine.ts'

/** What opens a new, empty catalog of one engine, with a connection to look at its rows and to damage them. */
export type OpenCatalog = () => Promise<{ readonly catalog: Catalog; readonly db: Db; readonly close: () => Promise<void> }>

/** Runs a test on an empty catalog with the organizations 1 (`default`) and 2 (`other`). */
export async function withCatalog(open: OpenCatalog, body: (catalog: Catalog, db: Db) => Promise<void>): Promise<void> {
  const { catalog, db, close } = await open()
  try {
    await catalog.bootstrap({ name: 'default', uuid: 'uuid-of-default', at: 1 }, [])
    await catalog.createOrganization('other', 'uuid-of-other', 2)
    await body(catalog, db)
  } finally {
    await close()
  }
}

/** What makes a test of a body: it runs on a catalog of its own, see {@link withCatalog}. */
export function onCatalogOf(open: OpenCatalog) {
  return (body: (catalog: Catalog, db: Db) => Promise<void>) => () => withCatalog(open, body)
}

/** SHA-256 of a text in hex. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** A js upload with one file; the name makes it differ from others in identity and bytes. */
export function jsUpload(name: string, changes: Partial<Upload> = {}): Upload {
  const bytes = `bytes of ${name}`
  return {
    organization: 1,
    kind: 'js',
    attributes: { service: 'shop', version: '1.0', file_name: `${name}.js`, absolute_path: `/static/${name}.js` },
    identity: `identity of ${name}`,
    content: `content of ${name}`,
    size: bytes.length,
    overwrite: false,
    files: [{ part: 'source_map', fileName: `${name}.js.map`, digest: digestOf(bytes), size: bytes.length }],
    event: '{}',
    repository: undefined,
    uploader: 'key_1',
    address: '192.0.2.7',
    ...changes,
  }
}

/** An upload of bytes that no other sample has. */
export function uploadOf(upload: Pick<Upload, 'kind' | 'attributes'> & Partial<Upload>, name: string): Upload {
  return jsUpload(name, upload)
}

/** So many uploads come in at a time: a server refuses those that wait for too long. */
const atOnce = 200

/** Takes uploads all the way, many at a time; gives the ids of their maps in the same order. */
export async function putAll(catalog: Catalog, uploads: readonly Upload[]): Promise<readonly number[]> {
  const ids: number[] = []
  for (let at = 0; at < uploads.length; at += atOnce)
    ids.push(...(await Promise.all(uploads.slice(at, at + atOnce).map(upload => put(catalog, upload)))))
  return ids
}

/** Takes an upload all the way; gives the id of its map. */
export async function put(catalog: Catalog, upload: Upload): Promise<number> {
  const declared = await catalog.declareUpload(upload)
  if ('repeatOf' in declared) return declared.repeatOf
  const committed = await catalog.commitUpload(declared.intent, upload)
  if (!committed) throw new Error('the content of the upload was lost')
  return committed.id
}

/** Declares an upload that is no repeat. */
export async function declareNew(catalog: Catalog, upload: Upload): Promise<Exclude<Declared, { repeatOf: number }>> {
  const declared = await catalog.declareUpload(upload)
  if ('repeatOf' in declared) throw new Error(`the upload repeats map ${declared.repeatOf}`)
  return declared
}

/** The samples of {@link jsUpload}, or those of them with these ids. */
export function samples(ids?: readonly (number | string)[]): Selection {
  const criteria = [
    { filter: 'service', values: ['shop'] },
    { filter: 'version', values: ['1.0'] },
  ] as const
  return { kind: 'js', criteria: ids ? [...criteria, { filter: 'id', values: ids.map(String) }] : criteria }
}

/** A scope of organization 1. */
export function scopeOf(selection: Selection, state: Scope['state'] = 'live'): Scope {
  return { organization: 1, selection, state }
}

/** A deletion at time 1000 that can be undone until 2000. */
export const deletion: Passage = {
  to: 'deleted',
  actor: 'key_1',
  address: '192.0.2.7',
  at: 1000,
  undoUntil: 2000,
  reason: 'a test',
  forced: false,
}

/** A restoration at time 1500. */
export const restoration: Passage = { ...deletion, to: 'live', at: 1500, undoUntil: undefined }

/** Deletes the samples with these ids. */
export async function remove(catalog: Catalog, ids?: readonly number[]): Promise<void> {
  made(await catalog.move(scopeOf(samples(ids)), deletion, {}))
}

/** An answer that is no refusal. */
export function made<A extends object>(answer: A): Exclude<A, { refused: unknown }> {
  if ('refused' in answer) throw new Error(`refused: ${JSON.stringify(answer)}`)
  return answer as Exclude<A, { refused: unknown }>
}

/** How previews of tests are taken. */
export const sampleTerms = { at: 1000, plan: 'pln_sample' } as const

/** The maps of a scope, by rising id; nothing when there are more than the limit. */
export async function mapsOf(catalog: Catalog, scope: Scope, limit = 1000): Promise<readonly TracedMap[] | undefined> {
  return (await catalog.previewFew(scope, sampleTerms, limit))?.maps
}

/** The ids of packed ranges. */
export function idsIn(packed: Uint8Array): number[] {
  return [...unpackRanges(packed)].flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, at) => first + at))
}

/** How often a map's row has changed its state. */
export async function stateVersionOf(catalog: Catalog, id: number): Promise<number | undefined> {
  const [map] = (await mapsOf(catalog, scopeOf(samples([id])), 1)) ?? []
  return map?.stateVersion
}

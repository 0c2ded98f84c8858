import assert from 'node:assert/strict'
import type { Db } from '../engine.ts'
import { currentCopies } from './current-copies.fixture.ts'

interface Weights {
  /** By organization and digest. */
  readonly references: Readonly<Record<string, number>>
  /** By organization and id, of unpurged maps. */
  readonly weights: Readonly<Record<string, { readonly own_size: number; readonly shared_contents: number }>>
  /** Map and digest of each content that an unpurged map shares with others, in order. */
  readonly shared: readonly string[]
}

interface Rows {
  readonly maps: readonly { organization: number; id: number; own_size: number; shared_contents: number }[]
  readonly files: readonly { organization: number; id: number; digest: string }[]
  readonly shared: readonly { organization: number; id: number; digest: string }[]
  readonly blobs: readonly { organization: number; digest: string; reference_count: number }[]
  readonly sizes: readonly { organization: number; digest: string; stored_size: number }[]
}

/** Asserts that what the catalog keeps of each map and each content agrees with the files that there are; gives what it keeps. */
export async function checkWeights(db: Db, message?: string): Promise<Weights> {
  const rows = await readRows(db)
  const kept = keptWeights(rows)
  assert.deepEqual(kept, countedWeights(rows), message)
  return kept
}

/** In one transaction, so that all is of one moment. */
function readRows(db: Db): Promise<Rows> {
  return db.transaction().execute(async trx => ({
    maps: await trx
      .selectFrom('source_map')
      .select(['organization', 'id', 'own_size', 'shared_contents'])
      .where('purged_at', 'is', null)
      .execute(),
    files: await trx.selectFrom('source_map_file').select(['organization', 'id', 'digest']).execute(),
    shared: await trx.selectFrom('shared_content').select(['organization', 'id', 'digest']).execute(),
    blobs: await trx.selectFrom('blob').select(['organization', 'digest', 'reference_count']).execute(),
    sizes: await currentCopies(trx).select(['blob.organization', 'blob.digest', 'copy.stored_size']).execute(),
  }))
}

function keptWeights({ maps, blobs, shared }: Rows): Weights {
  return {
    references: Object.fromEntries(blobs.map(blob => [contentKey(blob), blob.reference_count])),
    weights: Object.fromEntries(maps.map(({ own_size, shared_contents, ...map }) => [mapKey(map), { own_size, shared_contents }])),
    shared: shared.map(each => `${mapKey(each)} ${each.digest}`).sort(),
  }
}

/** Slow and plain: for each content the set of maps that have it. */
function countedWeights({ maps, files, blobs, sizes }: Rows): Weights {
  const contentsOf = new Map(maps.map(map => [mapKey(map), new Set<string>()]))
  const mapsOf = new Map(blobs.map(blob => [contentKey(blob), new Set<string>()]))
  for (const file of files) {
    const contents = contentsOf.get(mapKey(file))
    if (!contents) continue
    contents.add(contentKey(file))
    mapsOf.get(contentKey(file))?.add(mapKey(file))
  }
  const storedSize = new Map(sizes.map(each => [contentKey(each), each.stored_size]))
  const isOwn = (content: string) => mapsOf.get(content)?.size === 1
  const isShared = (file: Rows['files'][number]) => contentsOf.has(mapKey(file)) && !isOwn(contentKey(file))
  const weigh = (contents: readonly string[]) => ({
    own_size: contents.filter(isOwn).reduce((sum, content) => sum + (storedSize.get(content) ?? 0), 0),
    shared_contents: contents.filter(content => !isOwn(content)).length,
  })
  return {
    references: Object.fromEntries([...mapsOf].map(([content, having]) => [content, having.size])),
    weights: Object.fromEntries([...contentsOf].map(([map, contents]) => [map, weigh([...contents])])),
    shared: [...new Set(files.flatMap(file => (isShared(file) ? [`${mapKey(file)} ${file.digest}`] : [])))].sort(),
  }
}

function contentKey({ organization, digest }: { organization: number; digest: string }): string {
  return `${organization} ${digest}`
}

function mapKey({ organization, id }: { organization: number; id: number }): string {
  return `${organization} ${id}`
}

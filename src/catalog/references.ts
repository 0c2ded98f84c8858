import type { Upload } from '../domain/upload.ts'
import { currentCopies } from './current-copies.ts'
import type { Db, Engine } from './engine.ts'
import { statement } from './statement.ts'
import { owners, reweigh, type Weight } from './weights.ts'

/** What a new map has in its contents. */
export interface Share {
  readonly weight: Weight
  /** Digests of the contents that other maps have, too. */
  readonly shared: readonly string[]
}

/**
 * Counts a new map as a reference to each of its contents and tells what it weighs. Nothing, and nothing counted, when one of the
 * contents has no copy: content it relied on may be gone, or its intent have been ended before.
 */
export async function addReferences(trx: Db, engine: Engine, { organization, files }: Upload): Promise<Share | undefined> {
  const digests = [...new Set(files.map(file => file.digest))]
  if (digests.length === 0) return { weight: { own_size: 0, shared_contents: 0 }, shared: [] }
  // Counted before anything is read, so that nobody else counts the same contents meanwhile
  const counted = await count(trx, organization, { digests, by: 1 })
  if (counted.length < digests.length) {
    await count(trx, organization, { digests: counted.map(blob => blob.digest), by: -1 })
    return undefined
  }
  const having = (references: number) => counted.flatMap(blob => (blob.reference_count === references ? [blob.digest] : []))
  const [own, alone] = [having(1), having(2)]
  // These contents had one map until now, which weighs less without them
  if (alone.length > 0) await reweigh(trx, engine, { organization, ids: await owners(trx, organization, alone) })
  const shared = counted.flatMap(blob => (blob.reference_count > 1 ? [blob.digest] : []))
  return { weight: { own_size: await storedSize(trx, organization, own), shared_contents: shared.length }, shared }
}

/** Changes the reference counts of contents that have a copy, and gives what they are then. */
async function count(trx: Db, organization: number, { digests, by }: { digests: readonly string[]; by: 1 | -1 }) {
  if (digests.length === 0) return []
  return (await addToCounts(trx, { organization, digests, by })).rows
}

const addToCounts = statement((db, { organization, digests, by }: { organization: number; digests: readonly string[]; by: number }) =>
  db
    .updateTable('blob')
    .set(set => ({ reference_count: set('reference_count', '+', by) }))
    .where('organization', '=', organization)
    .where('digest', 'in', digests)
    .where('generation', 'is not', null)
    .returning(['digest', 'reference_count']),
)

async function storedSize(trx: Db, organization: number, digests: readonly string[]): Promise<number> {
  const copies = await currentCopies(trx, { organization, digests, lost: [] })
  return copies.reduce((sum, copy) => sum + copy.storedSize, 0)
}

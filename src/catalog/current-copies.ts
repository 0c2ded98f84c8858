import type { CopyName } from '../operations/ports/blob-store.ts'
import type { StoredCopy } from '../operations/ports/catalog.ts'
import type { Db } from './engine.ts'
import { statement } from './statement.ts'

interface Wanted {
  readonly organization: number
  readonly digests: readonly string[]
  /** Copies that were found to have no sound file: they count as not there. */
  readonly lost: readonly CopyName[]
}

/** The copies that look-ups read of these contents; contents without one are left out. */
export async function currentCopies(db: Db, { organization, digests, lost }: Wanted): Promise<readonly StoredCopy[]> {
  if (digests.length === 0) return []
  const { rows } = await readCurrent(db, { organization, digests })
  const gone = new Set(lost.map(copy => copy.generation))
  return rows.filter(row => !gone.has(row.generation)).map(({ stored_size, ...name }) => ({ name, storedSize: stored_size }))
}

const readCurrent = statement((db, { organization, digests }: Pick<Wanted, 'organization' | 'digests'>) =>
  db
    .selectFrom('blob')
    .innerJoin('blob_copy as copy', join =>
      join
        .onRef('copy.organization', '=', 'blob.organization')
        .onRef('copy.digest', '=', 'blob.digest')
        .onRef('copy.generation', '=', 'blob.generation'),
    )
    .select(['copy.organization', 'copy.digest', 'copy.generation', 'copy.codec', 'copy.stored_size'])
    .where('blob.organization', '=', organization)
    .where('blob.digest', 'in', digests)
    .where('copy.state', '=', 'stored'),
)

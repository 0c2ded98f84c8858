import type { Db } from '../engine.ts'

/** The contents that have a copy, each with the copy that is current. */
export function currentCopies(db: Db) {
  return db
    .selectFrom('blob')
    .innerJoin('blob_copy as copy', join =>
      join
        .onRef('copy.organization', '=', 'blob.organization')
        .onRef('copy.digest', '=', 'blob.digest')
        .onRef('copy.generation', '=', 'blob.generation'),
    )
}

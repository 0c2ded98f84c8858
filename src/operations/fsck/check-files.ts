import type { CopyName } from '../ports/blob-store.ts'
import type { FsckParts } from './fsck-parts.ts'
import type { Ledger } from './ledger.ts'

/** Files of copies against their rows. */
export async function checkFiles(parts: FsckParts, ledger: Ledger): Promise<void> {
  const { blobs, onProgress } = parts
  const { checked } = ledger
  for await (const { copies, foreign } of blobs.keptFiles()) {
    for (const unknown of await unknownCopies(parts, copies)) await checkUnknown(parts, ledger, unknown)
    checked.files += copies.length
    checked.foreignFiles += foreign
    onProgress({ step: 'files', done: checked.files, total: Math.max(checked.files, checked.copies) })
  }
}

async function unknownCopies({ catalog, blobs }: FsckParts, copies: readonly CopyName[]): Promise<CopyName[]> {
  if (copies.length === 0) return []
  const known = new Set((await catalog.copiesNamed(copies)).map(({ name }) => blobs.placeOf(name)))
  return copies.filter(copy => !known.has(blobs.placeOf(copy)))
}

/**
 * A copy's row is written before its file gets its name, and forgotten after its file was removed. So a file that was there before its
 * row was asked for, and is there afterwards, never gets one; and one whose row was forgotten in between is gone by now.
 */
async function checkUnknown({ blobs }: FsckParts, ledger: Ledger, name: CopyName): Promise<void> {
  const size = await blobs.measure(name)
  if (size === undefined) return
  const repaired = ledger.wish.repair && (await blobs.quarantineCopy(name, ledger.quarantine))
  const { organization, digest } = name
  const detail = `${size} bytes that the catalog does not know`
  await ledger.add({ kind: 'unreferenced_bytes', detail, organization, digest, file: blobs.placeOf(name), repaired })
}

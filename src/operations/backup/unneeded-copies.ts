import type { BlobInspection } from '../ports/blob-inspection.ts'
import type { CopyName } from '../ports/blob-store.ts'
import type { InspectionCatalog } from '../ports/inspection-catalog.ts'

/** The copies in a folder of blobs that a catalog does not name as stored: those of earlier backups. */
export async function unneededCopies(
  catalog: Pick<InspectionCatalog, 'copiesNamed'>,
  blobs: Pick<BlobInspection, 'keptFiles' | 'placeOf'>,
): Promise<readonly CopyName[]> {
  const unneeded: CopyName[] = []
  for await (const { copies } of blobs.keptFiles()) {
    const known = (await catalog.copiesNamed(copies)).filter(({ state }) => state === 'stored')
    const needed = new Set(known.map(({ name }) => blobs.placeOf(name)))
    for (const name of copies) if (!needed.has(blobs.placeOf(name))) unneeded.push(name)
  }
  return unneeded
}

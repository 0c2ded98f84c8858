import type { InspectionReport } from '../domain/inspection.ts'
import { checkContents } from './fsck/check-contents.ts'
import { checkCopies } from './fsck/check-copies.ts'
import { checkFiles } from './fsck/check-files.ts'
import { checkLeftovers } from './fsck/check-leftovers.ts'
import { checkMapFiles } from './fsck/check-map-files.ts'
import { checkMaps } from './fsck/check-maps.ts'
import type { FsckParts, FsckWish } from './fsck/fsck-parts.ts'
import { createLedger } from './fsck/ledger.ts'

/**
 * Compares rows, bytes and what they say of each other, also beside a running server, and repairs what can be repaired without
 * deleting anything. Leftovers first, since what they give up is then left to the background work, and counts before the sizes
 * that follow from them.
 */
export async function fsck(parts: FsckParts, wish: FsckWish): Promise<InspectionReport> {
  const ledger = createLedger(parts, wish)
  const besideServer = await parts.withoutServer(alone => checkLeftovers(parts, ledger, alone).then(() => !alone))
  await checkCopies(parts, ledger)
  await checkFiles(parts, ledger)
  await checkMapFiles(parts, ledger)
  await checkContents(parts, ledger)
  await checkMaps(parts, ledger)
  return ledger.report(besideServer)
}

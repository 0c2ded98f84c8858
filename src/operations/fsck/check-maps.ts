import type { MapName } from '../ports/inspection-catalog.ts'
import { type FsckParts, fsckPage } from './fsck-parts.ts'
import type { Ledger } from './ledger.ts'

/** What maps say of the bytes they occupy, against the contents they have. */
export async function checkMaps({ catalog, onProgress }: FsckParts, ledger: Ledger): Promise<void> {
  let after: MapName | undefined
  do {
    const { wrong, looked, next } = await catalog.wrongWeights(after, fsckPage)
    if (ledger.wish.repair && wrong.length > 0) await catalog.repairWeights(wrong)
    for (const { organization, id } of wrong) {
      const detail = `the stored bytes of map ${id} are not summed up as its contents say`
      await ledger.add({ kind: 'wrong_weight', detail, organization, repaired: ledger.wish.repair })
    }
    ledger.checked.maps += looked
    onProgress({ step: 'maps', done: ledger.checked.maps, total: undefined })
    after = next
  } while (after)
}

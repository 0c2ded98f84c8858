import type { MapName } from '../ports/inspection-catalog.ts'
import { type FsckParts, fsckPage } from './fsck-parts.ts'
import type { Ledger } from './ledger.ts'

/** Maps against the files that their kind requires. Before contents are counted: what files have lost their rows cannot be counted. */
export async function checkMapFiles({ catalog, onProgress }: FsckParts, ledger: Ledger): Promise<void> {
  let done = 0
  let after: MapName | undefined
  do {
    const { wrong, looked, next } = await catalog.incompleteMaps(after, fsckPage)
    for (const { organization, id, kind, lacks } of wrong) {
      ledger.incomplete.add(organization)
      const detail = `map ${id} (${kind}) has no ${lacks.join(', no ')} any more`
      await ledger.add({ kind: 'missing_files', detail, organization })
    }
    done += looked
    onProgress({ step: 'files of maps', done, total: undefined })
    after = next
  } while (after)
}

import type { ContentName, WrongCount } from '../ports/inspection-catalog.ts'
import { type FsckParts, fsckPage } from './fsck-parts.ts'
import type { Ledger } from './ledger.ts'

/** Contents against the maps that have them: how many those are, and whether there is a copy for them to be read from. */
export async function checkContents({ catalog, onProgress }: FsckParts, ledger: Ledger): Promise<void> {
  let after: ContentName | undefined
  do {
    const { wrong, looked, next } = await catalog.wrongCounts(after, fsckPage)
    const mended = wrong.filter(content => isToBeMended(ledger, content))
    if (mended.length > 0) await catalog.repairCounts(mended)
    for (const content of wrong) await addContent(ledger, content)
    ledger.checked.contents += looked
    onProgress({ step: 'contents', done: ledger.checked.contents, total: undefined })
    after = next
  } while (after)
}

function isMiscounted({ counted, recorded }: WrongCount): boolean {
  return recorded !== undefined && recorded !== counted
}

/**
 * What is counted down too far is removed with the last map that is left: so not where rows of files are known to be lost, and never to
 * nothing, since those of this content may be.
 */
function isToBeMended({ wish, incomplete }: Ledger, content: WrongCount): boolean {
  if (!wish.repair || !isMiscounted(content)) return false
  return content.counted > (content.recorded ?? 0) || (content.counted > 0 && !incomplete.has(content.organization))
}

async function addContent(ledger: Ledger, content: WrongCount): Promise<void> {
  const { organization, digest, counted, recorded } = content
  const place = { organization, digest }
  if (isMiscounted(content)) {
    const detail = `${counted} maps have it; the count says ${recorded}`
    await ledger.add({ kind: 'wrong_reference_count', detail, ...place, repaired: isToBeMended(ledger, content) })
  }
  if (content.withoutCopy) {
    const detail = recorded === undefined ? 'the content has no row' : 'no stored copy is there to be read'
    await ledger.add({ kind: 'missing_copy', detail, ...place, lost: { content: place, maps: counted } })
  }
}

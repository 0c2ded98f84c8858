import type { CopyName } from '../ports/blob-store.ts'
import { type FsckParts, fsckPage } from './fsck-parts.ts'
import type { Ledger } from './ledger.ts'

/** Beside a server everything younger may be an upload under way. Milliseconds. */
const longestUpload = 24 * 3_600_000

/** What interrupted uploads and compressions left. Nobody is under way when no server is; beside one only what is old is left over. */
export async function checkLeftovers(parts: FsckParts, ledger: Ledger, alone: boolean): Promise<void> {
  const upTo = alone ? Number.MAX_SAFE_INTEGER : parts.clock() - longestUpload
  await checkIntents(parts, ledger, upTo)
  // A compression's copy does not say when it was begun: beside a server it may be in the works
  if (alone) await checkReservations(parts, ledger)
  await checkTemporaryFiles(parts, ledger, upTo)
}

async function checkIntents({ catalog, onProgress }: FsckParts, ledger: Ledger, upTo: number): Promise<void> {
  for (let after: number | undefined; ; ) {
    const intents = await catalog.intentsUpTo(upTo, after, fsckPage)
    after = intents.at(-1)?.number
    if (ledger.wish.repair) await catalog.endIntents(intents.map(({ number }) => number))
    for (const { startedAt } of intents) {
      const detail = `begun ${new Date(startedAt).toISOString()} and never ended`
      await ledger.add({ kind: 'interrupted_upload', detail, repaired: ledger.wish.repair })
    }
    ledger.checked.intents += intents.length
    onProgress({ step: 'intents', done: ledger.checked.intents, total: undefined })
    if (intents.length < fsckPage) return
  }
}

async function checkReservations({ catalog, blobs }: FsckParts, ledger: Ledger): Promise<void> {
  for (let after: CopyName | undefined; ; ) {
    const copies = await catalog.strayReservations(after, fsckPage)
    for (const copy of copies) {
      if (ledger.wish.repair) await catalog.releaseCopy(copy)
      const { organization, digest } = copy
      const place = { organization, digest, file: blobs.placeOf(copy) }
      await ledger.add({ kind: 'unfinished_copy', detail: 'reserved, but nobody is writing it', ...place, repaired: ledger.wish.repair })
    }
    after = copies.at(-1)
    if (copies.length < fsckPage) return
  }
}

async function checkTemporaryFiles({ blobs, onProgress }: FsckParts, ledger: Ledger, upTo: number): Promise<void> {
  for await (const page of blobs.temporaryFiles()) {
    for (const { name, size, changedAt } of page) {
      if (changedAt > upTo) continue
      const repaired = ledger.wish.repair && (await blobs.quarantineTemporary(name, ledger.quarantine))
      const detail = `${size} bytes, last written ${new Date(changedAt).toISOString()}`
      await ledger.add({ kind: 'temporary_file', detail, file: name, repaired })
    }
    ledger.checked.temporaryFiles += page.length
    onProgress({ step: 'temporary files', done: ledger.checked.temporaryFiles, total: undefined })
  }
}

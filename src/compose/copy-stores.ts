import { randomUUID } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import type { CopyOrder } from '../cli/copy.ts'
import type { Settings } from '../config/setting.ts'
import { placeText } from '../config/store-urls.ts'
import type { TransferReport } from '../domain/transfer.ts'
import type { TransferSource } from '../operations/ports/transfer-catalog.ts'
import type { TransferFrom } from '../operations/transfer/transfer-parts.ts'
import { previewTransfer, transfer } from '../operations/transfer.ts'
import { onFoundBlobs, openBlobs } from './blob-stores.ts'
import { migrateCatalog } from './catalogs.ts'
import { lockPlaces } from './lock-places.ts'
import { refuseStrangers } from './pairing.ts'
import { isMade, onSourceRows, onTargetRows } from './transfer-rows.ts'

/** Copies an installation from the stores of some settings to those of others, or goes on with a copy that was interrupted. */
export async function copyStores(source: Settings, target: Settings, order: CopyOrder): Promise<TransferReport> {
  await refuseSamePlaces(source, target)
  return onSourceRows(source, async rows => {
    if (!(await rows.isWhole()))
      throw new Error(`the catalog ${placeText(source.database)} is itself a copy that is not finished; finish that first`)
    return onFoundBlobs(source, async blobs => {
      await refuseStrangers(rows, blobs, source)
      return order.dryRun ? preview(rows, target) : copyInto(target, { rows, blobs }, order)
    })
  })
}

async function preview(rows: TransferSource, target: Settings): Promise<TransferReport> {
  const from = { rows }
  if (!(await isMade(target)))
    return onFoundBlobs(target, blobs => previewTransfer(from, { rows: noRows, blobs, places: placesOf(target) }))
  return onFoundBlobs(target, blobs =>
    onTargetRows(target, there => previewTransfer(from, { rows: there, blobs, places: placesOf(target) })),
  )
}

/** What a catalog that is not there yet holds. */
const noRows = { state: async () => ({ transfer: undefined, isUsed: false }) }

async function copyInto(target: Settings, from: TransferFrom, { signal, onProgress, onFault }: CopyOrder): Promise<TransferReport> {
  const unlock = await lockPlaces(target)
  try {
    // As it is when there is one: a catalog that is in use is not ours to bring up to date
    if (!(await isMade(target))) await migrateCatalog(target)
    return await onTargetRows(target, async rows => {
      const { blobs, close } = await openBlobs(target)
      const to = { rows, blobs, places: placesOf(target) }
      try {
        // What a run that was killed has left half written
        await blobs.sweep()
        return await transfer({ from, to, clock: Date.now, run: randomUUID(), signal, onProgress, onFault })
      } finally {
        close()
      }
    })
  } finally {
    unlock()
  }
}

/** Texts that are the same for the same place. */
function placesOf({ database, blobs, s3Endpoint }: Settings) {
  const server = blobs.store === 's3' && s3Endpoint !== undefined ? ` at ${s3Endpoint}` : ''
  return { rows: placeText(database), blobs: `${placeText(blobs)}${server}` }
}

async function refuseSamePlaces(source: Settings, target: Settings): Promise<void> {
  const [here, there] = [placesOf(source), placesOf(target)]
  for (const part of ['rows', 'blobs'] as const) {
    const [one, other] = [await realpath(here[part]).catch(() => here[part]), await realpath(there[part]).catch(() => there[part])]
    if (one === other) throw new Error(`${there[part]} is what shall be copied: rows and bytes both need a place of their own`)
  }
}

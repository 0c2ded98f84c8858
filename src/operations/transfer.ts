import type { TransferReport } from '../domain/transfer.ts'
import { type RowKey, type RowPage, type TransferTableName, transferKeys, transferTables } from './ports/transfer-catalog.ts'
import { beginTransfer, refuseTarget, remainingTables, type SeenTarget } from './transfer/begin-transfer.ts'
import { compareRows } from './transfer/compare-rows.ts'
import { moveBytes } from './transfer/move-bytes.ts'
import { type TransferParts, transferPage } from './transfer/transfer-parts.ts'
import { createTally, type TransferTally } from './transfer/transfer-tally.ts'

const readOnlyHint = 'start every server on it with MAPKEEP_READ_ONLY=on, or stop them, and run this command again'

/**
 * Copies an installation, or goes on with a copy that was interrupted: the bytes of each page of copies, then rows, and then compares every
 * row with its source. Only then is the target whole. Throws when the source changed meanwhile or has files that cannot be copied; what is
 * copied by then is not copied again.
 */
export async function transfer(parts: TransferParts): Promise<TransferReport> {
  const { from, to, run, clock } = parts
  const begun = await beginTransfer(parts)
  const tally = createTally(await from.rows.extent(), begun.reached && (await to.rows.extent()), parts.onProgress)
  for (const { table, after } of remainingTables(begun)) await copyTable(parts, tally, { table, after })
  const differences = await countDifferences(parts, tally)
  if (differences > 0 || (await from.rows.fingerprint()) !== begun.fingerprint) {
    await to.rows.startOver(run)
    throw new Error(`the source was written to while it was copied, so the copy is not finished; ${readOnlyHint}`)
  }
  await to.rows.finish(run, clock())
  return tally.report(begun.resumed)
}

/** What {@link transfer} would copy; throws where it would refuse to begin. Changes nothing. */
export async function previewTransfer({ rows }: Pick<TransferParts['from'], 'rows'>, to: SeenTarget): Promise<TransferReport> {
  const known = await refuseTarget(await rows.installation(), to)
  const noProgress = () => {}
  return createTally(await rows.extent(), undefined, noProgress).report(known !== undefined)
}

async function copyTable(
  parts: TransferParts,
  tally: TransferTally,
  { table, after }: { table: TransferTableName; after: RowKey | undefined },
) {
  let faults = 0
  const onFault = (error: Error) => {
    faults++
    parts.onFault(error)
  }
  await walk(parts, { table, after }, async (page, start) => {
    const move = { from: parts.from.blobs, to: parts.to.blobs, signal: parts.signal, onMoved: tally.file, onFault }
    const isWhole = await moveBytes(move, page.copies)
    // After a fault the others are looked at, too, so that all faults are told of at once
    if (!isWhole || faults > 0) return
    await settlePage(parts, { table, start, page })
    tally.rows(page.rows.length)
  })
  if (faults > 0)
    throw new Error(
      `${faults} ${faults === 1 ? 'file' : 'files'} of the source cannot be copied, so the copy is not finished; mapkeep fsck --verify-bytes on it tells what needs them`,
    )
}

interface PlacedPage {
  readonly table: TransferTableName
  readonly start: RowKey | undefined
  readonly page: RowPage
}

async function settlePage({ to, run }: TransferParts, { table, start, page }: PlacedPage): Promise<void> {
  const there = await to.rows.span({ table, after: start, until: page.until })
  const { put, remove } = compareRows(page.rows, there, transferKeys[table])
  const next = page.until ? { table, key: page.until } : following(table)
  await to.rows.settle(run, { table, put, remove, reached: next })
}

/** Where to go on after the end of a table; after the last one, at its beginning: it is looked at once more, and nothing is lost by that. */
function following(table: TransferTableName) {
  return { table: transferTables[transferTables.indexOf(table) + 1] ?? table, key: undefined }
}

async function countDifferences(parts: TransferParts, tally: TransferTally): Promise<number> {
  let count = 0
  tally.compare()
  for (const table of transferTables)
    await walk(parts, { table, after: undefined }, async (page, start) => {
      const there = await parts.to.rows.span({ table, after: start, until: page.until })
      const { put, remove } = compareRows(page.rows, there, transferKeys[table])
      count += put.length + remove.length
      tally.rows(page.rows.length)
    })
  return count
}

/** Goes through the rows of a table of the source, page by page. */
async function walk(
  { from, signal }: TransferParts,
  { table, after }: { table: TransferTableName; after: RowKey | undefined },
  work: (page: RowPage, start: RowKey | undefined) => Promise<void>,
): Promise<void> {
  for (let start = after; ; ) {
    signal.throwIfAborted()
    const page = await from.rows.page(table, start, transferPage)
    await work(page, start)
    if (!page.until) return
    start = page.until
  }
}

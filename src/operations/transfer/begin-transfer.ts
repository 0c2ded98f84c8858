import { type KnownTransfer, type Reached, type TargetState, transferTables } from '../ports/transfer-catalog.ts'
import type { TransferParts, TransferTo } from './transfer-parts.ts'

/** A transfer that this run goes on with. */
export interface BegunTransfer {
  /** Up to where everything is there; nothing: from the beginning. */
  readonly reached: Reached | undefined
  readonly resumed: boolean
  /** What the source looked like then. */
  readonly fingerprint: string
}

/** What is looked at before anything is made. */
export interface SeenTarget extends Pick<TransferTo, 'places'> {
  readonly rows: Pick<TransferTo['rows'], 'state'>
  readonly blobs: Pick<TransferTo['blobs'], 'installation'>
}

/**
 * Throws unless this installation can be copied there: into stores that nobody uses, or on with its own copy that was interrupted. Gives
 * the copy that is there.
 */
export async function refuseTarget(source: string, to: SeenTarget): Promise<KnownTransfer | undefined> {
  const [state, owner] = [await to.rows.state(), await to.blobs.installation()]
  const { transfer } = state
  refuseRows(source, state, to.places.rows)
  if (transfer && transfer.blobs !== to.places.blobs)
    throw new Error(
      `the copy in ${to.places.rows} was begun with bytes in ${transfer.blobs}, and not in ${to.places.blobs}: name the same place`,
    )
  if (owner !== undefined && (owner !== source || !transfer)) throw new Error(claimedText(owner === source, to.places.blobs))
  return transfer
}

/** Makes the target this installation's, or goes on with it. What was copied counts only as long as the source has not changed. */
export async function beginTransfer({ from, to, run }: TransferParts): Promise<BegunTransfer> {
  const installation = await from.rows.describeInstallation()
  const known = await refuseTarget(installation.id, to)
  const fingerprint = await from.rows.fingerprint()
  const reached = known?.fingerprint === fingerprint ? known.reached : undefined
  if (known) await to.rows.resume(run, fingerprint, reached)
  else await to.rows.begin({ source: installation.id, blobs: to.places.blobs, fingerprint }, installation, run)
  if ((await to.blobs.installation()) === undefined) await to.blobs.claim(installation.id)
  // Looked at again: another one may have claimed them meanwhile
  if ((await to.blobs.installation()) !== installation.id) throw new Error(claimedText(false, to.places.blobs))
  return { reached, resumed: known !== undefined, fingerprint }
}

/** The tables that are not copied yet, and the key after which each goes on. */
export function remainingTables({ reached }: BegunTransfer) {
  const first = reached ? transferTables.indexOf(reached.table) : 0
  return transferTables.slice(first).map(table => ({ table, after: table === reached?.table ? reached.key : undefined }))
}

function refuseRows(source: string, { transfer, isUsed }: TargetState, place: string): void {
  if (transfer?.isFinished) throw new Error(`the copy in ${place} is finished; a new one needs a catalog that is not there yet`)
  if (transfer && transfer.source !== source)
    throw new Error(`the catalog ${place} is the unfinished copy of another installation: ${transfer.source}`)
  if (!transfer && isUsed) throw new Error(`the catalog ${place} is in use: an installation is copied only where there is none`)
}

function claimedText(isOwn: boolean, place: string): string {
  return isOwn
    ? `the blobs in ${place} belong to this installation already, and to no copy that was begun with this catalog: name an empty place`
    : `the blobs in ${place} belong to another installation: name an empty place`
}

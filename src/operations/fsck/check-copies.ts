import { createHash } from 'node:crypto'
import { type CopyName, MissingCopy } from '../ports/blob-store.ts'
import type { KnownCopy } from '../ports/inspection-catalog.ts'
import { type FsckParts, fsckPage } from './fsck-parts.ts'
import type { Entry, Ledger } from './ledger.ts'

/** Rows of stored copies against their files: whether they are there, as long as they should be and, if wished, what they should be. */
export async function checkCopies(parts: FsckParts, ledger: Ledger): Promise<void> {
  const { catalog, onProgress } = parts
  const total = await catalog.countCopies()
  for (let after: CopyName | undefined; ; ) {
    const page = await catalog.knownCopies(after, fsckPage)
    const suspects = await measureAll(parts, page)
    if (ledger.wish.verifyBytes) {
      const lost = new Set(suspects.map(({ copy }) => copy))
      suspects.push(...(await verifyAll(parts, ledger, { copies: page.filter(copy => !lost.has(copy)), total })))
    }
    await addConfirmed(parts, ledger, suspects)
    ledger.checked.copies += page.length
    onProgress({ step: 'copies', done: ledger.checked.copies, total })
    after = page.at(-1)?.name
    if (page.length < fsckPage) return
  }
}

/** A copy that seems to be wrong: it may have been condemned and removed since its row was read. */
interface Suspect extends Pick<Entry, 'kind' | 'detail'> {
  readonly copy: KnownCopy
  /** Whether reading it failed for a reason that may lie elsewhere, such as a missing permission: then it is left where it is. */
  readonly unread?: boolean
}

type Fault = Omit<Suspect, 'copy'>

async function measureAll({ blobs }: FsckParts, page: readonly KnownCopy[]): Promise<Suspect[]> {
  const stored = page.filter(({ state }) => state === 'stored')
  const measured = await Promise.all(stored.map(async copy => ({ copy, found: await blobs.measure(copy.name) })))
  return measured.flatMap(({ copy, found }) => (found === copy.storedSize ? [] : [{ copy, ...lengthFault(copy, found) }]))
}

function lengthFault({ storedSize }: KnownCopy, found: number | undefined): Fault {
  if (found === undefined) return { kind: 'missing_bytes', detail: `the file is gone; ${storedSize} bytes are expected` }
  return { kind: 'wrong_length', detail: `the file has ${found} bytes; ${storedSize} are expected` }
}

async function verifyAll(
  parts: FsckParts,
  { checked }: Ledger,
  { copies, total }: { copies: readonly KnownCopy[]; total: number },
): Promise<Suspect[]> {
  const suspects: Suspect[] = []
  for (const [index, copy] of copies.entries()) {
    if (!copy.current || copy.state !== 'stored') continue
    const fault = await readingFault(parts, copy.name)
    if (fault) suspects.push({ copy, ...fault })
    checked.verifiedCopies++
    checked.verifiedSize += copy.storedSize
    // Reading takes its time, so not once per page only
    parts.onProgress({ step: 'copies', done: checked.copies + index, total })
  }
  return suspects
}

async function readingFault({ blobs }: FsckParts, name: CopyName): Promise<Fault | undefined> {
  try {
    const hash = createHash('sha256')
    for await (const chunk of await blobs.read(name)) hash.update(chunk)
    const found = hash.digest('hex')
    return found === name.digest ? undefined : { kind: 'damaged_bytes', detail: `the bytes have the digest ${found}` }
  } catch (error) {
    if (error instanceof MissingCopy) return { kind: 'missing_bytes', detail: 'the file is gone' }
    const { message, syscall } = error as NodeJS.ErrnoException
    return { kind: 'damaged_bytes', detail: `the file cannot be read: ${message}`, unread: syscall !== undefined }
  }
}

/** A copy whose row says even now that it is stored was so all the time, since no name is used twice: then its file is at fault. */
async function addConfirmed(parts: FsckParts, ledger: Ledger, suspects: readonly Suspect[]): Promise<void> {
  const { catalog, blobs } = parts
  if (suspects.length === 0) return
  const now = await catalog.copiesNamed(suspects.map(({ copy }) => copy.name))
  const stored = new Map(now.filter(({ state }) => state === 'stored').map(copy => [blobs.placeOf(copy.name), copy]))
  for (const suspect of suspects) {
    const { copy, kind, detail } = suspect
    const file = blobs.placeOf(copy.name)
    const confirmed = stored.get(file)
    if (!confirmed) continue
    const { organization, digest } = copy.name
    const lost = { content: { organization, digest }, maps: confirmed.current ? confirmed.references : 0 }
    const repaired = ledger.wish.repair && (await giveUp(parts, ledger, suspect))
    await ledger.add({ kind, detail, organization, digest, file, lost, repaired })
  }
}

/**
 * Takes a copy away from those who rely on it, so that an upload of its content is one that brings bytes. The file goes first: whoever
 * stops in between finds it gone. False when it stays, since it could not be moved or is there again.
 */
async function giveUp({ catalog, blobs }: FsckParts, ledger: Ledger, { copy, kind, unread }: Suspect): Promise<boolean> {
  if (unread) return false
  const moved = kind !== 'missing_bytes' && (await blobs.quarantineCopy(copy.name, ledger.quarantine))
  if (!moved && (await blobs.measure(copy.name)) !== undefined) return false
  await catalog.giveUpCopies([copy.name])
  return true
}

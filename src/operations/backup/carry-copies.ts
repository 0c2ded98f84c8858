import type { Carried, CarryProgress, LostCopy } from '../../domain/backup.ts'
import type { CopyName } from '../ports/blob-store.ts'
import type { CopyCarrier } from '../ports/copy-carrier.ts'
import type { InspectionCatalog, KnownCopy } from '../ports/inspection-catalog.ts'

/** What copies are carried with. */
export interface CarryParts {
  /** Names the copies; nobody else works on it. */
  readonly catalog: Pick<InspectionCatalog, 'knownCopies'>
  readonly carrier: CopyCarrier
  /** Called before each copy; throws when the work must end. */
  readonly proceed: () => void
  readonly onProgress: (progress: CarryProgress) => void
}

const pageSize = 500

/** Copies at a time: most of them are small and wait for the disk. */
const width = 4

/** So many lost copies are named one by one. */
const mostNamed = 1000

/** Carries every stored copy that a catalog names; durable once resolved. Lost and damaged ones are told of, and keep no other from its turn. */
export async function carryCopies({ catalog, carrier, proceed, onProgress }: CarryParts): Promise<Carried> {
  const total = await sumUp(catalog)
  const tally = { copies: 0, size: 0, newCopies: 0, newSize: 0, lostCount: 0 }
  const lost: LostCopy[] = []
  const carryOne = async ({ name, storedSize }: KnownCopy) => {
    proceed()
    const arrival = await carrier.carry(name, storedSize)
    if (typeof arrival === 'object') {
      tally.lostCount++
      if (lost.length < mostNamed) lost.push({ file: carrier.placeOf(name), fault: arrival.fault })
    } else {
      count(tally, arrival, storedSize)
    }
    onProgress({ ...tally, copies: tally.copies + tally.lostCount, totalCopies: total.copies, totalSize: total.size })
  }
  for await (const page of storedPages(catalog)) await sharedOut(page, carryOne)
  await carrier.settle()
  return { ...tally, lost }
}

type Tally = { -readonly [name in keyof Omit<Carried, 'lost'>]: Carried[name] }

function count(tally: Tally, arrival: 'written' | 'there', size: number): void {
  tally.copies++
  tally.size += size
  if (arrival === 'there') return
  tally.newCopies++
  tally.newSize += size
}

async function sumUp(catalog: CarryParts['catalog']): Promise<{ copies: number; size: number }> {
  const total = { copies: 0, size: 0 }
  for await (const page of storedPages(catalog)) {
    total.copies += page.length
    for (const { storedSize } of page) total.size += storedSize
  }
  return total
}

async function* storedPages(catalog: CarryParts['catalog']): AsyncGenerator<readonly KnownCopy[]> {
  for (let after: CopyName | undefined; ; ) {
    const page = await catalog.knownCopies(after, pageSize)
    yield page.filter(({ state }) => state === 'stored')
    if (page.length < pageSize) return
    after = page.at(-1)?.name
  }
}

/** Does a work on each item, some at a time. After a failure no further one is begun, and it is told when all that was begun has ended. */
async function sharedOut<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const failures: unknown[] = []
  const queue = items.values()
  const worker = async () => {
    for (const item of queue) {
      if (failures.length > 0) return
      await work(item).catch(error => failures.push(error))
    }
  }
  await Promise.all(Array.from({ length: width }, worker))
  if (failures.length > 0) throw failures[0]
}

import { growthPerDay, growthSince } from './growth.ts'
import type { UsageCatalog } from './ports/usage-catalog.ts'

/** What everyone's maps take of the volume and how long that goes well; for the operator alone. Sizes are bytes. */
export interface DiskUsage {
  readonly storedSize: number
  readonly waitingSize: number
  /** Nothing where the volume has no end. */
  readonly freeSize: number | undefined
  readonly growthPerDay: number
  /** At this growth; nothing when there is none, or no end. */
  readonly daysUntilFull: number | undefined
}

/** What the operator's figures are made of. */
export interface DiskParts {
  readonly catalog: Pick<UsageCatalog, 'storedBytes'>
  /** Bytes that can still be written to the volume of the blobs; nothing where that has no end. */
  readonly freeBytes: () => Promise<number | undefined>
}

/** Reads the figures as of now, in milliseconds since 1970. */
export async function diskUsage({ catalog, freeBytes }: DiskParts, now: number): Promise<DiskUsage> {
  const { storedSize, waitingSize, recentSize, firstUploadAt } = await catalog.storedBytes(growthSince(now))
  const [freeSize, growth] = [await freeBytes(), growthPerDay(recentSize, firstUploadAt, now)]
  return {
    storedSize,
    waitingSize,
    freeSize,
    growthPerDay: growth,
    daysUntilFull: growth > 0 && freeSize !== undefined ? freeSize / growth : undefined,
  }
}

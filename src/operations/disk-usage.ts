import { growthPerDay, growthSince } from './growth.ts'
import type { UsageCatalog } from './ports/usage-catalog.ts'

/** What everyone's maps take of the volume and how long that goes well; for the operator alone. Sizes are bytes. */
export interface DiskUsage {
  readonly storedSize: number
  readonly waitingSize: number
  readonly freeSize: number
  readonly growthPerDay: number
  /** At this growth; nothing when there is none. */
  readonly daysUntilFull: number | undefined
}

/** What the operator's figures are made of. */
export interface DiskParts {
  readonly catalog: Pick<UsageCatalog, 'storedBytes'>
  /** Bytes that can still be written to the volume of the blobs. */
  readonly freeBytes: () => Promise<number>
}

/** Reads the figures as of now, in milliseconds since 1970. */
export async function diskUsage({ catalog, freeBytes }: DiskParts, now: number): Promise<DiskUsage> {
  const { storedSize, waitingSize, recentSize, firstUploadAt } = await catalog.storedBytes(growthSince(now))
  const [freeSize, growth] = [await freeBytes(), growthPerDay(recentSize, firstUploadAt, now)]
  return { storedSize, waitingSize, freeSize, growthPerDay: growth, daysUntilFull: growth > 0 ? freeSize / growth : undefined }
}

const day = 24 * 60 * 60 * 1000
const days = 7

/** From when on uploads count as growth. Milliseconds since 1970. */
export function growthSince(now: number): number {
  return now - days * day
}

/**
 * Bytes a day of what was uploaded since {@link growthSince}, in whole bytes: divided by seven days, or by fewer when the first upload is
 * younger, but by one at least, so that the first hour of a new store does not look like a day.
 */
export function growthPerDay(recentSize: number, firstUploadAt: number | undefined, now: number): number {
  const covered = (now - (firstUploadAt ?? now)) / day
  return Math.round(recentSize / Math.min(Math.max(covered, 1), days))
}

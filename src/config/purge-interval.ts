import { parseDuration } from './duration.ts'
import { InvalidValue } from './invalid-value.ts'

/** How intervals of purges are written, for people. */
export const purgeIntervalSyntax = 'off, or a duration from 1s to 24d, such as 10m or 6h'

/** Milliseconds between two purges; 0 for `off`. Timers do not reach beyond 24 days. Throws {@link InvalidValue}. */
export function parsePurgeInterval(text: string): number {
  if (text === 'off') return 0
  const interval = parseDuration(text)
  if (interval < 1000 || interval > 24 * 86_400_000) throw new InvalidValue()
  return interval
}

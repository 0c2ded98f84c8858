import { InvalidValue } from './invalid-value.ts'

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** How durations are written, for people. */
export const durationSyntax = 'a whole number and one of ms, s, m, h, d, such as 10s or 30d'

/** Milliseconds of a duration such as `500ms`, `10s`, `1h`, `30d`; throws {@link InvalidValue}. */
export function parseDuration(text: string): number {
  const [, digits, unit] = /^(\d{1,12})(ms|s|m|h|d)$/.exec(text) ?? []
  const factor = unit === undefined ? undefined : units[unit]
  const milliseconds = Number(digits) * (factor ?? Number.NaN)
  // Later than the year 9999 is no time that a catalog or a reader could handle
  if (!(milliseconds <= 250_000_000_000_000)) throw new InvalidValue()
  return milliseconds
}

import type { Selection } from './selection.ts'

/** A selection as text: the same for two that choose the same maps in the same words, whatever their order. */
export function canonicalSelection({ kind, criteria }: Selection): string {
  const parts = criteria.map(({ filter, values }) => [filter, ...[...new Set(values)].sort()])
  return JSON.stringify([kind, ...parts.sort(([a = ''], [b = '']) => (a < b ? -1 : 1))])
}

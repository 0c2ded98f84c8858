import type { Carried } from '../domain/backup.ts'
import { printable } from './table.ts'

type Lost = Pick<Carried, 'lost' | 'lostCount'>

/** So many are worth a person's reading. */
const shown = 20

/** The lost copies for people; no line when there are none. */
export function lostLines({ lost, lostCount }: Lost): string[] {
  if (lostCount === 0) return []
  const named = lost.slice(0, shown)
  const more = lostCount - named.length
  return [
    '',
    `lost or damaged copies: ${lostCount}`,
    ...named.map(({ file, fault }) => printable(`  ${file}: ${fault}`)),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ]
}

/** How many are lost, as the beginning of a sentence. */
export function lostText({ lostCount }: Lost): string {
  return lostCount === 1 ? '1 copy is lost or damaged, and' : `${lostCount} copies are lost or damaged, and`
}

import { randomBytes } from 'node:crypto'
import type { HoldSelector } from '../domain/hold.ts'
import { Problem } from '../domain/problem.ts'
import type { Catalog } from './ports/catalog.ts'
import type { Hold } from './ports/hold-catalog.ts'

/** What shall be held. Times are milliseconds since 1970. */
export interface HoldWish {
  readonly organization: number
  readonly selector: HoldSelector
  readonly reason: string
  readonly owner: string
  readonly expiresAt: number | undefined
}

/** Who asks, from where and when (milliseconds since 1970). */
export interface AskedBy {
  readonly actor: string
  readonly address: string | undefined
  readonly at: number
}

/** Keeps maps from being deleted or purged; throws Problem `not_found` for ids that are no map's. */
export async function placeHold(catalog: Catalog, wish: HoldWish, { actor, address, at }: AskedBy): Promise<Hold> {
  const id = `hld_${randomBytes(9).toString('base64url')}`
  const hold: Hold = { ...wish, id, createdBy: actor, createdAt: at, releasedAt: undefined }
  const missing = await catalog.placeHold(hold, address)
  if (missing.length > 0) {
    const reasons = missing.map(each => ({
      detail: `There is no map ${each} that meets the other conditions`,
      source: { pointer: '/data/attributes/selector/ids' },
    }))
    throw new Problem('not_found', reasons.slice(0, 100))
  }
  return hold
}

/** Ends a hold at once; throws Problem `not_found` for one that does not exist or has ended. */
export async function releaseHold(
  catalog: Catalog,
  { organization, id }: { organization: number; id: string },
  by: AskedBy,
): Promise<void> {
  if (!(await catalog.releaseHold(organization, id, by))) throw new Problem('not_found', 'There is no such hold')
}

import type { RateCatalog } from '../operations/ports/rate-catalog.ts'
import { ownCounter, type RateCounter, sharedCounter } from './rate-counters.ts'
import type { RateFamily } from './route.ts'
import type { HttpSettings, RateLimit } from './settings.ts'

/** Where a requester stands after this request. */
export interface Standing {
  readonly exceeded: boolean
  /** `wire:` wire-api section 11; `X-RateLimit-Reset` counts the seconds until the reset. */
  readonly headers: Readonly<Record<string, string>>
}

/** Counts a request of someone against a family; nothing when the family is not limited, and then no headers are sent. */
export type RateLimits = (family: RateFamily, who: string) => Promise<Standing | undefined>

/** Counters as set, empty: in this process's memory, or in a catalog where all servers of it count together. */
export function createRateLimits(settings: HttpSettings['rateLimits'], shared?: RateCatalog): RateLimits {
  const limits = Object.entries(settings).flatMap(([family, limit]) =>
    limit ? [[family, { limit, counter: counterOf(family, limit, shared) }] as const] : [],
  )
  const byFamily = new Map(limits)
  return async (family, who) => {
    const found = byFamily.get(family)
    return found && standing(found.limit, family, await found.counter(who))
  }
}

function counterOf(family: string, limit: RateLimit, shared: RateCatalog | undefined): RateCounter {
  return shared ? sharedCounter({ family, limit, catalog: shared, clock: Date.now }) : ownCounter(limit)
}

function standing(
  { limit, period }: RateLimit,
  family: RateFamily,
  { exceeded, remaining, resetIn }: Awaited<ReturnType<RateCounter>>,
): Standing {
  const headers = {
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-period': String(period),
    'x-ratelimit-remaining': String(Math.max(0, remaining)),
    'x-ratelimit-reset': String(Math.max(1, Math.ceil(resetIn / 1000))),
    'x-ratelimit-name': family,
  }
  return { exceeded, headers }
}

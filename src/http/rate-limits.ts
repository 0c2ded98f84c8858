import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
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

/** Counters as set, empty, in this process's memory. */
export function createRateLimits(settings: HttpSettings['rateLimits']): RateLimits {
  const limiters = new Map(Object.entries(settings).flatMap(([family, rate]) => (rate ? [[family, createLimiter(rate)] as const] : [])))
  return async (family, who) => {
    const limiter = limiters.get(family)
    return limiter && consume(limiter, { family, who })
  }
}

function createLimiter({ limit, period }: RateLimit): RateLimiterMemory {
  return new RateLimiterMemory({ points: limit, duration: period })
}

async function consume(limiter: RateLimiterMemory, { family, who }: { family: RateFamily; who: string }): Promise<Standing> {
  try {
    return standing(limiter, family, await limiter.consume(who))
  } catch (result) {
    if (!(result instanceof RateLimiterRes)) throw result
    return { ...standing(limiter, family, result), exceeded: true }
  }
}

function standing(limiter: RateLimiterMemory, family: RateFamily, result: RateLimiterRes): Standing {
  const headers = {
    'x-ratelimit-limit': String(limiter.points),
    'x-ratelimit-period': String(limiter.duration),
    'x-ratelimit-remaining': String(Math.max(0, result.remainingPoints)),
    'x-ratelimit-reset': String(Math.max(1, Math.ceil(result.msBeforeNext / 1000))),
    'x-ratelimit-name': family,
  }
  return { exceeded: false, headers }
}

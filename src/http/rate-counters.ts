import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import type { RateCatalog } from '../operations/ports/rate-catalog.ts'
import type { RateLimit } from './settings.ts'

/** Counts a request of someone. `resetIn`: milliseconds until the period ends. */
export type RateCounter = (who: string) => Promise<{ readonly exceeded: boolean; readonly remaining: number; readonly resetIn: number }>

/** Counts in this process's memory. */
export function ownCounter({ limit, period }: RateLimit): RateCounter {
  const limiter = new RateLimiterMemory({ points: limit, duration: period })
  const told = (result: RateLimiterRes, exceeded: boolean) => ({
    exceeded,
    remaining: result.remainingPoints,
    resetIn: result.msBeforeNext,
  })
  return async who => {
    try {
      return told(await limiter.consume(who), false)
    } catch (result) {
      if (!(result instanceof RateLimiterRes)) throw result
      return told(result, true)
    }
  }
}

/** What a shared counter counts with. `clock`: milliseconds since 1970. */
export interface SharedCount {
  readonly family: string
  readonly limit: RateLimit
  readonly catalog: RateCatalog
  readonly clock: () => number
}

/** A limit is drawn in so many batches: a server overshoots by what it drew last at most, and asks the catalog this seldom. */
const batches = 50

/** So many requesters are counted one by one; beyond, those who come new share one count until periods are over. */
const remembered = 10_000

/** Milliseconds between two looks for periods that are over. */
const cleaning = 1_000

/** What this server has drawn for someone and not used up. */
interface Share {
  /** Milliseconds since 1970. */
  until: number
  /** Requests that may still be let in. */
  left: number
  /** Requests that nobody has drawn yet, as of the last draw. */
  undrawn: number
  /** The draw under way, if there is one: those who come meanwhile share it. */
  drawing: Promise<void> | undefined
}

/** Counts together with all other servers of a catalog, from which it draws requests in batches. */
export function sharedCounter(count: SharedCount): RateCounter {
  const { limit, clock } = count
  const shares = new Map<string, Share>()
  let cleaned = 0
  const clean = (now: number) => {
    if (shares.size < remembered || now - cleaned < cleaning) return
    cleaned = now
    for (const [who, share] of shares) if (share.until <= now && !share.drawing) shares.delete(who)
  }
  return async asker => {
    clean(clock())
    const who = shares.has(asker) || shares.size < remembered ? asker : 'others'
    const share = shares.get(who) ?? { until: 0, left: 0, undrawn: 0, drawing: undefined }
    shares.set(who, share)
    while (needsMore(share, clock())) {
      share.drawing ??= draw(count, who, share).finally(() => {
        share.drawing = undefined
      })
      await share.drawing
    }
    const exceeded = share.left === 0
    if (!exceeded) share.left--
    return { exceeded, remaining: Math.min(limit.limit, share.undrawn + share.left), resetIn: share.until - clock() }
  }
}

function needsMore({ until, left, undrawn }: Share, now: number): boolean {
  return now >= until || (left === 0 && undrawn > 0)
}

async function draw({ family, limit, catalog, clock }: SharedCount, who: string, share: Share): Promise<void> {
  const count = Math.max(1, Math.ceil(limit.limit / batches))
  const { before, until } = await catalog.drawRequests({ who, family, count, period: limit.period * 1000, at: clock() })
  share.left = Math.max(0, Math.min(count, limit.limit - before))
  share.undrawn = Math.max(0, limit.limit - before - count)
  share.until = until
}

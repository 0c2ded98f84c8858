import { InvalidValue } from './invalid-value.ts'

/** So many requests in so many seconds. */
export interface Rate {
  readonly requests: number
  readonly seconds: number
}

/** The limit of each family of requests, per key; a family without one is not limited. */
export interface RateLimits {
  readonly read: Rate | undefined
  readonly delete: Rate | undefined
  readonly upload: Rate | undefined
}

/** How rate limits are written, for people. */
export const rateLimitSyntax = 'a list of read, delete, upload, each as FAMILY=REQUESTS/SECONDS or FAMILY=off'

const standard: RateLimits = { read: { requests: 6000, seconds: 60 }, delete: { requests: 600, seconds: 60 }, upload: undefined }

/** Limits such as `read=6000/60,upload=off`; a family left out keeps its default. Throws {@link InvalidValue}. */
export function parseRateLimits(text: string): RateLimits {
  const entries = text.split(',').map(each => parseEntry(each.trim()))
  if (new Set(entries.map(([family]) => family)).size < entries.length) throw new InvalidValue('a family is named twice')
  return { ...standard, ...Object.fromEntries(entries) }
}

function parseEntry(text: string): [family: string, rate: Rate | undefined] {
  const [, family, requests, seconds] = /^(read|delete|upload)=(?:off|([1-9]\d{0,8})\/([1-9]\d{0,5}))$/.exec(text) ?? []
  if (family === undefined) throw new InvalidValue()
  return [family, requests === undefined ? undefined : { requests: Number(requests), seconds: Number(seconds) }]
}

import type { Schema } from '../description.ts'
import { reference } from './reference.ts'

const everyAnswer = {
  'X-RateLimit-Limit': header('integer', 'requests allowed in a period'),
  'X-RateLimit-Period': header('integer', 'length of the period, in seconds'),
  'X-RateLimit-Remaining': header('integer', 'requests left in this period'),
  'X-RateLimit-Reset': header('integer', 'seconds until the period ends, or until a next attempt makes sense; not a point in time'),
  'X-RateLimit-Name': header('string', 'the limit that counts here'),
}

/** The component headers that tell a client how much it may still ask, and when to come back. */
export const headerComponents: Schema = { ...everyAnswer, 'Retry-After': header('integer', 'seconds to wait before the next attempt') }

/** References to the rate-limit headers of an answer of a limited route. */
export function rateLimitHeaders(status: number): Schema {
  // On a fault the others are left out: clients take X-RateLimit-Reset for the time to wait, so it equals Retry-After
  const names =
    status >= 500 ? ['X-RateLimit-Reset', 'Retry-After'] : [...Object.keys(everyAnswer), ...(status === 429 ? ['Retry-After'] : [])]
  return Object.fromEntries(names.map(name => [name, reference('headers', name)]))
}

function header(type: 'integer' | 'string', description: string): Schema {
  return { description, schema: type === 'integer' ? { type, minimum: 0 } : { type } }
}

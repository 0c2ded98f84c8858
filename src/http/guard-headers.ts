/** What browsers and caches must not do with any answer. Pages bring a policy of their own, and what is public its own way to be kept. */
export const guards = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
} as const

/** Headers of every answer: the guards, and the id under which the log knows the request. */
export function guardHeaders(requestId: string): Record<string, string> {
  return { ...guards, 'x-request-id': requestId }
}

/** Headers of every answer: what browsers and caches must not do, and the id under which the log knows the request. */
export function guardHeaders(requestId: string): Record<string, string> {
  return {
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-request-id': requestId,
  }
}

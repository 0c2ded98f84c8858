import type { Readable } from 'node:stream'
import { Problem } from '../domain/problem.ts'
import { until } from './until.ts'

/** A request body to be read, how long its client may be silent (milliseconds), and what ends the reading early. */
export interface BodySource {
  readonly body: Readable
  readonly idleMs: number
  readonly signal: AbortSignal
}

const events = ['readable', 'end', 'error', 'close'] as const

/**
 * The chunks of a request body as they arrive, no faster than they are asked for. The body is never destroyed here, because
 * destroying a request closes the connection that still has to carry the answer.
 */
export async function* readBody({ body, idleMs, signal }: BodySource): AsyncGenerator<Buffer> {
  const doorbell = { ring: () => {} }
  const ring = () => doorbell.ring()
  for (const event of events) body.on(event, ring)
  try {
    for (;;) {
      signal.throwIfAborted()
      const chunk: Buffer | null = body.read()
      if (chunk) yield chunk
      else if (body.readableEnded) return
      else if (body.destroyed || body.errored) throw new Problem('bad_request', 'The upload broke off before its end')
      else await nextRing(doorbell, idleMs, signal)
    }
  } finally {
    for (const event of events) body.off(event, ring)
  }
}

function nextRing(doorbell: { ring: () => void }, idleMs: number, signal: AbortSignal): Promise<void> {
  return until(signal, (resolve, reject) => {
    const silence = () => reject(new Problem('timeout', `The upload stood still for more than ${idleMs} ms`))
    const timer = setTimeout(silence, idleMs)
    doorbell.ring = resolve
    return () => {
      clearTimeout(timer)
      doorbell.ring = () => {}
    }
  })
}

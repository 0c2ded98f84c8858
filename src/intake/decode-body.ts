import { Problem } from '../domain/problem.ts'
import { contentDecoder } from './content-encoding.ts'
import type { IntakeLimits } from './limits.ts'
import { readBody } from './read-body.ts'
import type { UploadRequest } from './upload-request.ts'

/** What has gone through so far, in bytes. */
interface Tally {
  encoded: number
  decoded: number
}

/** A request's body without its Content-Encoding; refuses one that is too large, or much larger than what was sent. */
export async function* decodeBody(request: UploadRequest, limits: IntakeLimits, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const decode = contentDecoder(request.headers['content-encoding'])
  refuseAnnounced(request, limits)
  const tally: Tally = { encoded: 0, decoded: 0 }
  const encoded = countEncoded(readBody({ body: request.body, idleMs: limits.idleMs, signal }), tally)
  for await (const chunk of decode(encoded)) {
    tally.decoded += chunk.length
    refuseTooMuch(tally, limits)
    yield chunk
  }
}

async function* countEncoded(chunks: AsyncIterable<Buffer>, tally: Tally): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    tally.encoded += chunk.length
    yield chunk
  }
}

function refuseAnnounced({ headers }: UploadRequest, limits: IntakeLimits): void {
  if (Number(headers['content-length']) > limits.totalBytes) throw tooLarge(limits)
}

function refuseTooMuch({ encoded, decoded }: Tally, limits: IntakeLimits): void {
  if (Math.max(encoded, decoded) > limits.totalBytes) throw tooLarge(limits)
  if (decoded > limits.trustedBytes && decoded > encoded * limits.ratio)
    throw new Problem('too_large', `The body grows to more than ${limits.ratio} times its encoded size`)
}

function tooLarge(limits: IntakeLimits): Problem {
  return new Problem('too_large', `The upload is larger than ${limits.totalBytes} bytes`)
}

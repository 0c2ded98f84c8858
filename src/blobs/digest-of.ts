import { createHash } from 'node:crypto'

/** The SHA-256 of streamed bytes, in lower-case hex. */
export async function digestOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of bytes) hash.update(chunk)
  return hash.digest('hex')
}

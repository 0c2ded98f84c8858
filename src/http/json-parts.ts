import type { Answer } from './answer.ts'

/** Bytes that are given to the socket at once; between two pieces other requests have their turn. */
const pieceSize = 256 * 1024

/** An answer of JSON that lies in parts already: long ones are sent as they are, never joined or made into text. */
export function jsonParts(parts: readonly Uint8Array[]): Answer {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const headers = { 'content-type': 'application/json' }
  if (length <= pieceSize) return { status: 200, headers, body: Buffer.concat(parts) }
  return { status: 200, headers: { ...headers, 'content-length': String(length) }, body: async () => pieces(parts) }
}

async function* pieces(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) for (let at = 0; at < part.length; at += pieceSize) yield part.subarray(at, at + pieceSize)
}

import type { ServerResponse } from 'node:http'
import { TLSSocket } from 'node:tls'
import type { Chunks } from '../answer.ts'

/** Bytes that are encrypted at once. */
const pieceSize = 64 * 1024

/** Whether the answer goes out over TLS. */
export function overTls({ socket }: ServerResponse): boolean {
  return socket instanceof TLSSocket
}

/**
 * The same bytes in small pieces. Under TLS a socket does not see how much of a write its reader has taken, only that all of it is gone;
 * so with large writes a reader that is slow would look like one that is stuck.
 */
export async function* smallPieces(chunks: Chunks | readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    for (let at = 0; at < bytes.length; at += pieceSize) yield bytes.subarray(at, at + pieceSize)
  }
}

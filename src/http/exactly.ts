import type { Chunks } from './answer.ts'

/** The chunks as they come when they are as many bytes as declared; throws before a byte too many, and at an end that comes too early. */
export async function* exactly(chunks: Chunks, declared: string | undefined): AsyncGenerator<string | Uint8Array> {
  const wanted = declared === undefined ? undefined : Number(declared)
  let made = 0
  for await (const chunk of chunks) {
    made += Buffer.byteLength(chunk)
    if (wanted !== undefined && made > wanted) throw new Error(`an answer of ${wanted} declared bytes would have had ${made} or more`)
    yield chunk
  }
  if (wanted !== undefined && made < wanted) throw new Error(`only ${made} of ${wanted} declared bytes of an answer came`)
}

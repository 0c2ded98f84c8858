import { Problem } from '../domain/problem.ts'
import type { Part } from './read-parts.ts'

/** The bytes of a part; throws Problem `too_large`, naming the part, when there are more than `limit`. */
export async function* upTo({ name, bytes }: Part, limit: number): AsyncGenerator<Buffer> {
  let size = 0
  for await (const chunk of bytes) {
    size += chunk.length
    if (size > limit) throw new Problem('too_large', `Part ${name} is larger than ${limit} bytes`)
    yield chunk
  }
}

/** All bytes at once. */
export async function collect(bytes: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** All bytes at once, or nothing when there are more than `limit`; the part is read to its end either way. */
export async function collectIfSmall({ bytes }: Part, limit: number): Promise<Buffer | undefined> {
  let size = 0
  const chunks: Buffer[] = []
  for await (const chunk of bytes) {
    size += chunk.length
    if (size <= limit) chunks.push(chunk)
    else chunks.length = 0
  }
  return size <= limit ? Buffer.concat(chunks) : undefined
}

/** Lets a part go by. */
export async function drain({ bytes }: Part): Promise<void> {
  for await (const _ of bytes);
}

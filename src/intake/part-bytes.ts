import { gatherBytes } from '../domain/gather-bytes.ts'
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
  const gathered = gatherBytes()
  for await (const chunk of bytes) gathered.add(chunk)
  return toBuffer(gathered.all())
}

/** All bytes at once, or nothing when there are more than `limit`; the part is read to its end either way. */
export async function collectIfSmall({ bytes }: Part, limit: number): Promise<Buffer | undefined> {
  let size = 0
  const gathered = gatherBytes()
  for await (const chunk of bytes) {
    size += chunk.length
    if (size <= limit) gathered.add(chunk)
    else gathered.clear()
  }
  return size <= limit ? toBuffer(gathered.all()) : undefined
}

function toBuffer({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length)
}

/** Lets a part go by. */
export async function drain({ bytes }: Part): Promise<void> {
  for await (const _ of bytes);
}

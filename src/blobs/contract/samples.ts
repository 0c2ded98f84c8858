import assert from 'node:assert/strict'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { BlobStore, ByteRange, Codec, CopyName } from '../../operations/ports/blob-store.ts'

export const small = Buffer.from('{"version":3,"sources":["a.js"],"mappings":"AAAA"}')
export const large = sourceMapLike(5 * 1024 * 1024 + 77)
export const noise = randomBytes(400_000)
export const plenty = 1e9

/** Receives and keeps bytes as they are. */
export async function put(
  store: BlobStore,
  bytes: Buffer,
  options: { source?: AsyncIterable<Uint8Array>; organization?: number } = {},
): Promise<CopyName> {
  const { source = pieces(bytes), organization = 1 } = options
  const copy = copyOf(bytes, 'identity', organization)
  const spooled = await store.receive(source, plenty)
  await store.keep(spooled, copy)
  await store.discard(spooled)
  return copy
}

/** Receives and keeps bytes, and leaves only a copy in the given codec. */
export async function putAs(store: BlobStore, bytes: Buffer, codec: Codec): Promise<CopyName> {
  const first = await put(store, bytes)
  if (codec === 'identity') return first
  const copy = copyOf(bytes, codec)
  assert.ok(await store.compress(first, copy))
  await store.remove(first)
  return copy
}

/** A new name for a copy of these bytes. */
export function copyOf(bytes: Buffer, codec: Codec = 'identity', organization = 1): CopyName {
  return { organization, digest: sha256(bytes), generation: randomUUID().replaceAll('-', ''), codec }
}

/** Reads a copy, or a part of it, to its end. */
export async function readAll(store: BlobStore, copy: CopyName, range?: ByteRange): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of await store.read(copy, range)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Bytes as a stream of pieces. */
export async function* pieces(bytes: Buffer, size = 65_536): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

/** SHA-256 in lower-case hex. */
export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The item that a test knows to be there. */
export function at<T>(items: readonly T[], index: number): T {
  const item = items[index]
  assert.ok(item !== undefined)
  return item
}

// As repetitive as a source map: names that recur between digits that do not
function sourceMapLike(length: number): Buffer {
  const lines: string[] = []
  for (let written = 0; written < length; ) {
    const line = `"webpack://shop/./src/components/${createHash('md5').update(String(written)).digest('base64url')}.tsx","names":["useState"],\n`
    written += line.length
    lines.push(line)
  }
  return Buffer.from(lines.join('')).subarray(0, length)
}

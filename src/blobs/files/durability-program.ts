// What durability.test.ts watches: keeps a small and a large upload, compresses the large one, removes the first copy.
import { writeSync } from 'node:fs'
import { Readable } from 'node:stream'
import type { BlobStore, CopyName } from '../../operations/ports/blob-store.ts'
import { openFileBlobs } from './open-file-blobs.ts'

const store = await openFileBlobs(process.argv[2] ?? '')
await put(store, Buffer.alloc(1000, 'abc'), 'small')
const large = await put(store, Buffer.alloc(3_000_000, 'abc'), 'large')
await store.compress(large, { ...large, generation: 'compressed', codec: 'brotli' })
writeSync(1, 'kept\n')
await store.remove(large)

async function put(store: BlobStore, bytes: Buffer, generation: string): Promise<CopyName> {
  const spooled = await store.receive(Readable.from([bytes]), bytes.length)
  const name: CopyName = { organization: 1, digest: spooled.digest, generation, codec: 'identity' }
  await store.keep(spooled, name)
  writeSync(1, 'kept\n')
  await store.discard(spooled)
  return name
}

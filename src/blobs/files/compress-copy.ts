import { stat } from 'node:fs/promises'
import { type CopyName, DamagedCopy } from '../../operations/ports/blob-store.ts'
import { codecs } from '../codecs.ts'
import { digestOf } from '../digest-of.ts'
import { through } from '../through.ts'
import { worthwhile } from '../worthwhile.ts'
import { BatchedWriter } from './batched-writer.ts'
import { copyPath } from './copy-path.ts'
import { fileBytes } from './file-bytes.ts'
import { readCopy } from './read-copy.ts'
import { TemporaryFile } from './temporary-file.ts'

/** One copy to be written in another codec. */
export interface Compression {
  readonly root: string
  readonly temporary: string
  readonly from: CopyName
  readonly to: CopyName
  /** Awaited before each piece of work. */
  readonly pause: () => Promise<void>
  /** Makes the written file durable under its name. */
  readonly place: (file: TemporaryFile, path: string) => Promise<void>
}

/** Writes the copy `to` from `from`, and gives its stored bytes; nothing when it would not be worth it. */
export async function compressCopy({ root, temporary, from, to, pause, place }: Compression): Promise<number | undefined> {
  const path = copyPath(root, from)
  const source = await readCopy(path, from)
  const file = await TemporaryFile.create(temporary)
  try {
    const stored = await encodeInto(file, paced(source, pause), to)
    if (stored > (await stat(path)).size * worthwhile) return undefined
    await verify(paced(fileBytes(file.handle), pause), to)
    await place(file, copyPath(root, to))
    return stored
  } finally {
    await file.dispose()
  }
}

async function encodeInto(file: TemporaryFile, source: AsyncIterable<Uint8Array>, to: CopyName): Promise<number> {
  const encoder = codecs[to.codec].encoder?.()
  const writer = new BatchedWriter(file.handle)
  let stored = 0
  for await (const chunk of encoder ? through(source, encoder) : source) {
    stored += chunk.length
    await writer.write(chunk)
  }
  await writer.end()
  return stored
}

async function verify(written: AsyncIterable<Uint8Array>, to: CopyName): Promise<void> {
  const decoder = codecs[to.codec].decoder?.()
  const found = await digestOf(decoder ? through(written, decoder) : written)
  if (found !== to.digest) throw new DamagedCopy(to, found)
}

async function* paced(source: AsyncIterable<Uint8Array>, pause: () => Promise<void>): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    await pause()
    yield chunk
  }
}
